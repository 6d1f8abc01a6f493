//! Servers for the tests of connections: TLS with certificates of their own, HTTP/2, Unix sockets.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http_body_util::Full;
use hyper::service::service_fn;
use hyper::{Request, Response, Version};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rcgen::{BasicConstraints, CertificateParams, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::oneshot;
use tokio_rustls::TlsAcceptor;

/// One request as the server saw it.
#[derive(Debug, Clone)]
pub struct ReceivedRequest {
    /// Which connection of the server it came over, from 0.
    pub connection: usize,
    pub version: Version,
    pub host: Option<String>,
    /// The `connection` header.
    pub closes: bool,
    /// The name that TLS asked for, with what was agreed on.
    pub sni: Option<String>,
    pub alpn: Option<Vec<u8>>,
    /// The whole target, which has a host where it came as through a proxy.
    pub target: String,
    /// The `x-key` header.
    pub key: Option<String>,
}

/// An authority with a server's and a client's certificate, as PEM files in a directory of their own.
pub struct Authority {
    dir: tempfile::TempDir,
    root: CertificateDer<'static>,
    server: (CertificateDer<'static>, KeyPair),
}

impl Authority {
    /// The server's is for these names.
    pub fn new(names: &[&str]) -> Authority {
        let dir = tempfile::tempdir().unwrap();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let root = params.self_signed(&key).unwrap();
        let issuer = Issuer::new(params, key);
        let signed = |names: Vec<String>, purpose: ExtendedKeyUsagePurpose| {
            let mut params = CertificateParams::new(names).unwrap();
            params.extended_key_usages = vec![purpose];
            let key = KeyPair::generate().unwrap();
            (params.signed_by(&key, &issuer).unwrap(), key)
        };
        let names = names.iter().map(ToString::to_string).collect();
        let (server, server_key) = signed(names, ExtendedKeyUsagePurpose::ServerAuth);
        let (client, client_key) = signed(vec!["client".into()], ExtendedKeyUsagePurpose::ClientAuth);
        let write = |name: &str, text: String| std::fs::write(dir.path().join(name), text).unwrap();
        write("ca.pem", root.pem());
        write("cert.pem", client.pem());
        write("key.pem", client_key.serialize_pem());
        write("both.pem", format!("{}{}", client.pem(), client_key.serialize_pem()));
        write("other-key.pem", server_key.serialize_pem());
        Authority { dir, root: root.der().clone(), server: (server.der().clone(), server_key) }
    }

    /// One of `ca`, `cert`, `key`, `both`, `other-key`.
    pub fn file(&self, name: &str) -> PathBuf {
        self.dir.path().join(format!("{name}.pem"))
    }

    /// TLS of the server, which offers these protocols.
    pub fn acceptor(&self, offers: &[&str], asks_for_a_client: bool) -> TlsAcceptor {
        crate::http::install_crypto_provider();
        let builder = ServerConfig::builder();
        let builder = if asks_for_a_client {
            let mut roots = RootCertStore::empty();
            roots.add(self.root.clone()).unwrap();
            builder.with_client_cert_verifier(WebPkiClientVerifier::builder(roots.into()).build().unwrap())
        } else {
            builder.with_no_client_auth()
        };
        let (certificate, key) = &self.server;
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let mut config = builder.with_single_cert(vec![certificate.clone()], key).unwrap();
        config.alpn_protocols = offers.iter().map(|name| name.as_bytes().to_vec()).collect();
        TlsAcceptor::from(Arc::new(config))
    }
}

/// What a server speaks.
pub enum Speaks<'a> {
    /// HTTP/1.1 over TCP at this address.
    Plain(&'a str),
    /// HTTP/2 over TCP, and nothing else.
    Http2,
    /// TLS that offers these protocols.
    Tls(&'a Authority, &'a [&'a str]),
    /// TLS that wants to see a client's certificate.
    MutualTls(&'a Authority),
    /// HTTP/1.1 over a Unix socket.
    #[cfg(unix)]
    Unix(&'a Path),
}

/// Serves until dropped; every answer is 200.
pub struct Server {
    /// None for a Unix socket.
    pub addr: Option<SocketAddr>,
    seen: Arc<Mutex<Vec<ReceivedRequest>>>,
    open: Arc<AtomicUsize>,
    _stop: oneshot::Sender<()>,
}

/// One connection, counted as long as it is open.
struct Open(Arc<AtomicUsize>);

impl Open {
    fn one(all: &Arc<AtomicUsize>) -> Open {
        all.fetch_add(1, Ordering::SeqCst);
        Open(Arc::clone(all))
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Server {
    pub fn start(speaks: &Speaks<'_>) -> Server {
        let (stop, stopped) = oneshot::channel::<()>();
        let (seen, open) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicUsize::new(0)));
        let (for_server, all) = (Arc::clone(&seen), Arc::clone(&open));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let serve_in = |work: std::pin::Pin<Box<dyn Future<Output = ()> + Send>>| {
            std::thread::spawn(move || {
                runtime.block_on(async {
                    tokio::select! { _ = stopped => {}, () = work => {} }
                });
            });
        };
        #[cfg(unix)]
        if let Speaks::Unix(path) = speaks {
            let listener = std::os::unix::net::UnixListener::bind(path).unwrap();
            listener.set_nonblocking(true).unwrap();
            serve_in(Box::pin(async move {
                let listener = tokio::net::UnixListener::from_std(listener).unwrap();
                for connection in 0.. {
                    let (stream, _) = listener.accept().await.unwrap();
                    let (seen, open) = (Arc::clone(&for_server), Open::one(&all));
                    tokio::spawn(async move {
                        let _open = open;
                        serve(stream, blank(connection), seen).await;
                    });
                }
            }));
            return Server { addr: None, seen, open, _stop: stop };
        }
        let (address, tls, http2) = match speaks {
            Speaks::Plain(address) => (*address, None, false),
            Speaks::Http2 => ("127.0.0.1:0", None, true),
            Speaks::Tls(authority, offers) => ("127.0.0.1:0", Some(authority.acceptor(offers, false)), false),
            Speaks::MutualTls(authority) => {
                ("127.0.0.1:0", Some(authority.acceptor(&["http/1.1"], true)), false)
            }
            #[cfg(unix)]
            Speaks::Unix(_) => unreachable!("served above"),
        };
        let listener = std::net::TcpListener::bind(address).unwrap();
        listener.set_nonblocking(true).unwrap();
        let addr = Some(listener.local_addr().unwrap());
        serve_in(Box::pin(async move {
            let listener = tokio::net::TcpListener::from_std(listener).unwrap();
            for connection in 0.. {
                let (stream, _) = listener.accept().await.unwrap();
                let (tls, seen, open) = (tls.clone(), Arc::clone(&for_server), Open::one(&all));
                tokio::spawn(async move {
                    let _open = open;
                    let mut blank = blank(connection);
                    match tls {
                        None if http2 => serve_http2(stream, blank, seen).await,
                        None => serve(stream, blank, seen).await,
                        Some(tls) => {
                            let Ok(stream) = tls.accept(stream).await else { return };
                            blank.sni = stream.get_ref().1.server_name().map(Into::into);
                            blank.alpn = stream.get_ref().1.alpn_protocol().map(Into::into);
                            match blank.alpn.as_deref() {
                                Some(b"h2") => serve_http2(stream, blank, seen).await,
                                _ => serve(stream, blank, seen).await,
                            }
                        }
                    }
                });
            }
        }));
        Server { addr, seen, open, _stop: stop }
    }

    /// Its connections now.
    pub fn open(&self) -> usize {
        self.open.load(Ordering::SeqCst)
    }

    /// Its requests so far.
    pub fn seen(&self) -> Vec<ReceivedRequest> {
        self.seen.lock().unwrap().clone()
    }
}

fn blank(connection: usize) -> ReceivedRequest {
    ReceivedRequest {
        connection,
        version: Version::HTTP_09,
        host: None,
        closes: false,
        sni: None,
        alpn: None,
        target: String::new(),
        key: None,
    }
}

fn note(
    request: &Request<hyper::body::Incoming>,
    blank: &ReceivedRequest,
    seen: &Mutex<Vec<ReceivedRequest>>,
) -> Response<Full<Bytes>> {
    let text = |name| request.headers().get(name).and_then(|value| value.to_str().ok()).map(String::from);
    seen.lock().unwrap().push(ReceivedRequest {
        version: request.version(),
        host: text("host"),
        closes: text("connection").is_some_and(|value| value == "close"),
        target: request.uri().to_string(),
        key: text("x-key"),
        ..blank.clone()
    });
    Response::new(Full::new(Bytes::from_static(b"ok")))
}

async fn serve<S>(stream: S, blank: ReceivedRequest, seen: Arc<Mutex<Vec<ReceivedRequest>>>)
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let answer = service_fn(|request| {
        let response = note(&request, &blank, &seen);
        async move { Ok::<_, Infallible>(response) }
    });
    let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), answer).await;
}

async fn serve_http2<S>(stream: S, blank: ReceivedRequest, seen: Arc<Mutex<Vec<ReceivedRequest>>>)
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let answer = service_fn(|request| {
        let response = note(&request, &blank, &seen);
        async move { Ok::<_, Infallible>(response) }
    });
    let server = hyper::server::conn::http2::Builder::new(TokioExecutor::new());
    let _ = server.serve_connection(TokioIo::new(stream), answer).await;
}
