//! A load that a person changes, or wants to.

use crate::evidence::FixedLoad;

/// Why it stays as planned.
pub fn why_fixed_load(why: FixedLoad) -> &'static str {
    match why {
        FixedLoad::Observed => "The load is not soak's: a watch sends none.",
        FixedLoad::ClosedLoop => "The rate cannot be changed: at --rate max the answers set the pace.",
        FixedLoad::Shape => "The rate cannot be changed: it follows the shape of --load-shape.",
        FixedLoad::Blocks => "The rate cannot be changed: several kinds of requests are dealt in blocks.",
    }
}
