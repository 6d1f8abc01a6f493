//! `soak demo`: the story on the embedded service, and a run against it.

use std::path::Path;
use std::time::Duration;

use super::args::{DemoArgs, DemoServeArgs};
use super::environment::environment;
use crate::demo::{self, Fix, LIFETIME};
use crate::error::{Error, Result};
use crate::findings::Verdict;
use crate::plan::{Plan, resolve_run};
use crate::session::{self, EXIT_ABORTED, OutputOptions, info};
use crate::settings::{Profile, RawValue, Settings};

/// Long enough to be sure, short enough to watch.
const DURATION: &str = "40s";
/// What finding the target, looking at it and writing reports may take beside the phases.
const AROUND: Duration = Duration::from_secs(60);

/// Shows the leak, or its fix; exits with 0 if it showed what it should.
///
/// # Errors
/// Those of a run.
pub fn run(args: DemoArgs) -> Result<u8> {
    let options = OutputOptions::from(args.screen);
    let fix = args.fix.unwrap_or(Fix::None);
    let environment = environment()?;
    let service = demo::start(fix)?;
    // a wrong flag is refused before the story is shown
    let plan = plan(args, service.url(), &environment)?;
    let (story, wanted) = story(fix);
    info(&options, story);
    info(
        &options,
        &format!("It runs as pid {} on {}. soak does not know what it is:", service.pid(), service.url()),
    );
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
             and the session table keeps the other end: the last three are never read, so each request leaves a task that \
             waits for ever.",
            Verdict::Leak,
        ),
        Fix::Timeout => {
            ("The same shop, whose producer gives up after a second without a reader.", Verdict::Stable)
        }
        Fix::Context => {
            ("The same shop, whose producer ends with the request it works for.", Verdict::Stable)
        }
    }
}

fn where_to_look(dir: &Path) -> String {
    format!("Open {} to see it.", dir.join("soak.png").display())
}

/// The plan against the demo's service at `url`. Of the environment only `replace` counts: the demo shows the same
/// whatever else is set.
///
/// # Errors
/// As [`resolve_run`], and when the run would outlive the service.
fn plan(args: DemoArgs, url: String, environment: &Settings) -> Result<Plan> {
    let environment = Settings { replace: environment.replace, ..Settings::default() };
    let settings = Settings { duration: Some(RawValue(DURATION.into())), ..Settings::default() };
    let demo = Profile { name: "demo".into(), source: "demo".into(), file: None, settings };
    let plan = resolve_run(args.for_service(url).settings(), environment, Some(demo))?;
    let longest = LIFETIME.saturating_sub(AROUND);
    if plan.record.phases.total().0 > longest {
        let minutes = longest.as_secs() / 60;
        return Err(Error::usage(format!(
            "--duration: the demo's service ends after {minutes} min: pass a shorter time"
        )));
    }
    Ok(plan)
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use super::*;
    use crate::cli::args::{Command, parse};

    fn demo(line: &str) -> Result<Plan> {
        let env = Settings { rate: Some("7".into()), ..Settings::default() };
        match parse(line.split_whitespace().map(OsString::from)).unwrap() {
            Command::Demo(args) => plan(args, "http://127.0.0.1:1/".into(), &env),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_demo_is_a_run_like_any_other_but_shorter() {
        let plan = demo("soak demo").unwrap();
        assert_eq!(plan.record.profile, "demo");
        assert_eq!(
            (plan.record.phases.total().secs(), plan.record.driven().unwrap().rate.per_second()),
            (40.0, Some(100.0))
        );
        let plan = demo("soak demo -z 20s -q 50 -o out").unwrap();
        assert_eq!(
            (plan.record.phases.total().secs(), plan.record.driven().unwrap().rate.per_second()),
            (20.0, Some(50.0))
        );
        assert_eq!(plan.out.dir, Some("out".into()));
    }

    #[test]
    fn it_does_not_outlive_its_service() {
        assert!(demo("soak demo -z 1h").unwrap_err().to_string().contains("14 min"));
        assert!(
            demo("soak demo -z soon")
                .unwrap_err()
                .to_string()
                .starts_with("--duration: invalid duration 'soon'")
        );
    }
}
