//! What the line under the picture is about: what is to blame, else what decided.

use crate::evidence::SeriesId;
use crate::findings::{
    Assessment, Attributed, Caption, Direction, GateOutcome, GateResult, SeriesEvidence, Verdict,
};

use super::notes::attributed;

/// The first of a fixed order that there is.
pub fn choose_caption(found: &Assessment, gates: &[GateOutcome], has_notes: bool) -> Caption {
    // which requests do it matters as much as where: the code is named above the graph of its tasks
    let leaks = found.attribution.iter().any(|line| line.answer == Attributed::Leaks);
    if let Some(lines) = attributed(&found.attribution).next().filter(|_| leaks) {
        return Caption::Attribution(lines.to_vec());
    }
    if !found.culprits.is_empty() {
        return Caption::Culprit;
    }
    match found.verdict() {
        Verdict::Leak | Verdict::Failed if has_notes => return Caption::FirstNote,
        Verdict::Leak | Verdict::Failed => {}
        Verdict::Stable | Verdict::Inconclusive => {
            if gates.iter().any(|gate| gate.result == GateResult::Failed) {
                return Caption::FailedGate;
            }
            // what was explained away is what a reader sees climbing above this line
            if let Some(explanation) = found.series.iter().find_map(|s| s.explained_by) {
                return Caption::Explained(explanation);
            }
        }
    }
    // one that may grow, by too little to count: the headline has its figure, and no other series may say another
    let bounded = found.excluded.as_ref().filter(|_| found.verdict() == Verdict::Stable);
    let bounded = bounded.and_then(|excluded| found.series.iter().find(|s| s.id == excluded.id));
    if let Some(series) = bounded.filter(|s| s.trend.direction != Direction::Stable) {
        return Caption::Bounded(series.id.clone());
    }
    strongest(found).map_or(Caption::Nothing, |s| Caption::Series(s.id.clone()))
}

/// The strongest memory that says what the verdict says, else any series that does, else any with a vote.
fn strongest(found: &Assessment) -> Option<&SeriesEvidence> {
    let agrees = |s: &&SeriesEvidence| {
        let stable = s.trend.direction == Direction::Stable;
        s.votes() && stable == (found.verdict() == Verdict::Stable)
    };
    let memory = SeriesId::memory_strongest_first();
    let mut memory = memory.iter().filter_map(|id| found.series.iter().find(|s| s.id == *id && agrees(s)));
    memory
        .next()
        .or_else(|| found.series.iter().find(agrees))
        .or_else(|| found.series.iter().find(|s| s.votes()))
}
