//! The blocks of a run, read off its evidence: when each was, what was sent in it, and the level of a series.

use std::collections::BTreeMap;

use crate::culprit::Candidate;
use crate::evidence::{EventKind, Evidence, LoadRow, Phase, PlanRecord, segment_starts};
use crate::trend::Block;
use crate::workload::NORMAL;

use super::super::steady::{EDGE_S, Steady};

/// A behaviour that was in fewer blocks has been compared with too little.
pub(super) const LEAST_BLOCKS: u32 = 6;
/// Blocks without a sample tell nothing; with more of them than this share the series was not sampled often enough.
const MOST_UNSAMPLED_SHARE: f64 = 0.5;
/// An event of a phase that is later than this was not late, but another's.
const MOST_LATE_S: f64 = 5.0;
/// A group of which less than this share of its family's growth came is noise.
const LEAST_SHARE_OF_FAMILY: f64 = 0.05;

/// One kind of request: a name and a behaviour.
#[derive(Debug, Clone, PartialEq)]
pub struct Kind {
    pub request: String,
    pub behaviour: String,
    /// Sent in steady.
    pub sent: u64,
    /// Blocks with any.
    pub blocks: u32,
    /// The commonest, which the others are compared with: it is in all blocks, in as many as there is room for.
    pub base: bool,
    /// Counts so far, by moment.
    so_far: Curve,
    /// How many were open, by moment.
    open: Curve,
}

impl Kind {
    pub fn is_normal(&self) -> bool {
        self.behaviour == NORMAL
    }

    /// How many had ended by then.
    fn ended_by(&self, t: f64) -> f64 {
        self.so_far.at(t) - self.open.at(t)
    }

    /// Whether it was in enough blocks.
    pub fn compared(&self) -> bool {
        self.base || self.blocks >= LEAST_BLOCKS
    }
}

/// Points in order of time, straight lines between them.
#[derive(Debug, Clone, Default, PartialEq)]
struct Curve(Vec<(f64, f64)>);

impl Curve {
    fn at(&self, t: f64) -> f64 {
        let next = self.0.partition_point(|(at, _)| *at <= t);
        match (next.checked_sub(1).and_then(|i| self.0.get(i)), self.0.get(next)) {
            (Some((from, a)), Some((to, b))) => a + (b - a) * (t - from) / (to - from),
            (Some((_, last)), None) => *last,
            (None, _) => 0.0,
        }
    }
}

/// How steady was cut.
pub struct Cut {
    /// The base first.
    pub kinds: Vec<Kind>,
    /// The stretches of steady.
    stretches: Vec<(f64, f64)>,
    /// When the first block of each began.
    begins: Vec<f64>,
    length_s: f64,
    /// Since when each life of the target goes on, after its first.
    lives: Vec<f64>,
}

impl Cut {
    /// None where no mix differed by design.
    pub fn read(evidence: &Evidence, steady: &Steady) -> Option<Cut> {
        let plan = evidence.plan.as_ref()?;
        let layout = plan.driven()?.block_layout(&plan.phases)?;
        let length_s = layout.requests as f64 / plan.driven()?.rate.per_second()? / f64::from(layout.count);
        let stretches = steady.stretches.clone();
        let begins = begins(evidence, plan, &stretches);
        let starts = |block: u32| {
            let from = begins.get((block / layout.count) as usize)?;
            Some(from + f64::from(block % layout.count) * length_s)
        };
        let names = plan.request_names();
        let is_base = |row: &&LoadRow| row.is_normal() && names.first() == Some(&&*row.request);
        let base: Vec<&LoadRow> = evidence.load.iter().filter(is_base).collect();
        if folded(&base) {
            return None;
        }
        let moments: Vec<f64> =
            evidence.load.chunk_by(|a, b| a.elapsed_s == b.elapsed_s).map(|rows| rows[0].elapsed_s).collect();
        let mut kinds = vec![base_kind(&base, &moments, &stretches, length_s, &starts)];
        // the named first, in the order of the plan
        let mut others: Vec<(usize, &str, &str)> = evidence
            .load
            .iter()
            .filter(|row| !is_base(row))
            .map(|row| {
                let place = names.iter().position(|name| *name == row.request);
                let place = if row.is_normal() { place.unwrap_or(names.len()) } else { usize::MAX };
                (place, &*row.request, &*row.behaviour)
            })
            .collect();
        others.sort_unstable();
        others.dedup();
        kinds.extend(others.into_iter().map(|(_, request, behaviour)| {
            let of_kind =
                || evidence.load.iter().filter(|r| r.request == request && r.behaviour == behaviour);
            other_kind(request, behaviour, &of_kind().collect::<Vec<_>>(), &moments, length_s, &starts)
        }));
        (kinds.len() > 1).then(|| Cut {
            kinds,
            stretches,
            begins: begins.clone(),
            length_s,
            lives: segment_starts(&evidence.events),
        })
    }

