//! What one probe has cost so far, by kinds of request that cost alike.

use std::time::Duration;

use crate::probe::sample::Request;
use crate::probe::sampler::budget::RequestCost;
use crate::probe::sampler::meter::Spent;

/// What a probe has cost so far.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Cost {
    /// The probe.
    pub name: String,
    /// How often it was asked.
    pub asked: u64,
    /// How often it did not answer, or not in time.
    pub failed: u64,
    /// How often for a sample in full,
    pub samples: u64,
    /// and how often for a bare count in its place.
    pub counts: u64,
    /// Mean time of an answer, in seconds.
    pub mean_s: f64,
    /// Whether the target itself had to answer.
    pub asks_target: bool,
    /// How long all answers kept the target busy at most, in seconds.
    pub busy_s: f64,
    /// Mean CPU time that the target used while it answered without load, in seconds; none where that was not measured.
    pub cpu_mean_s: Option<f64>,
    /// CPU time of all answers, in seconds, by what each kind of them took without load; where none of a kind was
    /// measured, what they kept the target busy at most.
    pub cpu_s: Option<f64>,
}

/// Kinds of request that cost alike.
#[derive(Debug, Clone, Copy)]
pub enum CostKind {
    /// Regular ones.
    Sample,
    /// Forced.
    Collection,
    /// Taken at the ends of phases.
    Snapshot,
    /// Bare counts where there was no room for a regular one.
    Count,
}

/// How many kinds there are.
const KINDS: usize = 4;

impl CostKind {
    /// That of this request.
    pub fn from_request(request: Request) -> CostKind {
        match request {
            Request::Sample => CostKind::Sample,
            Request::Collect => CostKind::Collection,
            Request::Snapshot(_) | Request::Prove => CostKind::Snapshot,
            Request::Count => CostKind::Count,
        }
    }
}

/// What the answers of one probe took.
#[derive(Debug, Default)]
pub struct Costs {
    /// Time of all answers.
    answers: Duration,
    /// How long they kept the target busy at most.
    spent: [RequestCost; KINDS],
    /// CPU time of those that were answered without load.
    quiet: [RequestCost; KINDS],
}

impl Costs {
    /// An answer that took so long; `quiet` if there was no load meanwhile.
    pub fn add(&mut self, kind: CostKind, answer: Duration, spent: Spent, quiet: bool) {
        self.answers += answer;
        // the scheduler counts a thread that is running a little late: no answer passes for less than one without load
        let least = self.quiet[kind as usize].mean().min(answer);
        // without a page it is the whole answer: the kernel's, or of a probe that asks in another way
        self.spent[kind as usize].add(if spent.pages > 0 { spent.busy.max(least) } else { answer });
        if let Some(cpu) = spent.cpu.filter(|_| quiet) {
            self.quiet[kind as usize].add(cpu);
        }
    }

    /// What requests of this kind have cost.
    pub fn cost_of(&self, kind: CostKind) -> RequestCost {
        self.spent[kind as usize]
    }

    /// How long all of them kept the target busy at most.
    pub fn busy(&self) -> Duration {
        sum(&self.spent).busy
    }

    /// As it is reported; name and counts are for others to fill in.
    pub fn cost(&self) -> Cost {
        let (spent, quiet) = (sum(&self.spent), sum(&self.quiet));
        let mean_s = |total: Duration, n: u64| if n == 0 { 0.0 } else { total.as_secs_f64() / n as f64 };
        let of_kind = |(spent, quiet): (&RequestCost, &RequestCost)| match quiet.asked {
            0 => spent.busy.as_secs_f64(),
            n => mean_s(quiet.busy, n) * spent.asked as f64,
        };
        let measured = quiet.asked > 0;
        Cost {
            samples: self.cost_of(CostKind::Sample).asked,
            counts: self.cost_of(CostKind::Count).asked,
            mean_s: mean_s(self.answers, spent.asked),
            busy_s: spent.busy.as_secs_f64(),
            cpu_mean_s: measured.then(|| mean_s(quiet.busy, quiet.asked)),
            cpu_s: measured.then(|| self.spent.iter().zip(&self.quiet).map(of_kind).sum()),
            ..Cost::default()
        }
    }
}

fn sum(kinds: &[RequestCost; KINDS]) -> RequestCost {
    kinds.iter().fold(RequestCost::default(), |sum, one| sum.and(*one))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_measured_without_load_stands_for_its_kind_and_nothing_else() {
        const MS: Duration = Duration::from_millis(1);
        let page = |busy: u32, cpu: Option<u32>| Spent {
            pages: 1,
            busy: busy * MS,
            cpu: cpu.map(|cpu| cpu * MS),
            ..Spent::default()
        };
        let mut costs = Costs::default();
        costs.add(CostKind::Sample, 4 * MS, page(2, Some(2)), true);
        costs.add(CostKind::Sample, 9 * MS, page(8, Some(8)), false);
        costs.add(CostKind::Sample, 9 * MS, page(8, None), true);
        costs.add(CostKind::Collection, 30 * MS, page(20, Some(20)), false);
        let cost = costs.cost();
        assert_eq!((cost.mean_s, cost.busy_s), (0.013, 0.038));
        assert_eq!(cost.cpu_mean_s, Some(0.002));
        // three samples of 2 ms each, and a collection of which only the most is known
        assert!(cost.cpu_s.is_some_and(|cpu| (cpu - 0.026).abs() < 1e-9), "{cost:?}");
        costs.add(CostKind::Sample, 9 * MS, page(0, None), false);
        assert_eq!(costs.cost_of(CostKind::Sample).busy, 20 * MS, "as much as without load");
        let unmeasured = Costs::default().cost();
        assert_eq!((unmeasured.mean_s, unmeasured.cpu_mean_s, unmeasured.cpu_s), (0.0, None, None));
    }
}
