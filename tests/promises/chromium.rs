//! A headless Chromium in which a test opens a page, over the DevTools protocol.
//!
//! Its port is free for the taking, its profile a directory of its own, and it ends with its [`Browser`]. Whatever it
//! says of errors, dialogs and requests is kept.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{WebSocketStream, client_async_with_config};

/// Debian's name first.
const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
/// To start, or to answer; a busy machine takes its time.
const PATIENCE: Duration = Duration::from_secs(30);

/// One browser with one page.
pub struct Browser {
    child: Child,
    _profile: TempDir,
    socket: WebSocketStream<TcpStream>,
    session: Option<String>,
    last: u64,
    events: Vec<Value>,
}

impl Drop for Browser {
    fn drop(&mut self) {
        // after a test that failed; its other processes see that the first is gone, and end
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Browser {
    /// Starts one, if there is any on PATH.
    pub async fn start() -> Option<Browser> {
        let version = |name: &&&str| {
            let asked =
                Command::new(name).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
            asked.is_ok_and(|status| status.success())
        };
        let name = NAMES.iter().find(version)?;
        let profile = tempfile::tempdir().unwrap();
        let mut command = Command::new(name);
        command.args(["--headless", "--remote-debugging-port=0", "--disable-gpu", "--no-first-run"]);
        command.args(["--disable-background-networking", "--disable-component-update", "--disable-sync"]);
        command.arg(format!("--user-data-dir={}", profile.path().display()));
        // Chromium's sandbox refuses to run as root, as containers do
        if rustix::process::geteuid().is_root() {
            command.arg("--no-sandbox");
        }
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let child = command.spawn().unwrap();
        let (port, path) = door(&profile.path().join("DevToolsActivePort")).await;
        let stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
        let bounds = Some(WebSocketConfig::default());
        let url = format!("ws://127.0.0.1:{port}{path}");
        let (socket, _) = client_async_with_config(url, stream, bounds).await.unwrap();
        let mut browser =
            Browser { child, _profile: profile, socket, session: None, last: 0, events: Vec::new() };
        let target = browser.call("Target.createTarget", json!({"url": "about:blank"})).await;
        let attach = json!({"targetId": target["targetId"], "flatten": true});
        let attached = browser.call("Target.attachToTarget", attach).await;
        browser.session = attached["sessionId"].as_str().map(str::to_string);
        for domain in ["Page", "Runtime", "Log", "Network"] {
            browser.call(&format!("{domain}.enable"), json!({})).await;
        }
        Some(browser)
    }

    /// Ends it, with all its processes, so that nothing writes into its profile any more.
    pub async fn close(mut self) {
        self.session = None;
        self.call("Browser.close", json!({})).await;
        let until = Instant::now() + PATIENCE;
        while self.child.try_wait().unwrap().is_none() && Instant::now() < until {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Asks for something and waits for the answer.
    pub async fn call(&mut self, method: &str, params: Value) -> Value {
        self.last += 1;
        let mut asked = json!({"id": self.last, "method": method, "params": params});
        if let Some(session) = &self.session {
            asked["sessionId"] = session.as_str().into();
        }
        self.socket.send(Message::text(asked.to_string())).await.unwrap();
        loop {
            let said = self.hear().await;
            if said["id"] == self.last {
                assert!(said["error"].is_null(), "{method}: {}", said["error"]);
                return said["result"].clone();
            }
        }
    }

    async fn hear(&mut self) -> Value {
        loop {
            let said = tokio::time::timeout(PATIENCE, self.socket.next()).await.expect("Chromium answers");
            let Message::Text(text) = said.expect("Chromium lives").unwrap() else { continue };
            let said: Value = serde_json::from_str(&text).unwrap();
            if said["method"].is_string() {
                self.events.push(said.clone());
            }
            return said;
        }
    }

    /// Opens a file and waits until it is there.
    pub async fn open(&mut self, file: &Path) {
        self.events.clear();
        self.call("Page.navigate", json!({"url": format!("file://{}", file.display())})).await;
        while !self.events.iter().any(|event| event["method"] == "Page.loadEventFired") {
            self.hear().await;
        }
    }

    /// What an expression comes to.
    pub async fn tells(&mut self, expression: &str) -> Value {
        let asked = json!({"expression": expression, "returnByValue": true});
        let answer = self.call("Runtime.evaluate", asked).await;
        assert!(answer["exceptionDetails"].is_null(), "{expression}: {}", answer["exceptionDetails"]);
        answer["result"]["value"].clone()
    }

    /// Resizes the window to this width and sets the preferred colours.
    pub async fn wear(&mut self, wide: u32, scheme: &str, media: &str) {
        let size = json!({"width": wide, "height": 900, "deviceScaleFactor": 1, "mobile": false});
        self.call("Emulation.setDeviceMetricsOverride", size).await;
        let features = json!([{"name": "prefers-color-scheme", "value": scheme}]);
        self.call("Emulation.setEmulatedMedia", json!({"media": media, "features": features})).await;
        // laid out and drawn again
        let frames =
            "(async () => { for (let i = 0; i < 4; i += 1) await new Promise(requestAnimationFrame); })()";
        self.call("Runtime.evaluate", json!({"expression": frames, "awaitPromise": true})).await;
    }

    /// Moves the mouse there.
    pub async fn point(&mut self, (x, y): (f64, f64)) {
        self.call("Input.dispatchMouseEvent", json!({"type": "mouseMoved", "x": x, "y": y})).await;
    }

    /// Draws the mouse from one place to another with its left button held.
    pub async fn draw(&mut self, from: (f64, f64), to: (f64, f64)) {
        let steps = [("mousePressed", from, 1), ("mouseMoved", to, 1), ("mouseReleased", to, 0)];
        for (kind, (x, y), buttons) in steps {
            let event = json!({
                "type": kind, "x": x, "y": y, "button": "left", "buttons": buttons, "clickCount": 1
            });
            self.call("Input.dispatchMouseEvent", event).await;
        }
    }

    /// Everything that should not have happened since the page was opened: errors, warnings, dialogs, and requests for
    /// anything but the page itself.
    pub fn complaints(&self) -> Vec<String> {
        let complaint = |event: &Value| {
            let params = &event["params"];
            let url = params["request"]["url"].as_str().unwrap_or("");
            match event["method"].as_str()? {
                "Runtime.exceptionThrown" | "Page.javascriptDialogOpening" | "Log.entryAdded" => {}
                "Runtime.consoleAPICalled" if params["type"] == "error" || params["type"] == "warning" => {}
                "Network.requestWillBeSent" if !url.starts_with("file://") && !url.starts_with("data:") => {}
                _ => return None,
            }
            Some(event.to_string())
        };
        self.events.iter().filter_map(complaint).collect()
    }
}

/// Port and path, once Chromium has written them.
async fn door(file: &Path) -> (u16, String) {
    let until = Instant::now() + PATIENCE;
    loop {
        let text = std::fs::read_to_string(file).unwrap_or_default();
        if let Some((port, path)) = text.split_once('\n').filter(|(_, path)| path.contains("browser")) {
            return (port.parse().unwrap(), path.trim().to_string());
        }
        assert!(Instant::now() < until, "Chromium did not start in {PATIENCE:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