    /// Readings by blocks; none where too few of them were read.
    pub fn sampled(&self, read: impl Iterator<Item = (f64, f64)>) -> Option<Vec<Block>> {
        let mut blocks: Vec<(Place, Sum)> = Vec::new();
        for (t, value) in read {
            let Some(stretch) = self.stretches.iter().position(|(from, to)| (*from..*to).contains(&t)) else {
                continue;
            };
            let life = self.lives.partition_point(|began| *began <= t);
            let number = ((t - self.begins[stretch]).max(0.0) / self.length_s) as u64;
            let place = Place { stretch, life, number };
            if blocks.last().is_none_or(|(last, _)| *last != place) {
                let from = self.begins[stretch] + number as f64 * self.length_s;
                blocks.push((place, Sum::between(&self.kinds, from, from + self.length_s)));
            }
            if let Some((_, sum)) = blocks.last_mut() {
                sum.add(t, value, &self.kinds);
            }
        }
        let all: f64 = self.stretches.iter().map(|(from, to)| (to - from) / self.length_s).sum();
        if (blocks.len() as f64) < (1.0 - MOST_UNSAMPLED_SHARE) * all {
            return None;
        }
        let mut levels: Vec<(usize, usize)> = blocks.iter().map(|(p, _)| (p.stretch, p.life)).collect();
        levels.dedup();
        let level =
            |place: &Place| levels.iter().position(|l| *l == (place.stretch, place.life)).unwrap_or(0);
        Some(blocks.iter().map(|(place, sum)| sum.block(level(place))).collect())
    }
}

/// How many there were of a candidate's groups, those that grew, at each moment at which groups of the kind were
/// counted.
pub fn counts(evidence: &Evidence, whose: &Candidate) -> Vec<(f64, f64)> {
    let of_kind = evidence.groups.iter().filter(|row| row.kind == whose.kind);
    // of a family the groups that come and go, such as those still at work, are noise beside those that stay
    let grew = |id: &&String| {
        let mut rows = of_kind.clone().filter(|row| row.group == **id);
        let first = rows.next().map_or(0.0, |row| row.count);
        let last = rows.next_back().map_or(first, |row| row.count);
        last - first >= LEAST_SHARE_OF_FAMILY * whose.growth
    };
    let groups: Vec<&String> = whose.groups.iter().filter(grew).collect();
    let mut counts: Vec<(f64, f64)> = Vec::new();
    for row in of_kind {
        if counts.last().is_none_or(|(at, _)| *at < row.elapsed_s) {
            counts.push((row.elapsed_s, 0.0));
        }
        if let Some((_, count)) = counts.last_mut().filter(|_| groups.contains(&&row.group)) {
            *count += row.count;
        }
    }
    counts
}

/// By how much a series rose over its blocks, lives and stretches apart.
pub fn growth(blocks: &[Block]) -> f64 {
    let rose = |stretch: &[Block]| stretch.last().map_or(0.0, |last| last.level) - stretch[0].level;
    blocks.chunk_by(|a, b| a.stretch == b.stretch).map(rose).sum()
}

/// When the load of each stretch of steady begins to be judged: by its schedule, which is exact. The event of
/// the phase comes a moment later where the machine is busy.
fn begins(evidence: &Evidence, plan: &PlanRecord, stretches: &[(f64, f64)]) -> Vec<f64> {
    let warmups = evidence.events.iter().filter(|e| e.kind == EventKind::Phase { phase: Phase::Warmup });
    let warmups: Vec<f64> = warmups.map(|e| e.elapsed_s).collect();
    let begin = |(from, _): &(f64, f64)| {
        let warmup = warmups.iter().rev().find(|at| *at <= from);
        let due = warmup.map(|at| at + plan.phases.warmup.secs());
        due.filter(|due| (from - due).abs() < MOST_LATE_S).unwrap_or(*from)
    };
    stretches.iter().map(begin).collect()
}

/// Whether rows of different blocks were put together, as memory does with those of a run so long that it cannot hold
/// them all: then it is no longer known what was sent in which.
fn folded(base: &[&LoadRow]) -> bool {
    let mut blocks: Vec<u32> = base.iter().filter_map(|row| row.block).collect();
    blocks.dedup();
    match (blocks.first(), blocks.last()) {
        (Some(first), Some(last)) => blocks.len() * 2 <= (last - first) as usize,
        _ => false,
    }
}

