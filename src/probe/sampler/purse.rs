//! What probing may cost the target: one hundredth of its time, for all probes that it must answer together.
//!
//! Pure arithmetic. Where collections are forced, they may take most of it, since nothing tells more, and samples the
//! rest. Of what samples may take, half is divided evenly, so that a costly probe starves no cheap one, and the rest is
//! whoever's asks first. Snapshots are ordered by those who need them: what they take, others must do without. What a question will cost is
//! taken to be what such questions have cost so far, so only a first one can be dearer than there is room for.

use std::time::Duration;

/// The target's share of time that probing may take.
const SHARE: f64 = 0.01;
/// Of that, what collections may, where there are any.
const COLLECTIONS: f64 = 0.6;
/// Of that, what is left to samples whatever snapshots, or a first collection, have cost.
const LEAST: f64 = 0.1;
/// What may be taken at the start of a run, when nothing has been saved up yet: so much,
const CREDIT: Duration = Duration::from_millis(250);
/// and at most this part of the run's whole.
const EARLY: f64 = 0.25;
/// A run that is shorter may cost what one of this length may: a hundredth of a few seconds is no reading at all.
const SHORTEST: Duration = Duration::from_secs(25);

/// How much may be spent, by when.
#[derive(Debug, Clone, Copy, Default)]
pub struct Purse {
    /// How long the run is meant to be, if that is known.
    pub planned: Option<Duration>,
    /// Some probe forces collections.
    pub collects: bool,
}

/// What questions of one kind have cost so far.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Spending {
    /// How many were answered.
    pub asked: u64,
    /// How long they kept the target busy at most.
    pub busy: Duration,
}

impl Spending {
    /// One more.
    pub fn add(&mut self, busy: Duration) {
        self.asked += 1;
        self.busy += busy;
    }

    /// Together with another.
    pub fn and(self, other: Spending) -> Spending {
        Spending { asked: self.asked + other.asked, busy: self.busy + other.busy }
    }

    /// What the next is taken to cost.
    pub fn mean(self) -> Duration {
        self.busy.checked_div(u32::try_from(self.asked).unwrap_or(u32::MAX)).unwrap_or_default()
    }
}

impl Purse {
    /// What may have been spent at this time of a run.
    pub fn allowance(&self, elapsed: Duration) -> Duration {
        let so_far = elapsed.mul_f64(SHARE);
        match self.planned {
            Some(planned) => {
                let whole = planned.max(SHORTEST).mul_f64(SHARE);
                (so_far + CREDIT.min(whole.mul_f64(EARLY))).min(whole.max(so_far))
            }
            None => so_far + CREDIT,
        }
    }

    /// Whether another collection may be forced, after `looks` have been taken in all, some of them `collections`.
    pub fn may_collect(&self, elapsed: Duration, looks: Spending, collections: Spending) -> bool {
        let most = self.allowance(elapsed).mul_f64(COLLECTIONS);
        looks.asked == 0 || looks.busy + collections.mean() <= most
    }

    /// Whether one of these probes may be asked for a sample.
    pub fn may_sample(&self, elapsed: Duration, looks: Spending, samples: &[Spending], which: usize) -> bool {
        let all = self.allowance(elapsed);
        let part = if self.collects { 1.0 - COLLECTIONS } else { 1.0 };
        let most = all.saturating_sub(looks.busy).min(all.mul_f64(part)).max(all.mul_f64(LEAST));
        let own_part = most.div_f64(2.0 * samples.len().max(1) as f64);
        let with_it = |(index, spent): (usize, &Spending)| {
            if index == which { spent.busy + spent.mean() } else { spent.busy }
        };
        let each = || samples.iter().enumerate().map(with_it);
        let beyond: Duration = each().map(|spent| spent.saturating_sub(own_part)).sum();
        each().nth(which).is_some_and(|spent| spent <= own_part) || beyond <= most / 2
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    /// A run of so many seconds with a sample of each probe every 200 ms and ten collections: what all of it cost, and
    /// how often each was asked.
    fn run(seconds: u64, costs: &[Duration], collection: Duration) -> (Duration, Vec<u64>, u64) {
        let purse = Purse { planned: Some(Duration::from_secs(seconds)), collects: true };
        let mut samples = vec![Spending::default(); costs.len()];
        let mut collections = Spending::default();
        for step in 0..seconds * 5 {
            let now = Duration::from_millis(200 * step);
            if step % (seconds / 2) == 0 && purse.may_collect(now, collections, collections) {
                collections.add(collection);
            }
            for (which, cost) in costs.iter().enumerate() {
                if purse.may_sample(now, collections, &samples, which) {
                    samples[which].add(*cost);
                }
            }
        }
        let all = samples.iter().fold(collections, |all, one| all.and(*one));
        (all.busy, samples.iter().map(|one| one.asked).collect(), collections.asked)
    }

    #[test]
    fn all_probing_together_keeps_within_a_hundredth() {
        for seconds in [30, 60, 300, 3600] {
            let most = Duration::from_secs(seconds) / 100;
            for costs in [&[MS, 2 * MS][..], &[2 * MS, 30 * MS, 5 * MS], &[MS / 10], &[80 * MS, 90 * MS]] {
                for collection in [MS, 20 * MS, 100 * MS, 300 * MS] {
                    let (all, asked, collections) = run(seconds, costs, collection);
                    // a first collection's cost is known by no one, and a tenth is left to samples whatever it was
                    let looks =
                        if collections > 1 { Duration::ZERO } else { collection + most.mul_f64(LEAST) };
                    let firsts: Duration = costs.iter().sum();
                    assert!(
                        all <= most.max(looks) + firsts,
                        "{seconds} s, {costs:?}, {collection:?}: {all:?} for {asked:?}, {collections}"
                    );
                }
            }
        }
    }

    #[test]
    fn a_big_heap_in_a_short_run_is_collected_less_often() {
        let (_, _, many) = run(30, &[MS], 5 * MS);
        let (_, _, few) = run(30, &[MS], 40 * MS);
        let (_, _, one) = run(30, &[MS], 300 * MS);
        assert_eq!((many, few, one), (10, 4, 1));
    }

    #[test]
    fn a_costly_probe_starves_no_cheap_one() {
        let (_, asked, _) = run(60, &[100 * MS, MS / 3], MS);
        assert!(asked[0] <= 3 && asked[1] == 300, "{asked:?}");
        // and who is alone may have all that is left
        let (all, asked, _) = run(60, &[3 * MS, Duration::ZERO], MS);
        assert!(asked[0] > 55 && all > 180 * MS, "{asked:?} {all:?}");
    }

    #[test]
    fn a_run_without_an_end_saves_up_as_it_goes() {
        let purse = Purse::default();
        assert_eq!(purse.allowance(Duration::ZERO), CREDIT);
        assert_eq!(purse.allowance(Duration::from_secs(1000)), CREDIT + Duration::from_secs(10));
        let over = Purse { planned: Some(Duration::from_secs(100)), collects: false };
        assert_eq!(over.allowance(Duration::from_secs(100)), Duration::from_secs(1));
        assert_eq!(
            over.allowance(Duration::from_secs(200)),
            Duration::from_secs(2),
            "it took longer than planned"
        );
    }
}
