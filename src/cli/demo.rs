//! `soak demo`: the story on the embedded service, and a run against it.

use std::path::Path;

use super::args_demo::{DemoArgs, DemoServeArgs};
use super::args_run::environment;
use crate::demo::{self, Fix};
use crate::error::Result;
use crate::findings::Verdict;
use crate::session::{self, EXIT_ABORTED, OutputOptions, info};

/// Shows the leak, or its fix; exits with 0 if it showed what it should.
///
/// # Errors
/// Those of a run.
pub fn run(args: DemoArgs) -> Result<u8> {
    let options = OutputOptions::from(args.screen);
    let fix = args.fix.unwrap_or(Fix::None);
    let environment = environment()?;
    let service = demo::start(fix)?;
    let (story, wanted) = story(fix);
    info(&options, story);
    info(
        &options,
        &format!("It runs as pid {} on {}. soak does not know what it is:", service.pid(), service.url()),
    );
    let plan = args.plan(service.url(), &environment)?;
    let Some(outcome) = session::run(&plan, &options)? else { return Ok(EXIT_ABORTED) };
    if outcome.troubles.is_empty() {
        info(&options, &where_to_look(&outcome.dir));
    }
    if outcome.report.verdict == wanted {
        info(
            &options,
            "The demo itself exits with 0: it showed what it should. A run of your own exits by its verdict.",
        );
        return Ok(0);
    }
    info(&options, &format!("This should have been called {wanted}; was the machine very busy?"));
    Ok(1)
}

/// `soak demo-serve`: the service itself.
///
/// # Errors
/// When it cannot listen.
pub fn serve(args: DemoServeArgs) -> Result<u8> {
    demo::serve(args.fix.unwrap_or(Fix::None)).map(|()| 0)
}

/// What happens in the service, and the verdict that fits.
fn story(fix: Fix) -> (&'static str, Verdict) {
    match fix {
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
    }
}

fn where_to_look(dir: &Path) -> String {
    format!("Open {} to see it.", dir.join("soak.png").display())
}
