//! For tests alone: runs made up by hand, one for each way in which a report can come out.

mod cases;
mod comparison;
mod empty_report;
mod made_run;

pub use cases::{cases, day, leak};
pub use comparison::comparison;
pub use made_run::Made;

use crate::evidence::Evidence;
use crate::findings::Report;

/// A run under a name.
pub struct Case {
    pub name: &'static str,
    pub evidence: Evidence,
    pub findings: Report,
}
