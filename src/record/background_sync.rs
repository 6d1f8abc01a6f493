//! The thread that asks the disk to keep what was handed to the kernel.

use std::fs::OpenOptions;
use std::path::PathBuf;
use std::sync::mpsc;
use std::time::Duration;

/// A power cut loses at most this much.
const SYNC_EVERY: Duration = Duration::from_secs(30);

/// Asks for fdatasync now and then, apart from sampling, which must never wait for a disk. Nothing waits for its
/// thread either: a disk that hangs must not hold up a report, nor the end.
#[derive(Debug)]
pub(super) struct BackgroundSync(mpsc::Sender<()>);

impl BackgroundSync {
    /// By their paths: a file may be replaced by another.
    pub(super) fn start(files: Vec<PathBuf>) -> BackgroundSync {
        let (end, ended) = mpsc::channel();
        std::thread::spawn(move || {
            loop {
                let asked = ended.recv_timeout(SYNC_EVERY);
                if asked == Err(mpsc::RecvTimeoutError::Disconnected) {
                    return;
                }
                for path in &files {
                    // a disk that fails shows in the writes, which are what counts
                    let _ = OpenOptions::new().append(true).open(path).and_then(|file| file.sync_data());
                }
                if asked.is_ok() {
                    return;
                }
            }
        });
        BackgroundSync(end)
    }

    /// Once more, now that all is written, while the report is made. Dropped without this it only stops.
    pub(super) fn finish(self) {
        let _ = self.0.send(()); // it has not ended before
    }
}
