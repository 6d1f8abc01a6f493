//! Whose growth it is, judged: which request or behaviour leaks, which adds nothing, and of which this run cannot tell.
//!
//! Comes in: the blocks that a run with several requests or misbehaving clients was cut into. Goes out: for each
//! series that grew a line for each kind of request. `blocks` reads them off the evidence, `trend/` has the method.

mod blocks;

use crate::evidence::{Evidence, SeriesId};
use crate::findings::{Attributed, AttributedGrowth, Direction, Estimate, SeriesEvidence};
use crate::trend::{Effect, attribute};

use super::series_evidence::{AllEvidence, FARTHEST_RUN_LENGTHS};
use super::steady::Steady;
use super::tasks::Tasks;
use blocks::{Cut, Kind, LEAST_BLOCKS};

/// A kind adds nothing if its upper end is below this share of what one request of the worst kind leaks.
const NOTHING_BELOW_SHARE_OF_WORST: f64 = 0.25;
/// Where no kind is known to leak, a kind adds nothing if all its requests come to less than this share of the growth.
const NOTHING_BELOW_SHARE_OF_GROWTH: f64 = 0.1;
/// What comes to less than this share of all the growth is blamed for nothing.
const LEAST_BLAMED_SHARE: f64 = 0.02;
/// Growth of which more than this share came back after the load was held, not leaked.
const RETURNED_SHARE: f64 = 0.5;
/// Of the groups that are blamed at most so many are asked about.
const MOST_CULPRITS: usize = 3;

/// What grew, and what is asked about it.
struct Grew {
    series: SeriesId,
    culprit: Option<String>,
    read: Vec<(f64, f64)>,
}

/// Every line of everything that grew; empty where no mix differed by design.
pub fn attribution(
    evidence: &Evidence,
    steady: &Steady,
    voters: &AllEvidence,
    tasks: &Tasks,
) -> Vec<AttributedGrowth> {
    let Some(cut) = Cut::read(evidence, steady) else { return Vec::new() };
    let all = grew(evidence, voters, tasks);
    let each = all.iter().filter_map(|grew| {
        let sampled = cut.sampled(grew.read.iter().copied())?;
        let effects = attribute(&sampled, all.len());
        Some(lines(grew, &cut.kinds, effects.as_deref(), blocks::growth(&sampled), steady.seconds()))
    });
    each.flatten().collect()
}

/// Of tasks those who are blamed, since nothing but what leaked is among them; else the series.
fn grew(evidence: &Evidence, voters: &AllEvidence, tasks: &Tasks) -> Vec<Grew> {
    let counted = SeriesId::task_counts().into_iter().find(|id| voters.get(id).is_some());
    let mut all: Vec<Grew> = tasks
        .leaking_tasks()
        .take(MOST_CULPRITS)
        .map(|whose| Grew {
            series: format!("{}s", whose.culprit.kind).into(),
            culprit: Some(whose.culprit.label()),
            read: blocks::counts(evidence, whose),
        })
        .collect();
    let plain = |voter: &&SeriesEvidence| asks(voter, counted.as_ref().filter(|_| all.is_empty()));
    let series: Vec<Grew> = voters
        .iter()
        .filter(plain)
        .filter_map(|voter| {
            let recording = &evidence.recording;
            let samples = &recording.series(&voter.id)?.samples;
            let read = recording.elapsed_s.iter().zip(samples).filter_map(|(t, v)| Some((*t, v.get()?)));
            Some(Grew { series: voter.id.clone(), culprit: None, read: read.collect() })
        })
        .collect();
    all.extend(series);
    all
}

/// Whether it is asked whose growth this is: the best count of tasks or that of descriptors, whether or not their
/// groups vote in their place, if they rose; and what memory has a vote and grows.
fn asks(voter: &SeriesEvidence, counted: Option<&SeriesId>) -> bool {
    let count = counted == Some(&voter.id) || voter.id == SeriesId::Fds;
    let rose = match voter.trend.direction {
        Direction::Stable => false,
        Direction::Growing => voter.material,
        Direction::Inconclusive => count && !voter.bounded && voter.trend.start < voter.trend.end,
    };
    let came_back = voter.trend.recovered.is_some_and(|share| share > RETURNED_SHARE);
    (count || voter.votes()) && rose && !came_back && voter.explained_by.is_none()
}

fn lines(
    grew: &Grew,
    kinds: &[Kind],
    effects: Option<&[Effect]>,
    growth: f64,
    steady_s: f64,
) -> Vec<AttributedGrowth> {
    let effects: Vec<Option<&Effect>> = kinds
        .iter()
        .enumerate()
        .map(|(i, kind)| effects.and_then(|e| e.get(i)).filter(|_| kind.compared()))
        .collect();
    let leaks = |kind: &Kind, effect: &Effect| {
        effect.each.lo > 0.0
            // a client that misbehaves makes a request, too: it is blamed for what it adds to that
            && (kind.is_normal() || effect.excess.lo > 0.0)
            && effect.each.value * kind.sent as f64 >= LEAST_BLAMED_SHARE * growth
    };
    let worst = kinds.iter().zip(&effects).filter_map(|(kind, effect)| effect.filter(|e| leaks(kind, e)));
    let worst = worst.map(|effect| effect.each.value).reduce(f64::max);
    let line = |(kind, effect): (&Kind, &Option<&Effect>)| {
        let mut line = AttributedGrowth {
            series: grew.series.clone(),
            culprit: grew.culprit.clone(),
            request: kind.request.clone(),
            behaviour: kind.behaviour.clone(),
            blocks: kind.blocks,
            sent: kind.sent,
            per_each: effect.map(|effect| effect.each),
            answer: Attributed::TooShort,
            needs_s: None,
        };
        match effect {
            None => {
                let times = f64::from(LEAST_BLOCKS) / f64::from(kind.blocks.max(1));
                line.needs_s = Some(steady_s * times.max(2.0));
            }
            Some(effect) if leaks(kind, effect) => line.answer = Attributed::Leaks,
            Some(effect) => {
                let of_all = NOTHING_BELOW_SHARE_OF_GROWTH * growth.max(0.0) / kind.sent.max(1) as f64;
                let most = worst.map_or(of_all, |worst| NOTHING_BELOW_SHARE_OF_WORST * worst);
                // many small ones may come to much: the commonest are held to their share of all the growth
                let most = if kind.base { of_all } else { most };
                line.answer = match effect.each.hi <= most {
                    true => Attributed::Nothing,
                    false => Attributed::CannotBeSeparated,
                };
                line.needs_s =
                    needs(&effect.each, most, steady_s).filter(|_| line.answer != Attributed::Nothing);
            }
        }
        line
    };
    kinds.iter().zip(&effects).map(line).collect()
}

/// How long a steady would tell: an interval shrinks with the root of its length. None where that is too far ahead.
fn needs(each: &Estimate, most: f64, steady_s: f64) -> Option<f64> {
    let half = (each.hi - each.value).max(each.value - each.lo);
    // far enough from one of the two answers, nothing and what it seems to be
    let room = most.max(0.5 * each.value);
    let times = (half / room.max(f64::MIN_POSITIVE)).powi(2).max(1.5);
    (times <= FARTHEST_RUN_LENGTHS).then_some(times * steady_s)
}
