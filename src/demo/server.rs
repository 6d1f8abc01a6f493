//! The story over HTTP: `/` the products, `/healthz`, and `/metrics` in Prometheus' text format.

use std::convert::Infallible;
use std::fmt::Write;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};

use super::story::{Page, Shop};
use super::tracked::waiting;

/// Answers until `stop` is ready; connections still open then end with the runtime.
pub(super) async fn run(listener: TcpListener, shop: Arc<Shop>, stop: impl Future<Output = ()>) {
    let mut stop = pin!(stop);
    loop {
        let accepted = tokio::select! {
            () = &mut stop => return,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, _)) => {
                let visitors = Arc::clone(&shop);
                shop.tasks.spawn(waiting("connection", connection(stream, visitors)));
            }
            // out of file descriptors, most likely: those that end make room
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
}

async fn connection(stream: TcpStream, shop: Arc<Shop>) {
    // small answers go out at once; where the option is not to be had they go out a little later
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| {
        let shop = Arc::clone(&shop);
        async move { Ok::<_, Infallible>(answer(&shop, &request).await) }
    });
    // a visitor that hangs up half-way is no error of the shop
    let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

async fn answer(shop: &Shop, request: &Request<Incoming>) -> Response<Full<Bytes>> {
    let (status, text) = match request.uri().path() {
        "/" => {
            let query = request.uri().query().unwrap_or_default();
            let session = query.split('&').find_map(|pair| pair.strip_prefix("session=")?.parse().ok());
            let page = page_text(&shop.page(session).await);
            shop.shown.fetch_add(1, Ordering::Relaxed);
            (StatusCode::OK, page)
        }
        "/healthz" => (StatusCode::OK, "ok\n".into()),
        "/metrics" => (StatusCode::OK, metrics(shop)),
        _ => (StatusCode::NOT_FOUND, "there are /, /healthz and /metrics\n".into()),
    };
    let mut response = Response::new(Full::new(Bytes::from(text)));
    *response.status_mut() = status;
    let plain = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, plain);
    response
}

fn page_text(page: &Page) -> String {
    let mut text = String::new();
    for product in &page.products {
        // writing to a String cannot fail
        let _ = writeln!(text, "{}. {}: {}", product.number, product.name, product.description);
    }
    if let Some(session) = page.next {
        let _ = writeln!(text, "more at /?session={session}");
    }
    text
}

fn metrics(shop: &Shop) -> String {
    let alive = tokio::runtime::Handle::current().metrics().num_alive_tasks();
    let mut page = String::from("# HELP tokio_alive_tasks Tasks that have not ended.\n");
    let _ = writeln!(page, "# TYPE tokio_alive_tasks gauge\ntokio_alive_tasks {alive}");
    let shown = shop.shown.load(Ordering::Relaxed);
    page.push_str("# HELP http_requests_total Requests answered.\n# TYPE http_requests_total counter\n");
    let _ = writeln!(page, "http_requests_total{{handler=\"/\",code=\"200\"}} {shown}");
    shop.tasks.render(&mut page);
    page
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;
    use crate::demo::Fix;

    /// One connection, one request, the whole answer.
    async fn get(address: std::net::SocketAddr, path: &str) -> String {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    }

    /// What the metrics page says of tasks in `send`, and of all, once both stand still at what is expected.
    async fn after_fifty(fix: Fix, expected: u64) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shop = Arc::new(Shop::new(fix, Duration::from_millis(50)));
        let (end, ended) = tokio::sync::oneshot::channel::<()>();
        let server = tokio::spawn(run(listener, Arc::clone(&shop), async move {
            let _ = ended.await;
        }));
        for _ in 0..50 {
            let page = get(address, "/").await;
            assert!(page.starts_with("HTTP/1.1 200") && page.contains("3. crate"), "{page}");
        }
        for _ in 0..100 {
            if shop.tasks.count_at("send") == expected && shop.tasks.count_at("connection") == 0 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let page = get(address, "/metrics").await;
        end.send(()).unwrap();
        server.await.unwrap();
        page
    }

    fn value(page: &str, start: &str, end: &str) -> u64 {
        let line = page.lines().find(|line| line.starts_with(start) && line.contains(end)).unwrap();
        line.rsplit(' ').next().unwrap().parse().unwrap()
    }

    async fn assert_sending(fix: Fix, expected: u64) {
        let page = after_fifty(fix, expected).await;
        let sending = value(&page, "tokio_tasks{spawned_at=\"src/demo/story.rs:", "waiting_at=\"send\"");
        assert_eq!(sending, expected, "{page}");
        assert_eq!(value(&page, "http_requests_total{handler=\"/\"", ""), 50, "{page}");
        // the other two: the server itself and the connection that asks
        assert_eq!(value(&page, "tokio_alive_tasks ", ""), expected + 2, "{page}");
    }

    #[tokio::test]
    async fn the_metrics_page_shows_fifty_tasks_in_send() {
        assert_sending(Fix::None, 50).await;
    }

    #[tokio::test]
    async fn the_metrics_page_shows_that_the_timeout_helped() {
        assert_sending(Fix::Timeout, 0).await;
    }

    #[tokio::test]
    async fn the_metrics_page_shows_that_the_context_helped() {
        assert_sending(Fix::Context, 0).await;
    }
}
