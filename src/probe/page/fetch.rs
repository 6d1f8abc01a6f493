//! Pages that a target serves about itself, fetched within bounds.
//!
//! A client of its own, apart from the load's: one idle connection, no redirects, a cap on size and time, so that
//! neither a page that never ends nor a gzip bomb can hold up or fill up a run. Pages at the service's own origin are
//! reached as the load reaches it, by the same socket, name, certificates, HTTP version and proxy, and with the user's
//! headers; all others straight and with nothing of that.

use std::time::{Duration, Instant};

use reqwest::header::{
    CONNECTION, CONTENT_ENCODING, CONTENT_TYPE, EXPECT, HeaderMap, HeaderName, RANGE, TE, TRANSFER_ENCODING,
    UPGRADE,
};
use reqwest::{Client, ClientBuilder, Method, RequestBuilder, StatusCode, Url};

use crate::http::{client_for, direct_client, request_by};
use crate::plan::RequestPlan;
use crate::probe::page::bounds::Bounds;
use crate::probe::page::gunzip::gunzip;
use crate::probe::sample::ProbeError;
use crate::probe::sampler::meter::{Meter, TargetQueue};

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The status.
    pub status: StatusCode,
    /// The content type, where one was sent.
    pub content_type: Option<String>,
    /// The body, unpacked.
    pub body: Vec<u8>,
    /// How long the target took to answer, without the wait for another page's turn.
    pub took: Duration,
}

/// Fetches pages of one target.
#[derive(Debug, Clone)]
pub struct Fetcher {
    client: Client,
    /// None where the URL of the service was not given.
    own: Option<Own>,
    queue: TargetQueue,
}

/// The service's own origin: credentials and trust are for the service alone, and no other host gets them.
#[derive(Debug, Clone)]
struct Own {
    origin: String,
    client: Client,
    request: RequestPlan,
    /// What the user sends with each request and a page about the service may need as well.
    headers: HeaderMap,
}

/// The client with what is common to all pages.
fn for_pages(builder: ClientBuilder) -> Result<Client, ProbeError> {
    builder
        .redirect(reqwest::redirect::Policy::none())
        .pool_max_idle_per_host(1)
        .connect_timeout(Duration::from_secs(3))
        .build()
        .map_err(|error| ProbeError(format!("no HTTP client: {error}")))
}

/// Whether a header is about the body that it goes with, the form of the answer, or the connection: a page has others.
fn belongs_to_one_exchange(name: &HeaderName) -> bool {
    let about = |prefix| name.as_str().starts_with(prefix);
    about("content-")
        || about("accept")
        || about("if-")
        || [CONNECTION, EXPECT, RANGE, TE, TRANSFER_ENCODING, UPGRADE].contains(name)
}

impl Fetcher {
    /// A fetcher for the service that this request goes to. The request's headers are sent to its own origin
    /// alone.
    ///
    /// # Errors
    /// When the TLS library cannot start.
    pub fn new(request: &RequestPlan) -> Result<Fetcher, ProbeError> {
        let mut headers = request.headers.clone();
        for name in request.headers.keys().filter(|name| belongs_to_one_exchange(name)) {
            headers.remove(name);
        }
        let own = Own {
            origin: request.url.origin().ascii_serialization(),
            client: for_pages(client_for(request).map_err(|e| ProbeError(e.to_string()))?)?,
            request: request.clone(),
            headers,
        };
        Ok(Fetcher { own: Some(own), ..Fetcher::bare(request.connect.record.insecure)? })
    }

    /// A fetcher for pages of a service whose own URL was not given.
    ///
    /// # Errors
    /// As [`Fetcher::new`].
    pub fn bare(insecure: bool) -> Result<Fetcher, ProbeError> {
        Ok(Fetcher { client: for_pages(direct_client(insecure))?, own: None, queue: TargetQueue::default() })
    }

    /// The same, for pages that cost this target CPU time.
    pub fn metered(self, meter: Option<Meter>) -> Fetcher {
        Fetcher { queue: self.queue.metered(meter), ..self }
    }

    /// Fetches a page, whatever its status.
    ///
    /// # Errors
    /// When there is no whole answer within the bounds.
    pub async fn get(&self, url: &Url, bounds: Bounds) -> Result<Page, ProbeError> {
        let fetched = self.run_alone(tokio::time::timeout(bounds.time, self.fetch(url, bounds.bytes))).await;
        fetched.unwrap_or_else(|_| {
            Err(ProbeError(format!("{} did not answer within {:.0?}", shown(url), bounds.time)))
        })
    }

    /// Asks the target something, by whatever way, while no page is made, and counts what it costs.
    pub async fn run_alone<T>(&self, asking: impl Future<Output = T>) -> T {
        self.queue.run_alone(asking).await
    }

    /// Fetches a page that must be there.
    ///
    /// # Errors
    /// As [`Fetcher::get`], and for any status but 2xx.
    pub async fn get_ok(&self, url: &Url, bounds: Bounds) -> Result<Page, ProbeError> {
        let page = self.get(url, bounds).await?;
        if page.status.is_success() {
            return Ok(page);
        }
        Err(ProbeError(format!("{} answered {}", shown(url), page.status)))
    }

