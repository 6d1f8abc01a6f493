//! Pages about the service are reached as its load reaches it: over a Unix socket, by its own authority's certificate,
//! as a client with a certificate of its own, by another name, with a header, through a proxy; by `soak URL`, by `soak
//! doctor`, by `soak watch`.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, mpsc};
use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, ServerConnection, StreamOwned};
use serde_json::Value;

use super::support::{Server, closed_port, run, run_soak, soak};

/// What must be in a head for an answer other than 401.
const KEY: &str = "x-api-key: s3cret";
/// No test's server lives longer.
const LIFETIME: Duration = Duration::from_secs(120);

/// What cannot be seen from outside the process.
const PAGE: &str = "# TYPE go_goroutines gauge\ngo_goroutines 7\n";

/// Certificates as PEM files: an authority's, a server's for `service.test`, a client's.
struct Certificates(tempfile::TempDir);

impl Certificates {
    fn new() -> Certificates {
        let dir = tempfile::tempdir().unwrap();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let root = params.self_signed(&key).unwrap();
        let issuer = Issuer::new(params, key);
        let write = |name: &str, text: String| std::fs::write(dir.path().join(name), text).unwrap();
        let signed = |file: &str, names: &[&str], purpose: ExtendedKeyUsagePurpose| {
            let names: Vec<String> = names.iter().map(ToString::to_string).collect();
            let mut params = CertificateParams::new(names).unwrap();
            params.extended_key_usages = vec![purpose];
            let key = KeyPair::generate().unwrap();
            write(&format!("{file}.pem"), params.signed_by(&key, &issuer).unwrap().pem());
            write(&format!("{file}-key.pem"), key.serialize_pem());
        };
        write("ca.pem", root.pem());
        signed("server", &["service.test"], ExtendedKeyUsagePurpose::ServerAuth);
        signed("local", &["127.0.0.1"], ExtendedKeyUsagePurpose::ServerAuth);
        signed("client", &["client"], ExtendedKeyUsagePurpose::ClientAuth);
        Certificates(dir)
    }

    fn file(&self, name: &str) -> String {
        self.0.path().join(format!("{name}.pem")).display().to_string()
    }

    /// A server with this one of them, that perhaps wants to see a client's.
    fn serve(&self, certificate: &str, mutual: bool) -> Server {
        let mut vars = vec![("REACHED_CERTIFICATE", self.0.path().join(certificate))];
        if mutual {
            vars.push(("REACHED_CLIENTS", self.0.path().join("ca.pem")));
        }
        serving(vars)
    }
}

fn serving(vars: Vec<(&str, PathBuf)>) -> Server {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "reached::serve", "--ignored", "--nocapture", "--test-threads=1"]);
    command.env("REACHED", "yes").envs(vars);
    Server::from(command)
}

/// A server for the other tests, started by them as a process of its own; alone it does nothing.
#[test]
#[ignore = "a server for the other tests, no test"]
fn serve() {
    if std::env::var_os("REACHED").is_none() {
        return;
    }
    if let Some(path) = std::env::var_os("REACHED_SOCKET") {
        let listener = std::os::unix::net::UnixListener::bind(path).unwrap();
        std::thread::spawn(move || {
            listener.incoming().map_while(Result::ok).for_each(|stream| {
                std::thread::spawn(move || answer(stream));
            });
        });
        // nothing asks for it: a socket has no port
        println!("listening on 127.0.0.1:0");
    } else {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        println!("listening on {}", listener.local_addr().unwrap());
        let tls = std::env::var_os("REACHED_CERTIFICATE").map(|file| Arc::new(config(Path::new(&file))));
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let tls = tls.clone();
                std::thread::spawn(move || match tls {
                    Some(tls) => answer(StreamOwned::new(ServerConnection::new(tls).unwrap(), stream)),
                    None => answer(stream),
                });
            }
        });
    }
    let (end, ended) = mpsc::channel();
    std::thread::spawn(move || {
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        let _ = end.send(());
    });
    let _ = ended.recv_timeout(LIFETIME);
}

fn config(certificate: &Path) -> ServerConfig {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let pem = |path: PathBuf| CertificateDer::from_pem_file(path).unwrap();
    let builder = match std::env::var_os("REACHED_CLIENTS") {
        Some(authority) => {
            let mut roots = RootCertStore::empty();
            roots.add(pem(authority.into())).unwrap();
            let verifier = WebPkiClientVerifier::builder(roots.into()).build().unwrap();
            ServerConfig::builder().with_client_cert_verifier(verifier)
        }
        None => ServerConfig::builder().with_no_client_auth(),
    };
    let key = PrivateKeyDer::from_pem_file(format!("{}-key.pem", certificate.display())).unwrap();
    let chain = vec![pem(format!("{}.pem", certificate.display()).into())];
    builder.with_single_cert(chain, key).unwrap()
}

