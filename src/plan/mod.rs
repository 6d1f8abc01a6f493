//! What was asked for becomes a [`Plan`] that cannot be wrong: defaults, checks of one value against another,
//! redaction.
//!
//! Comes in: [`Settings`](crate::settings::Settings) from the command line, the environment and a profile. Goes out: a
//! [`Plan`], or the one line that says what was wrong. Nothing is sent or written here.

mod blocks;
mod concurrency;
mod connect;
mod early_end;
mod gates;
mod headers;
mod host;
mod judging;
mod metrics;
mod misbehave;
mod output;
mod pattern;
mod phases;
mod probes;
mod rate;
mod request;
mod requests;
mod resolved_plan;
mod rows;
mod run;
mod sampling;
pub mod selector;
mod sessions;
mod shape;
mod table_reader;
mod target;
mod tasks;
mod template;
mod timing;
mod tls;
mod url;
mod vary;
mod watch;

#[cfg(test)]
mod tests;

pub use connect::ConnectPlan;
pub(crate) use connect::ProxyPlan;
pub use metrics::TaskMetric;
pub use output::{OutPlan, PipelinePlan, plan_pipeline};
pub use probes::{PprofPlan, ProbePlan, TaskLabels};
pub use request::RequestPlan;
pub use resolved_plan::Plan;
pub use rows::Rows;
#[cfg(test)]
pub use run::{plan_profile, plan_request};
pub use run::{plan_run, resolve_run};
pub use sessions::{Capture, CaptureFrom, LoginPlan, SessionsPlan};
pub use target::TargetPlan;
pub use tasks::{TasksPlan, plan_tasks};
pub use template::{Escape, Piece, SessionSlots, Slot, Template, Vary, with_slots};
pub use tls::crypto_provider;
pub use url::host_name;
pub use watch::plan_watch;
