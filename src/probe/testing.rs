//! A service that serves pages about itself, for tests.

use reqwest::Url;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::plan::RequestPlan;
use crate::probe::page::fetch::Fetcher;

/// A fetcher for the service at this URL, without anything private.
pub fn fetcher(url: &Url) -> Fetcher {
    Fetcher::new(&request(url)).unwrap()
}

/// A plain request for it.
pub fn request(url: &Url) -> RequestPlan {
    RequestPlan::get(url.clone())
}

/// Answers each request with a status and a body, by its path with the query, until the test's runtime ends.
pub async fn serve(answer: impl Fn(&str) -> (u16, Vec<u8>) + Send + 'static) -> Url {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap()).parse().unwrap();
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                match socket.read_u8().await {
                    Ok(byte) => head.push(byte),
                    Err(_) => break,
                }
            }
            let head = String::from_utf8_lossy(&head).into_owned();
            let (status, body) = answer(head.split(' ').nth(1).unwrap_or_default());
            let length = body.len();
            let mut out =
                format!("HTTP/1.1 {status} -\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n")
                    .into_bytes();
            out.extend(body);
            let _ = socket.write_all(&out).await;
        }
    });
    url
}