/// Answers what is asked over one connection: pages of metrics and else "ok", to clients with the key.
fn answer(stream: impl Read + Write) {
    let mut stream = BufReader::new(stream);
    loop {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if stream.read_line(&mut head).is_ok_and(|n| n > 0) {
                continue;
            }
            return;
        }
        println!("{}", head.trim_end().replace("\r\n", " | "));
        let wants_key = std::env::var_os("REACHED_KEY").is_some();
        let (status, body) = match head.split(' ').nth(1) {
            _ if wants_key && !head.to_ascii_lowercase().contains(KEY) => ("401 Unauthorized", "no"),
            Some(path) if path.ends_with("/metrics") => ("200 OK", PAGE),
            Some(path) if path.contains("/debug/") => ("404 Not Found", "no"),
            _ => ("200 OK", "ok"),
        };
        let length = body.len();
        if write!(stream.get_mut(), "HTTP/1.1 {status}\r\nContent-Length: {length}\r\n\r\n{body}").is_err() {
            return;
        }
        let _ = stream.get_mut().flush();
    }
}

/// Every way: what the server is, the URL, the flags without which nothing answers.
fn ways(certificates: &Certificates) -> Vec<(&'static str, Server, String, Vec<String>)> {
    let flags = |text: &str| text.split_whitespace().map(String::from).collect::<Vec<String>>();
    let https = |server: &Server| format!("https://{}/", server.address());
    let ca = format!("--cacert {}", certificates.file("ca"));
    let (cert, key) = (certificates.file("client"), certificates.file("client-key"));
    let socket = certificates.0.path().join("service.sock");
    let unix = serving(vec![("REACHED_SOCKET", socket.clone())]);
    let keyed = serving(vec![("REACHED_KEY", "yes".into())]);
    let proxy = serving(Vec::new());
    let [own, mutual, named] =
        [("local", false), ("local", true), ("server", false)].map(|(name, m)| certificates.serve(name, m));
    let (keyed_url, proxy_url) = (keyed.url(), proxy.url());
    let urls = [&own, &mutual, &named].map(https);
    let [own_url, mutual_url, named_url] = urls;
    let insecure = certificates.serve("local", false);
    let insecure_url = https(&insecure);
    let closed = format!("http://127.0.0.1:{}/", closed_port());
    vec![
        ("a Unix socket", unix, closed.clone(), flags(&format!("--unix-socket {}", socket.display()))),
        ("an authority of its own", own, own_url, flags(&ca)),
        ("any certificate", insecure, insecure_url, flags("-k")),
        ("a client's certificate", mutual, mutual_url, flags(&format!("{ca} --cert {cert} --key {key}"))),
        ("another name", named, named_url, flags(&format!("{ca} --sni service.test"))),
        ("a header", keyed, keyed_url, vec!["-H".into(), "X-Api-Key: s3cret".into()]),
        ("a proxy", proxy, closed, flags(&format!("--proxy {proxy_url}"))),
    ]
}

fn metrics<'a>(probes: &'a Value, way: &str) -> &'a Value {
    let all = probes.as_array().unwrap_or_else(|| panic!("{way}: {probes}"));
    &all.iter().find(|probe| probe["name"] == "prometheus").unwrap()["found"]
}

#[test]
fn a_run_asks_for_pages_of_the_service_the_way_its_load_goes() {
    let certificates = Certificates::new();
    let place = tempfile::tempdir().unwrap();
    std::thread::scope(|scope| {
        for (number, (way, server, url, flags)) in ways(&certificates).into_iter().enumerate() {
            let dir = place.path().join(number.to_string());
            scope.spawn(move || {
                let mut command = soak(&[&url, "-z", "3s", "-q", "20", "-o", &dir.display().to_string()]);
                command.args(&flags);
                // a proxy in front of the service is not judged in its place
                command.args(["--pid", &server.pid().to_string()]);
                let output = run(command);
                assert!([0, 3].contains(&output.code), "{way}: {output:?}");
                let environment: Value =
                    serde_json::from_str(&super::support::text(dir.join("env.json"))).unwrap();
                assert_eq!(metrics(&environment["probes"], way), true, "{way}: {environment}");
                let report = super::support::report(&dir);
                assert_eq!(report["load"]["errors"]["ratio"], 0.0, "{way}: {report}");
            });
        }
    });
}

