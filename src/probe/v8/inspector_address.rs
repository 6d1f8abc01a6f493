//! Where the inspector of a V8 process is: a port that it listens at, and the path of its WebSocket.
//!
//! Comes in: where processes of the target listen on the loopback. Goes out: the first that answers `/json/list` as
//! an inspector does. Port and path are new in every life of a process, also with `--inspect=127.0.0.1:9229`. Of the
//! address that an inspector tells only the path is taken, so that a page cannot send soak elsewhere.

use std::net::SocketAddr;
use std::time::Duration;

use reqwest::Url;
use serde::Deserialize;

use crate::probe::page::bounds::Bounds;
use crate::probe::page::fetch::Fetcher;
use crate::probe::sample::ProbeError;

/// A list of a few pages, made by a thread that does nothing else.
const LIST_BOUNDS: Bounds = Bounds { bytes: 64 << 10, time: Duration::from_secs(1) };
/// Ports that are asked.
const MOST_PORTS: usize = 16;

/// An inspector that answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InspectorAddress {
    /// Whose.
    pub pid: u32,
    /// Where it listens.
    pub at: SocketAddr,
    /// Where its WebSocket is.
    pub path: String,
}

#[derive(Deserialize)]
struct Page {
    #[serde(rename = "type", default)]
    kind: String,
    #[serde(rename = "webSocketDebuggerUrl", default)]
    socket: String,
}

/// Asks one port after the other.
///
/// # Errors
/// When none of them is an inspector's.
pub async fn find(
    fetcher: &Fetcher,
    listening: Vec<(u32, SocketAddr)>,
) -> Result<InspectorAddress, ProbeError> {
    for (pid, at) in listening.into_iter().take(MOST_PORTS) {
        let Ok(url) = Url::parse(&format!("http://{at}/json/list")) else { continue };
        let Ok(page) = fetcher.get_ok(&url, LIST_BOUNDS).await else { continue };
        if let Some(path) = path(&page.body) {
            return Ok(InspectorAddress { pid, at, path });
        }
    }
    Err(ProbeError("no port of the target is an inspector's".into()))
}

/// The path of the first page that is a runtime's own: the one of the main thread.
pub(super) fn path(list: &[u8]) -> Option<String> {
    let pages: Vec<Page> = serde_json::from_slice(list).ok()?;
    let page = pages.into_iter().find(|page| matches!(page.kind.as_str(), "node" | "deno"))?;
    let url = Url::parse(&page.socket).ok().filter(|url| url.scheme() == "ws")?;
    Some(url.path().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::testing::{fetcher, serve};

    #[test]
    fn the_path_is_taken_and_not_the_address() {
        let list = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/node/list.json"));
        assert_eq!(path(list).as_deref(), Some("/0f2a1b3c-5d6e-4f70-8a9b-1c2d3e4f5a6b"));
        for other in ["[]", "{}", "<html>", "[{\"type\":\"page\",\"webSocketDebuggerUrl\":\"ws://h/x\"}]"] {
            assert_eq!(path(other.as_bytes()), None, "{other}");
        }
        assert_eq!(path(b"[{\"type\":\"node\",\"webSocketDebuggerUrl\":\"http://h/x\"}]"), None);
    }

    #[tokio::test]
    async fn the_first_port_that_is_an_inspectors_is_taken() {
        let port = async |body: &'static str| {
            let url =
                serve(move |path| if path == "/json/list" { (200, body.into()) } else { (404, vec![]) })
                    .await;
            (fetcher(&url), SocketAddr::from(([127, 0, 0, 1], url.port().unwrap())))
        };
        let (_, admin) = port("<html>").await;
        let list = "[{\"type\":\"node\",\"webSocketDebuggerUrl\":\"ws://example.com:1/here\"}]";
        let (fetcher, inspector) = port(list).await;
        let found = find(&fetcher, vec![(7, admin), (8, inspector)]).await.unwrap();
        assert_eq!(found, InspectorAddress { pid: 8, at: inspector, path: "/here".into() });
        assert!(find(&fetcher, vec![(7, admin)]).await.is_err());
    }
}
