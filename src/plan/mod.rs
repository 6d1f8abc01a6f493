//! Profiles, precedence, checks and redaction: what was asked for becomes a [`Plan`] that cannot be wrong.
//!
//! Comes in: [`Settings`] from the command line and from a profile. Goes out: a [`Plan`], or the one line that says
//! what was wrong. Nothing is sent or written here.

mod types;

pub use types::{OutPlan, Plan, PprofPlan, ProbePlan, RequestPlan, TargetPlan, TaskMetric};
