//! Each kind of connection against a real listener of that kind, by the plan that a user would have written.

use std::sync::Arc;
use std::time::{Duration, Instant};

use hyper::Version;

use super::testing::{Authority, Server, Speaks};
use crate::drive::{Clock, Driver, Interval, Monotonic, Sending};
use crate::evidence::ErrorKind;
use crate::plan::{RequestPlan, plan_request};
use crate::units::Rate;
use crate::workload::{Load, Pattern};

const REQUESTS: u64 = 20;

fn request(url: &str, settings: &str) -> RequestPlan {
    plan_request(url, settings).unwrap()
}

/// Drives over four connections, nothing yet.
fn driver(url: &str, settings: &str, clock: &Arc<Monotonic>) -> Driver {
    let sending = Sending {
        rate: Rate::PerSecond(100.0),
        connections: 4,
        timeout: Duration::from_secs(5),
        threads: 1,
        blocks: None,
    };
    Driver::start(&[request(url, settings)], sending, Arc::<Monotonic>::clone(clock)).unwrap()
}

/// Twenty requests at 100/s.
fn twenty(driver: &Driver, start: Duration) {
    driver.begin(Load {
        start,
        warmup: Duration::ZERO,
        steady: Duration::from_secs(20),
        requests: Some(REQUESTS),
        pattern: Pattern::default(),
    });
    let until = Instant::now() + Duration::from_secs(20);
    while !driver.steady_done() && Instant::now() < until {
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn drive(url: &str, settings: &str) -> Interval {
    let driver = driver(url, settings, &Arc::new(Monotonic::begin()));
    twenty(&driver, Duration::ZERO);
    driver.finish()
}

/// All were sent, and all went well.
fn went_well(interval: &Interval) {
    let row = &interval.row();
    assert_eq!((row.done, row.dropped, row.errors.iter().sum::<u64>()), (REQUESTS, 0, 0), "{row:?}");
}

fn failed_to_connect(interval: &Interval) {
    assert_eq!(interval.row().errors[ErrorKind::Connect as usize], REQUESTS, "{:?}", interval.row());
}

fn url(scheme: &str, server: &Server) -> String {
    format!("{scheme}://{}/", server.addr.unwrap())
}

#[test]
fn http_2_is_spoken_by_prior_knowledge_over_one_connection() {
    let server = Server::start(&Speaks::Http2);
    went_well(&drive(&url("http", &server), "http2 = true"));
    let seen = server.seen();
    assert_eq!(seen.len() as u64, REQUESTS);
    assert!(seen.iter().all(|seen| seen.version == Version::HTTP_2 && seen.connection == 0), "{seen:?}");
}

#[test]
fn over_tls_the_server_chooses_http_2_only_where_it_was_asked_for() {
    let authority = Authority::new(&["127.0.0.1"]);
    let trust = format!("cacert = '{}'\n", authority.file("ca").display());
    for (offers, more, agreed) in [
        (&["h2", "http/1.1"][..], "http2 = true", Version::HTTP_2),
        (&["http/1.1"][..], "http2 = true", Version::HTTP_11),
        (&["h2", "http/1.1"][..], "", Version::HTTP_11),
    ] {
        let server = Server::start(&Speaks::Tls(&authority, offers));
        went_well(&drive(&url("https", &server), &format!("{trust}{more}")));
        assert!(server.seen().iter().all(|seen| seen.version == agreed), "{offers:?} {more}");
    }
}

#[test]
fn slots_are_filled_in_over_every_kind_of_connection() {
    let authority = Authority::new(&["127.0.0.1"]);
    let trust = format!("cacert = '{}'", authority.file("ca").display());
    for (speaks, scheme, more) in [
        (Speaks::Plain("127.0.0.1:0"), "http", String::new()),
        (Speaks::Http2, "http", "http2 = true".into()),
        (Speaks::Tls(&authority, &["http/1.1"]), "https", trust.clone()),
        (Speaks::Tls(&authority, &["h2"]), "https", format!("{trust}\nhttp2 = true")),
    ] {
        let server = Server::start(&speaks);
        let url = format!("{}k/{{{{seq}}}}?a={{{{seq}}}}", url(scheme, &server));
        went_well(&drive(&url, &format!("vary = true\nheader = 'X-Key: n{{{{seq}}}}'\n{more}")));
        let mut seen: Vec<(u64, String)> = server
            .seen()
            .iter()
            .map(|seen| {
                let path = seen.target.rsplit_once("/k/").unwrap().1;
                let (key, query) = path.split_once("?a=").unwrap();
                assert_eq!(key, query, "one key for all slots");
                (key.parse().unwrap(), seen.key.clone().unwrap())
            })
            .collect();
        seen.sort();
        let wanted: Vec<(u64, String)> = (1..=REQUESTS).map(|n| (n, format!("n{n}"))).collect();
        assert_eq!(seen, wanted, "{scheme} {more}");
    }
}

#[test]
fn a_certificate_is_checked_against_the_authorities_that_are_trusted() {
    let authority = Authority::new(&["127.0.0.1"]);
    let another = Authority::new(&["127.0.0.1"]);
    let server = Server::start(&Speaks::Tls(&authority, &["http/1.1"]));
    let trusting = |authority: &Authority| format!("cacert = '{}'", authority.file("ca").display());
    went_well(&drive(&url("https", &server), &trusting(&authority)));
    failed_to_connect(&drive(&url("https", &server), &trusting(&another)));
    went_well(&drive(&url("https", &server), "insecure = true"));
}

#[test]
fn a_server_that_asks_for_it_is_shown_the_client_s_certificate() {
    let authority = Authority::new(&["127.0.0.1"]);
    let server = Server::start(&Speaks::MutualTls(&authority));
    let [ca, cert, key, both] =
        ["ca", "cert", "key", "both"].map(|name| authority.file(name).display().to_string());
    let url = url("https", &server);
    went_well(&drive(&url, &format!("cacert = '{ca}'\ncert = '{cert}'\nkey = '{key}'")));
    went_well(&drive(&url, &format!("cacert = '{ca}'\ncert = '{both}'")));
    let refused = drive(&url, &format!("cacert = '{ca}'"));
    assert_eq!(refused.row().errors.iter().sum::<u64>(), REQUESTS, "{:?}", refused.row());
}

#[test]
fn another_name_is_asked_for_and_checked_at_the_same_address() {
    let authority = Authority::new(&["service.test"]);
    let server = Server::start(&Speaks::Tls(&authority, &["http/1.1"]));
    let trust = format!("cacert = '{}'", authority.file("ca").display());
    failed_to_connect(&drive(&url("https", &server), &trust));
    went_well(&drive(&url("https", &server), &format!("{trust}\nsni = 'service.test'")));
    let seen = server.seen();
    let host = server.addr.unwrap().to_string();
    assert_eq!(seen.len() as u64, REQUESTS);
    let as_asked = |sni: &Option<String>| sni.as_deref() == Some("service.test");
    assert!(seen.iter().all(|seen| as_asked(&seen.sni) && seen.host.as_ref() == Some(&host)), "{seen:?}");
}

#[cfg(unix)]
#[test]
fn a_unix_socket_stands_for_host_and_port() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("service.sock");
    let server = Server::start(&Speaks::Unix(&path));
    went_well(&drive("http://service.test/path", &format!("unix-socket = '{}'", path.display())));
    let seen = server.seen();
    assert!(seen.iter().all(|seen| seen.host.as_deref() == Some("service.test") && seen.target == "/path"));
    assert_eq!(seen.len() as u64, REQUESTS);
}

#[test]
fn without_keep_alive_each_request_has_its_own_connection_and_says_so() {
    let authority = Authority::new(&["127.0.0.1"]);
    for (scheme, speaks) in
        [("http", Speaks::Plain("127.0.0.1:0")), ("https", Speaks::Tls(&authority, &["http/1.1"]))]
    {
        let server = Server::start(&speaks);
        went_well(&drive(&url(scheme, &server), "disable-keepalive = true\ninsecure = true"));
        let seen = server.seen();
        assert!(seen.iter().enumerate().all(|(i, seen)| seen.connection == i && seen.closes), "{seen:?}");
    }
}

#[test]
fn a_connection_is_given_up_for_another_after_its_lifetime_and_no_request_is_lost() {
    let authority = Authority::new(&["127.0.0.1"]);
    for (scheme, speaks) in
        [("http", Speaks::Plain("127.0.0.1:0")), ("https", Speaks::Tls(&authority, &["http/1.1"]))]
    {
        let server = Server::start(&speaks);
        went_well(&drive(&url(scheme, &server), "connection-lifetime = '40ms'\ninsecure = true"));
        let last = server.seen().last().unwrap().connection;
        assert!((2..15).contains(&last), "{scheme}: {last} connections after the first");
    }
}

#[test]
fn in_settle_no_connection_stays_open_whatever_it_is_made_of() {
    let authority = Authority::new(&["127.0.0.1"]);
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("service.sock");
    let over_socket = format!("unix-socket = '{}'", path.display());
    for (scheme, speaks, settings) in [
        ("https", Speaks::Tls(&authority, &["http/1.1"]), "insecure = true"),
        ("https", Speaks::Tls(&authority, &["h2"]), "insecure = true\nhttp2 = true"),
        ("http", Speaks::Http2, "http2 = true"),
        #[cfg(unix)]
        ("http", Speaks::Unix(&path), &over_socket),
    ] {
        let server = Server::start(&speaks);
        let url = server.addr.map_or_else(|| "http://h/".into(), |addr| format!("{scheme}://{addr}/"));
        let clock = Arc::new(Monotonic::begin());
        let driver = driver(&url, settings, &clock);
        // with --cycles there is load again after it
        for _ in 0..2 {
            twenty(&driver, clock.now());
            let ended = Instant::now();
            while server.open() > 0 {
                assert!(ended.elapsed() < Duration::from_secs(4), "{url}: {} are open", server.open());
                std::thread::sleep(Duration::from_millis(10));
            }
        }
        let connections = server.seen().last().unwrap().connection + 1;
        assert!((2..=8).contains(&connections), "{url}: {connections} connections in two loads");
        let row = driver.finish().row();
        assert_eq!((row.done, row.errors.iter().sum::<u64>()), (2 * REQUESTS, 0), "{url}: {row:?}");
    }
}

#[test]
fn a_proxy_is_asked_for_the_whole_url() {
    let proxy = Server::start(&Speaks::Plain("127.0.0.1:0"));
    let settings = format!("proxy = 'http://user:secret@{}'", proxy.addr.unwrap());
    let record = request("http://service.test:8080/path", &settings).connect.record;
    let expected = format!("http://{}/", proxy.addr.unwrap());
    assert_eq!(record.proxy, Some(expected), "no secret, and what --proxy takes again");
    went_well(&drive("http://service.test:8080/path", &settings));
    assert!(proxy.seen().iter().all(|seen| seen.target == "http://service.test:8080/path"));
}

#[test]
fn ipv6_is_as_good() {
    // a machine may have switched it off
    if std::net::TcpListener::bind("[::1]:0").is_err() {
        eprintln!("skipped: this machine has no IPv6");
        return;
    }
    let server = Server::start(&Speaks::Plain("[::1]:0"));
    went_well(&drive(&url("http", &server), ""));
    assert_eq!(server.seen()[0].host, server.addr.map(|addr| addr.to_string()));
}

#[test]
fn what_cannot_work_is_reported_in_a_line_before_anything_is_sent() {
    let authority = Authority::new(&["127.0.0.1"]);
    let bad = authority.file("ca").with_file_name("bad.pem");
    let garbage = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    std::fs::write(&bad, garbage).unwrap();
    let file = |name: &str| authority.file(name).display().to_string();
    let (bad, cert, other) = (bad.display().to_string(), file("cert"), file("other-key"));
    for (url, settings, expected) in [
        ("https://h/", format!("cacert = '{bad}'"), "cannot read certificate 1".to_string()),
        ("https://h/", format!("cacert = '{}'", file("key")), "no certificate in PEM".into()),
        ("https://h/", "cacert = '/nowhere.pem'".into(), "--cacert: /nowhere.pem: file not found".into()),
        ("https://h/", format!("cert = '{cert}'"), "no unencrypted private key in PEM".into()),
        ("https://h/", format!("cert = '{cert}'\nkey = '{other}'"), "the key does not belong to".into()),
        ("https://h/", format!("key = '{other}'"), "--key needs --cert".into()),
        ("http://h/", format!("cert = '{cert}'"), "applies to https, and the URL is http".into()),
        ("https://h/", "sni = 'a.test'\nproxy = 'http://p/'".into(), "leave out --proxy".into()),
        ("https://h/", "sni = 'no name'".into(), "--sni: invalid host name 'no name'".into()),
        (
            "http://h/",
            "proxy = 'ftp://u:pw@p/'".into(),
            "--proxy: invalid proxy 'p/': expected http://".into(),
        ),
        ("http://h/", "disable-keepalive = true\nhttp2 = true".into(), "leave out --http2".into()),
        ("http://h/", "connection-lifetime = '0s'".into(), "--connection-lifetime: ".into()),
        ("http://h/", "unix-socket = '/s'\nproxy = 'http://p'".into(), "leave out one of them".into()),
    ] {
        let line = plan_request(url, &settings).unwrap_err().to_string();
        assert!(line.contains(&expected) && !line.contains('\n'), "{line}\nhas no: {expected}");
    }
}

#[test]
fn what_is_filled_in_never_leads_to_another_host() {
    let authority = Authority::new(&["127.0.0.1"]);
    let trust = format!("cacert = '{}'", authority.file("ca").display());
    let rows = tempfile::Builder::new().suffix(".jsonl").tempfile().unwrap();
    std::fs::write(rows.path(), r#"{"tenant":""}"#).unwrap();
    for (speaks, scheme, more) in [
        (Speaks::Plain("127.0.0.1:0"), "http", ""),
        (Speaks::Tls(&authority, &["http/1.1"]), "https", trust.as_str()),
    ] {
        let server = Server::start(&speaks);
        let url = format!("{}{{{{row.tenant}}}}/users", url(scheme, &server));
        let settings = format!("vary = true\n{more}\n[rows]\nfile = {:?}", rows.path());
        went_well(&drive(&url, &settings));
        assert!(server.seen().iter().all(|seen| seen.target.ends_with("//users")), "{:?}", server.seen()[0]);
    }
}
