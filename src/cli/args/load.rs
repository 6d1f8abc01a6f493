//! How much is sent, how, and for how long.

use clap::Args;

use super::values::{switch, value, values};
use crate::settings::Settings;

const MISBEHAVE: &str = "\
Let this share of all requests misbehave: 'hang-up=5%,slow-read=2%', or off. --rate is that of all requests, and what is
reported of rate, latency and errors is reported of those that behave. Over plain http alone.

  hang-up            disconnects once the request is sent
  hang-up-mid-body   disconnects in the middle of the answer's body
  slow-read          reads the answer a few bytes at a time
  slow-send          sends the request a few bytes at a time
  half-open          closes its own side once the request is sent, keeps the other open
  abandon-upload     announces a body, sends half of it, leaves
  reset              resets the connection (RST) once the request is sent
  timeout-and-retry  has half the patience that an answer needs, leaves, asks again
  churn              a new connection for each request
  idle-keepalive     keeps its connection open after the answer and sends nothing more";

/// How much, how long.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Load")]
pub struct LoadArgs {
    /// The whole run with all its phases: 30s, 5m, 8h [default: 5m]
    #[arg(short = 'z', long, value_name = "TIME", allow_hyphen_values = true)]
    pub duration: Option<String>,
    /// Requests due a second, whatever the answers: 100, 500/s, 30/m; or max, as fast as they come
    /// [default: 100/s, beyond this machine 10/s]
    #[arg(short = 'q', long, value_name = "RATE", allow_hyphen_values = true)]
    pub rate: Option<String>,
    /// Requests in flight at most [default: 64]
    #[arg(short = 'c', long, value_name = "N", allow_hyphen_values = true)]
    pub connections: Option<String>,
    /// Threads that send, for rates above some 20,000/s [default: enough for the rate]
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub threads: Option<String>,
    /// Steady ends with the n-th request; without -z the time follows from it
    #[arg(short = 'n', long, value_name = "N", allow_hyphen_values = true)]
    pub requests: Option<String>,
    /// What spaces requests: even, or poisson as independent users come [default: even]
    #[arg(long, value_name = "KIND")]
    pub arrivals: Option<String>,
    /// Warm up at the full rate from the start; else it ramps up to it
    #[arg(long)]
    pub no_warmup_ramp: bool,
    /// Wait and answer of one request together [default: 10s]
    #[arg(short = 't', long, value_name = "TIME", allow_hyphen_values = true)]
    pub timeout: Option<String>,
    /// Let this share of all requests misbehave: 'hang-up=5%,slow-read=2%', or off; see docs/provoking-leaks.md
    #[arg(long, value_name = "MIX", long_help = MISBEHAVE)]
    pub misbehave: Vec<String>,
    /// Time without load before
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub baseline: Option<String>,
    /// Time of load that is not judged
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub warmup: Option<String>,
    /// Time of load that is judged
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub load_duration: Option<String>,
    /// Time without load after
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub settle: Option<String>,
    /// Go through warmup, steady and settle so often [default: 1]
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub cycles: Option<String>,
    /// End the run as soon as the answer is certain
    #[arg(long)]
    pub until_sure: bool,
    /// With --until-sure, judge at least so much [default: 10s]
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub min_duration: Option<String>,
}

impl LoadArgs {
    /// Puts them down beside what is there.
    pub(super) fn fill(self, settings: Settings) -> Settings {
        Settings {
            duration: value(self.duration),
            baseline: value(self.baseline),
            warmup: value(self.warmup),
            load_duration: value(self.load_duration),
            settle: value(self.settle),
            cycles: value(self.cycles),
            until_sure: switch(self.until_sure),
            min_duration: value(self.min_duration),
            rate: value(self.rate),
            connections: value(self.connections),
            threads: value(self.threads),
            requests: value(self.requests),
            arrivals: value(self.arrivals),
            no_warmup_ramp: switch(self.no_warmup_ramp),
            timeout: value(self.timeout),
            misbehave: values(self.misbehave),
            ..settings
        }
    }
}
