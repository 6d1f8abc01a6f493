//! The page that Go's expvar serves at /debug/vars, as bytes turned into figures. Nothing here reads from anywhere.
//!
//! One JSON object of whatever the service publishes; `memstats` is runtime.MemStats (src/runtime/mstats.go in Go's
//! sources) and `cmdline` the command line. All else is skipped without being kept, and a page that is too long is not
//! even fetched, so that what a service publishes costs soak no memory.

use std::time::Duration;

use serde::Deserialize;

use crate::probe::go::pprof::heap::MemStats;
use crate::probe::page::bounds::Bounds;
use crate::probe::sample::ProbeError;

/// The runtime's part takes 10 KiB; what the service itself publishes comes on top.
pub const PAGE_BOUNDS: Bounds = Bounds { bytes: 4 << 20, time: Duration::from_secs(10) };

/// What soak takes from a page.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ExpvarPage {
    /// The command line.
    #[serde(default)]
    pub cmdline: Vec<String>,
    /// The runtime's account, and what tells when it last collected.
    pub memstats: ExpvarStats,
}

/// The fields of runtime.MemStats that count here, all of them there or it is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ExpvarStats {
    sys: u64,
    heap_alloc: u64,
    heap_sys: u64,
    heap_released: u64,
    stack_sys: u64,
    /// Bytes of all objects ever allocated.
    pub total_alloc: u64,
    /// When the last collection ended, in nanoseconds since 1970; 0 before the first.
    #[serde(rename = "LastGC")]
    pub last_gc: u64,
    /// How many collections have ended.
    #[serde(rename = "NumGC")]
    pub num_gc: u64,
}

impl ExpvarStats {
    /// The account as heap?debug=1 tells it too.
    pub fn stats(&self) -> MemStats {
        MemStats {
            sys: self.sys,
            heap_released: self.heap_released,
            heap_alloc: self.heap_alloc,
            heap_sys: self.heap_sys,
            stack_sys: self.stack_sys,
        }
    }

    /// Bytes of all objects ever freed; no less later, in one life.
    pub fn freed(&self) -> f64 {
        self.total_alloc as f64 - self.heap_alloc as f64
    }
}

/// Reads a page.
///
/// # Errors
/// When it is no JSON, or its memstats are not those of Go's runtime.
pub fn parse(page: &[u8]) -> Result<ExpvarPage, ProbeError> {
    serde_json::from_slice(page).map_err(|error| ProbeError(format!("not expvar's page: {error}")))
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::*;

    /// As Go 1.27 writes it, shortened.
    pub const MEMSTATS: &str = "{\"Alloc\":300,\"TotalAlloc\":1000,\"Sys\":5000,\"Lookups\":0,\"HeapAlloc\":300,\
        \"HeapSys\":4000,\"HeapIdle\":3000,\"HeapInuse\":1000,\"HeapReleased\":2500,\"StackInuse\":200,\
        \"StackSys\":250,\"NextGC\":4194304,\"LastGC\":1795980000123456789,\"PauseNs\":[1,2],\"NumGC\":7,\
        \"EnableGC\":true,\"GCCPUFraction\":0.001,\"BySize\":[{\"Size\":8,\"Mallocs\":1}]}";

    fn page(more: &str) -> String {
        format!("{{\n\"cmdline\": [\"/srv/api\",\"-x\"],{more}\n\"memstats\": {MEMSTATS}\n}}\n")
    }

    #[test]
    fn the_runtimes_account_is_read_and_all_else_skipped() {
        let vars =
            parse(page("\"requests\": 17, \"by_path\": {\"/\": [1, {\"a\": null}]},").as_bytes()).unwrap();
        assert_eq!(vars.cmdline, ["/srv/api", "-x"]);
        let stats = vars.memstats.stats();
        assert_eq!((stats.held(), stats.runtime(), stats.garbage()), (2500.0, 750.0, 1200.0));
        assert_eq!((vars.memstats.freed(), vars.memstats.num_gc), (700.0, 7));
        assert_eq!(vars.memstats.last_gc, 1_795_980_000_123_456_789, "to the nanosecond");
    }

    #[test]
    fn a_saved_page_is_read() {
        let vars = parse(include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/go/vars.json")))
            .unwrap();
        let stats = vars.memstats.stats();
        assert!(stats.held() > 1e6 && stats.runtime() > 0.0 && stats.garbage() > 0.0, "{vars:?}");
    }

    #[test]
    fn what_is_not_gos_is_an_error_and_never_a_panic() {
        let deep = "[".repeat(200_000);
        let most = "9".repeat(400);
        let wrong = [
            String::new(),
            "<html>".into(),
            "[]".into(),
            "{}".into(),
            "{\"memstats\": []}".into(),
            "{\"memstats\": {\"Sys\": 1}}".into(),
            page("").replace("5000", "\"much\""),
            page("").replace("5000", "-1"),
            page("").replace("5000", "1.5"),
            page("").replace("5000", &most),
            page("").replace("5000", "null"),
            page(&format!("\"memstats\": {MEMSTATS},")),
            page("\"cmdline\": 7,"),
            page(&format!("\"deep\": {deep},")),
            page("\"ratio\": NaN,"),
        ];
        for page in wrong {
            let error = parse(page.as_bytes()).unwrap_err();
            assert!(error.0.starts_with("not expvar's page: ") && error.0.len() < 200, "{error}");
        }
    }

    proptest! {
        #[test]
        fn a_damaged_page_never_panics(cut in 0usize..700, junk in "\\PC{0,40}") {
            let page = page("");
            let at = page.floor_char_boundary(cut.min(page.len()));
            let _ = parse(format!("{}{junk}{}", &page[..at], &page[at..]).as_bytes());
            let _ = parse(&page.as_bytes()[..at]);
        }
    }
}
