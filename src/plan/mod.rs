//! Profiles, precedence, checks and redaction: what was asked for becomes a [`Plan`] that cannot be wrong.
//!
//! Comes in: [`Settings`] from the command line, the environment and a profile. Goes out: a [`Plan`], or the one line
//! that says what was wrong. Nothing is sent or written here.

mod blocks;
mod connect;
mod gates;
mod layers;
mod looking;
mod metrics;
mod misbehave;
mod output;
mod pattern;
mod phases;
mod profiles;
mod reach;
mod redact;
mod request;
mod requests;
mod resolve;
pub mod selector;
mod sending;
mod settings;
mod shape;
mod typed;
mod types;
mod watch;

#[cfg(test)]
mod tests;

pub use connect::ConnectPlan;
pub use output::pipeline;
pub use profiles::{BUILT_IN, BuiltIn, Profile, built_in, find};
pub use requests::RequestTable;
pub use resolve::{plan, resolve};
pub use settings::Settings;
pub use shape::ShapeTable;
pub use typed::{RawValue, Switch};
pub use types::{
    OutPlan, PipelinePlan, Plan, PprofPlan, ProbePlan, RequestPlan, TargetPlan, TaskMetric, host_name,
};
pub use watch::watch;