fn base_kind(
    rows: &[&LoadRow],
    moments: &[f64],
    stretches: &[(f64, f64)],
    length_s: f64,
    starts: &dyn Fn(u32) -> Option<f64>,
) -> Kind {
    let in_steady = |row: &&&LoadRow| {
        stretches.iter().any(|(from, to)| row.elapsed_s > *from && row.elapsed_s <= to + EDGE_S)
    };
    let of_block = of_block(rows);
    let (so_far, blocks) = match of_block.is_empty() {
        // before rows of those that behave named their block
        true => {
            let so_far = rows.iter().scan(0.0, |sum, row| {
                *sum += row.sent as f64;
                Some((row.elapsed_s, *sum))
            });
            (Curve(so_far.collect()), rows.iter().filter(in_steady).count() as u32)
        }
        false => (spread(&of_block, length_s, starts), with_any(&of_block)),
    };
    Kind {
        request: rows.first().map(|row| row.request.clone()).unwrap_or_default(),
        behaviour: NORMAL.into(),
        sent: rows.iter().filter(in_steady).map(|row| row.sent).sum(),
        blocks,
        base: true,
        so_far,
        open: open(rows, moments),
    }
}

/// How many were sent of each block.
fn of_block(rows: &[&LoadRow]) -> BTreeMap<u32, u64> {
    let mut of_block = BTreeMap::new();
    for row in rows {
        if let Some(block) = row.block {
            *of_block.entry(block).or_default() += row.sent;
        }
    }
    of_block
}

fn with_any(of_block: &BTreeMap<u32, u64>) -> u32 {
    of_block.values().filter(|sent| **sent > 0).count() as u32
}

/// Counts so far: what is sent of a block is spread evenly over it.
fn spread(of_block: &BTreeMap<u32, u64>, length_s: f64, starts: &dyn Fn(u32) -> Option<f64>) -> Curve {
    let (mut so_far, mut sum) = (Vec::new(), 0.0);
    for (block, sent) in of_block.iter().filter(|(_, sent)| **sent > 0) {
        let Some(from) = starts(*block) else { continue };
        if so_far.last().is_none_or(|(at, _)| *at < from) {
            so_far.push((from, sum));
        }
        sum += *sent as f64;
        so_far.push((from + length_s, sum));
    }
    Curve(so_far)
}

fn other_kind(
    request: &str,
    behaviour: &str,
    rows: &[&LoadRow],
    moments: &[f64],
    length_s: f64,
    starts: &dyn Fn(u32) -> Option<f64>,
) -> Kind {
    let of_block = of_block(rows);
    Kind {
        request: request.into(),
        behaviour: behaviour.into(),
        sent: of_block.values().sum(),
        blocks: with_any(&of_block),
        base: false,
        so_far: spread(&of_block, length_s, starts),
        open: open(rows, moments),
    }
}

/// How many were open at each moment: what holds a connection lifts a level for as long, of whatever kind it is.
fn open(rows: &[&LoadRow], moments: &[f64]) -> Curve {
    let mut open = Vec::with_capacity(moments.len());
    let (mut next, mut held) = (0, 0_i64);
    for moment in moments {
        while let Some(row) = rows.get(next).filter(|row| row.elapsed_s <= *moment) {
            held += row.sent as i64 - row.done as i64;
            next += 1;
        }
        open.push((*moment, held as f64));
    }
    Curve(open)
}

/// Which block a sample falls into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place {
    stretch: usize,
    life: usize,
    number: u64,
}

/// Samples of a block, added up.
struct Sum {
    n: f64,
    at: f64,
    level: f64,
    sent: Vec<f64>,
    open: Vec<f64>,
    /// No sum: how many ended in the whole block.
    ended: Vec<f64>,
}

impl Sum {
    fn between(kinds: &[Kind], from: f64, to: f64) -> Sum {
        let none = vec![0.0; kinds.len()];
        let ended = kinds.iter().map(|kind| kind.ended_by(to) - kind.ended_by(from)).collect();
        Sum { n: 0.0, at: 0.0, level: 0.0, sent: none.clone(), open: none, ended }
    }

    fn add(&mut self, t: f64, value: f64, kinds: &[Kind]) {
        self.n += 1.0;
        self.at += t;
        self.level += value;
        for (i, kind) in kinds.iter().enumerate() {
            self.sent[i] += kind.so_far.at(t);
            self.open[i] += kind.open.at(t);
        }
    }

    fn block(&self, stretch: usize) -> Block {
        let mean = |sum: &f64| sum / self.n;
        Block {
            at_s: mean(&self.at),
            stretch,
            level: mean(&self.level),
            sent: self.sent.iter().map(mean).collect(),
            open: self.open.iter().map(mean).collect(),
            ended: self.ended.clone(),
        }
    }
}
