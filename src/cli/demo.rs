//! `soak demo`: the story on the embedded service, told as it goes.

use std::path::Path;

use crate::demo::{self, Fix};
use crate::error::Result;
use crate::findings::Verdict;
use crate::plan::Plan;

use super::output::{OutputOptions, info};
use super::session::session;

/// Shows the leak, or its fix; 0 if it showed what it should. `plan` makes the plan for the service's URL.
///
/// # Errors
/// As a run's own.
pub fn demo(fix: Fix, manner: &OutputOptions, plan: impl FnOnce(&str) -> Result<Plan>) -> Result<u8> {
    let service = demo::start(fix)?;
    let (story, wanted) = match fix {
        Fix::None => (
            "A shop answers each request with the first three of six products. Its producer task sends into a channel, \
             and the session table keeps the other end: nobody reads the last three, so each request leaves a task that \
             waits for ever.",
            Verdict::Leak,
        ),
        Fix::Timeout => {
            ("The same shop, whose producer gives up after a second in which nobody read.", Verdict::Stable)
        }
        Fix::Context => {
            ("The same shop, whose producer ends with the request it works for.", Verdict::Stable)
        }
    };
    info(manner, story);
    info(
        manner,
        &format!("It runs as pid {} on {}. soak does not know what it is:", service.pid(), service.url()),
    );
    let plan = plan(&service.url())?;
    let Some(outcome) = session(&plan, manner)? else { return Ok(130) };
    if outcome.troubles.is_empty() {
        info(manner, &pictures(&outcome.dir));
    }
    if outcome.findings.verdict == wanted {
        info(
            manner,
            "The demo itself exits with 0: it showed what it should. A run of your own exits by its verdict.",
        );
        return Ok(0);
    }
    info(manner, &format!("This should have been called {wanted}; was the machine very busy?"));
    Ok(1)
}

fn pictures(dir: &Path) -> String {
    format!("Open {} to see it.", dir.join("soak.png").display())
}
