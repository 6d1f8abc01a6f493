//! What a run wrote, read back; and one run that is recorded once for all tests that only read one.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use serde_json::Value;

use super::command::{Output, run_soak};
use super::server::Server;

pub fn text(path: impl AsRef<Path>) -> String {
    let path = path.as_ref();
    std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

pub fn report(dir: &Path) -> Value {
    serde_json::from_str(&text(dir.join("report.json"))).unwrap()
}

/// The events of a run, line by line.
pub fn events(dir: &Path) -> Vec<Value> {
    text(dir.join("events.jsonl")).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// All files below a directory.
pub fn files(dir: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(dir).unwrap().map(|e| e.unwrap().path()) {
        if entry.is_dir() {
            all.extend(files(&entry));
        } else {
            all.push(entry);
        }
    }
    all
}

pub fn copy(from: &Path, to: &Path) {
    for file in files(from) {
        let place = to.join(file.strip_prefix(from).unwrap());
        std::fs::create_dir_all(place.parent().unwrap()).unwrap();
        std::fs::copy(&file, place).unwrap();
    }
}

/// A run that was recorded once, for all who only read one: five seconds of the demo's leak.
pub struct Recorded {
    pub dir: PathBuf,
    pub output: Output,
}

pub fn recorded() -> &'static Recorded {
    static ONCE: OnceLock<Recorded> = OnceLock::new();
    ONCE.get_or_init(|| {
        let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("recorded");
        let _ = std::fs::remove_dir_all(&dir); // of an earlier run of the tests
        let demo = Server::demo();
        let output =
            run_soak(&[&demo.url(), "-z", "5s", "-o", dir.to_str().unwrap(), "--label", "the sample"]);
        assert!([0, 1, 3].contains(&output.code), "{output:?}");
        Recorded { dir, output }
    })
}