#[test]
fn pages_of_others_are_asked_for_without_the_proxy_and_without_the_header() {
    let (proxy, other) = (serving(Vec::new()), serving(Vec::new()));
    let url = format!("http://127.0.0.1:{}/", closed_port());
    let elsewhere = format!("{}metrics", other.url());
    let mut command =
        soak(&[&url, "-z", "2s", "-q", "20", "--proxy", &proxy.url(), "-H", "X-Api-Key: s3cret"]);
    let place = tempfile::tempdir().unwrap();
    command.args(["--metrics", &elsewhere, "--pid", &proxy.pid().to_string()]).current_dir(place.path());
    run(command);
    let through = proxy.asked();
    assert!(through.iter().any(|head| head.contains(&format!("GET {url} "))), "load goes there: {through:?}");
    assert!(!through.iter().any(|head| head.contains(&elsewhere)), "{through:?}");
    let straight = other.asked();
    assert!(straight.iter().any(|head| head.starts_with("GET /metrics ")), "{straight:?}");
    assert!(!straight.iter().any(|head| head.to_ascii_lowercase().contains(KEY)), "{straight:?}");
}

#[test]
fn doctor_reaches_a_service_by_the_flags_of_a_run_and_not_without_them() {
    let certificates = Certificates::new();
    std::thread::scope(|scope| {
        for (way, server, url, flags) in ways(&certificates) {
            scope.spawn(move || {
                // without its flags soak may find no process there, and says so
                let examined = |flags: &[String]| -> Option<Value> {
                    let mut command = soak(&["doctor", &url, "--json"]);
                    command.args(flags);
                    let output = run(command);
                    (output.code != 2).then(|| serde_json::from_str(&output.ends_with(0).stdout).unwrap())
                };
                let without = examined(&[]);
                assert!(!without.is_some_and(|checkup| metrics(&checkup["probes"], way) == true), "{way}");
                let checkup = examined(&flags).unwrap();
                assert_eq!(metrics(&checkup["probes"], way), true, "{way}: {checkup}");
                if way != "a proxy" {
                    assert_eq!(
                        checkup["target"]["pid"].as_u64(),
                        Some(server.pid().into()),
                        "{way}: {checkup}"
                    );
                }
            });
        }
    });
}

#[test]
fn doctor_has_the_ways_to_a_service_in_a_group_of_its_help() {
    let help = run_soak(&["doctor", "--help"]).ends_with(0).stdout;
    let (_, group) = help.split_once("\nConnection:\n").unwrap_or_else(|| panic!("{help}"));
    let group = group.split("\n\n\n").next().unwrap().split(":\n").next().unwrap();
    for flag in [
        "-k, --insecure",
        "--http2",
        "--unix-socket <PATH>",
        "--cacert <FILE>",
        "--cert <FILE>",
        "--key <FILE>",
        "--sni <NAME>",
        "-x, --proxy <URL>",
        "-H, --header <HEADER>",
    ] {
        assert!(group.contains(flag), "{flag}: {help}");
    }
}

#[test]
fn a_certificate_that_is_not_accepted_ends_the_run_before_it_begins() {
    let certificates = Certificates::new();
    let ca = certificates.file("ca");
    let refused = |server: &Server, flags: &[&str]| {
        let place = tempfile::tempdir().unwrap();
        let url = format!("https://{}/", server.address());
        let mut command = soak(&[&[url.as_str(), "--load-only", "-z", "2s"], flags].concat());
        command.current_dir(place.path());
        let output = run(command).ends_with(2);
        assert!(output.stderr.contains("no connection to https://127.0.0.1:"), "{output:?}");
        output.stderr
    };
    let local = certificates.serve("local", false);
    // the authority of another is not this server's
    let other = Certificates::new();
    let unknown = refused(&local, &["--cacert", &other.file("ca")]);
    assert!(unknown.contains("pass its authority with --cacert, or --insecure"), "{unknown}");
    let named = refused(&certificates.serve("server", false), &["--cacert", &ca]);
    assert!(named.contains("pass the certificate's name with --sni, or --insecure"), "{named}");
    let mutual = refused(&certificates.serve("local", true), &["--cacert", &ca]);
    assert!(mutual.contains("whether the server wants --cert"), "{mutual}");
}
