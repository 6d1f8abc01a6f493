//! `--every`: the report of a watch, written again while it goes on.
//!
//! Comes in: the run directory, once a second the time. Goes out: every derived file, made on a blocking thread
//! from what is on the disk, so that no sample waits for it. The report at the end does not wait either: what is
//! still being written then is given up after the file that is under way.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::task::{JoinHandle, spawn_blocking};

use super::judged_run::judge_run;
use crate::error::Result;
use crate::record::{read_run, replace_file};
use crate::report;
use crate::report::picture::Theme;

/// Writes reports again and again.
pub struct RollingReport {
    dir: PathBuf,
    theme: Theme,
    every: Option<Duration>,
    next: Duration,
    under_way: Option<JoinHandle<Result<()>>>,
    /// Whether the final report is being made; held while a file is written, so that two never write one.
    over: Arc<Mutex<bool>>,
}

impl RollingReport {
    /// For the run in this directory.
    pub fn new(dir: PathBuf, every: Option<Duration>, theme: Theme) -> RollingReport {
        RollingReport {
            dir,
            theme,
            every,
            next: every.unwrap_or_default(),
            under_way: None,
            over: Arc::default(),
        }
    }

    /// Begins a report if one is due and none is under way.
    pub fn update(&mut self, elapsed: Duration) {
        let Some(every) = self.every.filter(|_| elapsed >= self.next) else { return };
        if self.under_way.as_ref().is_some_and(|report| !report.is_finished()) {
            return;
        }
        // what could not be written now is tried again, and reported at the end
        self.next = elapsed + every;
        let (dir, theme, over) = (self.dir.clone(), self.theme, Arc::clone(&self.over));
        self.under_way = Some(spawn_blocking(move || write(&dir, theme, &over)));
    }

    /// From here on nothing is written by it.
    pub fn end(self) {
        *self.over.lock().unwrap_or_else(PoisonError::into_inner) = true;
    }
}

fn write(dir: &std::path::Path, theme: Theme, over: &Mutex<bool>) -> Result<()> {
    let evidence = read_run(dir)?;
    let report = judge_run(dir, &evidence).report;
    report::render_all(&evidence, &report, theme, |name, content| {
        let over = over.lock().unwrap_or_else(PoisonError::into_inner);
        if *over { Ok(()) } else { replace_file(&dir.join(name), content) }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run() -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        let rows: String = (0..40).map(|i| format!("{i},steady,,100\n")).collect();
        let text = format!("elapsed_s,phase,requests_total,rss_bytes\n{rows}");
        std::fs::write(dir.path().join("samples.csv"), text).unwrap();
        dir
    }

    #[tokio::test]
    async fn a_report_comes_when_it_is_due_and_not_before() {
        let dir = run();
        let report = dir.path().join("report.json");
        let mut rolling = RollingReport::new(dir.path().into(), Some(Duration::from_secs(5)), Theme::Light);
        rolling.update(Duration::from_secs(4));
        assert!(rolling.under_way.is_none());
        rolling.update(Duration::from_secs(5));
        rolling.under_way.take().unwrap().await.unwrap().unwrap();
        assert!(report.exists() && dir.path().join("soak.png").exists());
        rolling.update(Duration::from_secs(9));
        assert!(rolling.under_way.is_none(), "five seconds later");
        let mut never = RollingReport::new(dir.path().into(), None, Theme::Light);
        never.update(Duration::from_secs(1_000_000));
        assert!(never.under_way.is_none());
    }

    #[test]
    fn nothing_is_written_once_the_final_report_is_made() {
        let dir = run();
        write(dir.path(), Theme::Light, &Mutex::new(true)).unwrap();
        assert!(!dir.path().join("report.json").exists());
    }
}