    async fn fetch(&self, url: &Url, most: usize) -> Result<Page, ProbeError> {
        let failed = |error: reqwest::Error| ProbeError(format!("{}: {}", shown(url), innermost(&error)));
        let begun = Instant::now();
        let origin = url.origin().ascii_serialization();
        let request = match self.own.as_ref().filter(|own| own.origin == origin) {
            Some(own) => own.get(url)?,
            None => self.client.get(url.clone()),
        };
        let mut response = request.send().await.map_err(failed)?;
        let header =
            |name| response.headers().get(name).and_then(|v| v.to_str().ok()).map(str::to_ascii_lowercase);
        let (content_type, encoding) = (header(CONTENT_TYPE), header(CONTENT_ENCODING));
        let status = response.status();
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(failed)? {
            if body.len() + chunk.len() > most {
                return Err(ProbeError(format!("{} is longer than {most} bytes", shown(url))));
            }
            body.extend_from_slice(&chunk);
        }
        if encoding.as_deref() == Some("gzip") {
            body = gunzip(&body, most).map_err(|error| ProbeError(format!("{}: {error}", shown(url))))?;
        }
        Ok(Page { status, content_type, body, took: begun.elapsed() })
    }
}

impl Own {
    fn get(&self, url: &Url) -> Result<RequestBuilder, ProbeError> {
        let asked = request_by(&self.client, &self.request, Method::GET, url);
        Ok(asked.map_err(|error| ProbeError(error.to_string()))?.headers(self.headers.clone()))
    }
}

/// A URL without user, password and query: it may be printed.
pub fn shown(url: &Url) -> String {
    format!("{}{}", url.origin().ascii_serialization(), url.path())
}

/// The cause at the bottom says most: `Connection refused`, not `error sending request`.
fn innermost(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}

#[cfg(test)]
mod tests {
    use reqwest::header::AUTHORIZATION;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;
    use crate::probe::sampler::meter::count;

    fn fetcher(url: &str, headers: HeaderMap) -> Fetcher {
        Fetcher::new(&RequestPlan { headers, ..RequestPlan::get(url.parse().unwrap()) }).unwrap()
    }

    /// Answers one request with these bytes and then keeps the connection open; gives back what was asked.
    async fn serve_once(answer: Vec<u8>) -> (Url, tokio::task::JoinHandle<String>) {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/page", listener.local_addr().unwrap()).parse().unwrap();
        let asked = tokio::spawn(async move {
            let (mut socket, _) = listener.accept().await.unwrap();
            let mut buffer = vec![0; 4096];
            let n = socket.read(&mut buffer).await.unwrap();
            let _ = socket.write_all(&answer).await;
            let _ = socket.read(&mut [0; 64]).await;
            String::from_utf8_lossy(&buffer[..n]).into_owned()
        });
        (url, asked)
    }

    const BOUNDS: Bounds = Bounds { bytes: 1000, time: Duration::from_millis(300) };

    #[tokio::test]
    async fn a_page_without_end_and_one_that_never_comes_are_given_up() {
        let endless =
            [b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n".to_vec(), vec![b'x'; 5000]].concat();
        let (url, _served) = serve_once(endless).await;
        let error = fetcher(url.as_str(), HeaderMap::new()).get(&url, BOUNDS).await.unwrap_err();
        assert!(error.0.contains("longer than 1000 bytes"), "{error}");

        let (url, _served) = serve_once(b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf".to_vec()).await;
        let error = fetcher(url.as_str(), HeaderMap::new()).get(&url, BOUNDS).await.unwrap_err();
        assert!(error.0.contains("did not answer within"), "{error}");
    }

    #[tokio::test]
    async fn a_page_that_waits_for_its_turn_costs_the_target_nothing_meanwhile() {
        let (url, _served) = serve_once(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n".to_vec()).await;
        let fetcher = fetcher(url.as_str(), HeaderMap::new());
        let turn = fetcher.queue.hold().await;
        let begun = Instant::now();
        let held = tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(200)).await;
            drop(turn);
        });
        let bounds = Bounds { time: Duration::from_secs(20), ..BOUNDS };
        let (page, spent) = count(fetcher.get(&url, bounds)).await;
        let waited = spent.waited;
        let all = begun.elapsed();
        held.await.unwrap();
        let took = page.unwrap().took;
        assert!(waited >= Duration::from_millis(190), "{waited:?}");
        assert!(waited + took <= all, "{waited:?} of waiting are no part of {took:?}");
    }

    #[tokio::test]
    async fn credentials_go_to_the_services_own_origin_alone() {
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, "Bearer abc".parse().unwrap());
        headers.insert("x-api-key", "s3cret".parse().unwrap());
        for of_the_load in ["accept-encoding", "content-type", "if-none-match", "range"] {
            headers.insert(of_the_load, "x-load".parse().unwrap());
        }
        let answer = b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n";

        let (url, asked) = serve_once(answer.to_vec()).await;
        let own = fetcher(url.as_str(), headers.clone());
        assert!(own.get_ok(&url, BOUNDS).await.unwrap_err().0.ends_with("/page answered 404 Not Found"));
        drop(own);
        let asked = asked.await.unwrap().to_ascii_lowercase();
        assert!(asked.contains("bearer abc") && asked.contains("x-api-key: s3cret"), "{asked}");
        assert!(!asked.contains("x-load"), "a page is no body of the load's: {asked}");

        let (url, asked) = serve_once(answer.to_vec()).await;
        let foreign = fetcher("http://127.0.0.1:9/", headers);
        assert_eq!(foreign.get(&url, BOUNDS).await.unwrap().status, StatusCode::NOT_FOUND);
        drop(foreign);
        let asked = asked.await.unwrap().to_ascii_lowercase();
        assert!(!asked.contains("bearer") && !asked.contains("x-api-key"), "{asked}");
    }
}
