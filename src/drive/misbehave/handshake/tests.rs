//! Misbehaving clients against servers of TLS, by the plan that a user would have written.

use std::rc::Rc;
use std::time::Duration;

use crate::drive::exchange::testing::{Authority, Server, Speaks};
use crate::drive::misbehave::client::{Client, SharedClient};
use crate::drive::misbehave::dispatch::play;
use crate::drive::misbehave::ended::Ended;
use crate::drive::rendering::Keys;
use crate::evidence::ErrorKind;
use crate::plan::plan_request;
use crate::workload::Behaviour;

const HOLD: Duration = Duration::from_millis(100);

/// One client that behaves so at this server, with these settings.
fn tried(server: &Server, settings: &str, behaviour: Behaviour) -> Ended {
    let plan = plan_request(&format!("https://{}/", server.addr.unwrap()), settings).unwrap();
    let shared = SharedClient::new(&plan, Keys::default(), Duration::from_secs(2)).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(play(behaviour, &Client::new(&Rc::new(shared)), HOLD))
}

#[test]
fn a_certificate_that_is_not_trusted_is_an_error_of_connecting() {
    let (served, trusted) = (Authority::new(&["127.0.0.1"]), Authority::new(&["127.0.0.1"]));
    let server = Server::start(&Speaks::Tls(&served, &["http/1.1"]));
    let trust = format!("cacert = '{}'", trusted.file("ca").display());
    for behaviour in Behaviour::ALL {
        assert_eq!(tried(&server, &trust, behaviour), Err(ErrorKind::Connect), "{behaviour}");
    }
    assert!(server.seen().is_empty());
}

#[test]
fn tls_is_as_the_plan_says_with_http_1_alone() {
    let churn = |server: &Server, settings: &str| tried(server, settings, Behaviour::Churn);
    let authority = Authority::new(&["service.test"]);
    let file = |name: &str| authority.file(name).display().to_string();
    let server = Server::start(&Speaks::Tls(&authority, &["h2", "http/1.1"]));
    let trust = format!("cacert = '{}'", file("ca"));
    assert_eq!(churn(&server, &format!("{trust}\nsni = 'service.test'")), Ok(()));
    assert_eq!(churn(&server, &trust), Err(ErrorKind::Connect), "the certificate is for another name");
    assert_eq!(churn(&server, "insecure = true"), Ok(()));
    let seen = server.seen();
    assert_eq!(seen[0].sni.as_deref(), Some("service.test"));
    assert_eq!(seen[0].host, Some(server.addr.unwrap().to_string()), "Host is the URL's");
    assert!(seen.iter().all(|one| one.alpn.as_deref() == Some(b"http/1.1")), "{seen:?}");

    let server = Server::start(&Speaks::MutualTls(&authority));
    let identity = format!("cert = '{}'\nkey = '{}'", file("cert"), file("key"));
    assert_eq!(churn(&server, &format!("insecure = true\n{identity}")), Ok(()));
    assert!(churn(&server, "insecure = true").is_err(), "it wants to see a certificate");
    assert_eq!(server.seen().len(), 1);
}
