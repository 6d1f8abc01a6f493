//! The flags of the demo: those of a run that make sense on a service which nobody chose.

use std::time::Duration;

use clap::Args;

use super::args_run::{LoadArgs, OutputArgs, RequestArgs, RunArgs, ScreenArgs};
use crate::demo::{Fix, LIFETIME};
use crate::error::{Error, Result};
use crate::plan::{Plan, resolve_run};
use crate::settings::{Profile, RawValue, Settings};

/// Long enough to be sure, short enough to watch.
const DURATION: &str = "40s";
/// What finding the target, looking at it and writing reports may take beside the phases.
const AROUND: Duration = Duration::from_secs(60);

/// `soak demo`.
#[derive(Debug, Clone, Args)]
pub struct DemoArgs {
    /// Show the service after this fix, without the leak
    #[arg(long, value_enum)]
    pub fix: Option<Fix>,
    /// The whole run [default: 40s]
    #[arg(short = 'z', long, value_name = "TIME", allow_hyphen_values = true, help_heading = "Load")]
    pub duration: Option<String>,
    /// Requests due a second [default: 100/s]
    #[arg(short = 'q', long, value_name = "RATE", allow_hyphen_values = true, help_heading = "Load")]
    pub rate: Option<String>,
    /// Requests in flight at most [default: 64]
    #[arg(short = 'c', long, value_name = "N", allow_hyphen_values = true, help_heading = "Load")]
    pub connections: Option<String>,
    #[command(flatten)]
    #[expect(missing_docs, reason = "the group has docs of its own")]
    pub output: OutputArgs,
    #[command(flatten)]
    #[expect(missing_docs, reason = "see above")]
    pub screen: ScreenArgs,
}

/// `soak demo-serve`.
#[derive(Debug, Clone, Copy, Args)]
pub struct DemoServeArgs {
    /// With this fix
    #[arg(long, value_enum)]
    pub fix: Option<Fix>,
}

impl DemoArgs {
    /// The plan against the demo's service at `url`. Of the environment only `replace` counts: the demo shows the
    /// same whatever else is set.
    ///
    /// # Errors
    /// As [`resolve_run`], and when the run would outlive the service.
    pub fn plan(self, url: String, env: &Settings) -> Result<Plan> {
        let load = LoadArgs {
            duration: self.duration,
            rate: self.rate,
            connections: self.connections,
            ..LoadArgs::default()
        };
        let args = RunArgs {
            url: Some(url),
            load,
            output: self.output,
            request: RequestArgs::default(),
            screen: self.screen,
            ..RunArgs::default()
        };
        let env = Settings { replace: env.replace, ..Settings::default() };
        let settings = Settings { duration: Some(RawValue(DURATION.into())), ..Settings::default() };
        let demo = Profile { name: "demo".into(), source: "demo".into(), file: None, settings };
        let plan = resolve_run(args.settings(), env, Some(demo))?;
        let longest = LIFETIME.saturating_sub(AROUND);
        if plan.record.phases.total().0 > longest {
            let minutes = longest.as_secs() / 60;
            return Err(Error::usage(format!(
                "--duration: the demo's service lives for {minutes} min and no longer"
            )));
        }
        Ok(plan)
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use super::*;
    use crate::cli::args::{Command, parse};

    fn demo(line: &str) -> Result<Plan> {
        let env = Settings { rate: Some("7".into()), ..Settings::default() };
        match parse(line.split_whitespace().map(OsString::from)).unwrap() {
            Command::Demo(args) => args.plan("http://127.0.0.1:1/".into(), &env),
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
        assert!(demo("soak demo -z soon").unwrap_err().to_string().starts_with("--duration: 'soon'"));
    }
}
