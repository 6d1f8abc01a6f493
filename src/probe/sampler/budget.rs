//! What probing may cost the target: one hundredth of its time, for all probes that it must answer together.
//!
//! Pure arithmetic. Where collections are forced, they may take most of it, since they are the best evidence, and
//! samples the rest. Of what samples may take, half is divided evenly, so that a costly probe starves no cheap one, and
//! the rest goes to the strongest evidence first, and of equals to the one read least often: a probe may use it only where
//! that leaves room for the next sample of each that comes before it. Where a probe can give a bare count instead of a sample, a part is kept for that, so that
//! its series goes on. Snapshots are always taken: what they cost, others must do without. What a request will cost is
//! taken to be what such requests have cost so far, so only a first one can cost more than there is room for.

use std::time::Duration;

use crate::evidence::EvidenceStrength;

/// The target's share of time that probing may take.
const TARGET_SHARE: f64 = 0.01;
/// The part of that for collections, where any are forced.
const COLLECTIONS_PART: f64 = 0.6;
/// Collections of a driven run, about: so many are kept room for, once it is known what one costs.
const EXPECTED_COLLECTIONS: u32 = 10;
/// The part of the allowance that is left to samples whatever snapshots, or a first collection, have cost.
const SAMPLES_LEAST: f64 = 0.1;
/// The part of the allowance that is kept for bare counts, where any probe gives them; less than samples have at least.
const COUNTS_PART: f64 = 0.06;
/// What may be taken at the start of a run, when nothing has been saved up yet: so much,
const STARTING_CREDIT: Duration = Duration::from_millis(250);
/// and at most this part of the run's whole.
const CREDIT_MOST: f64 = 0.1;
/// A run that is shorter may cost what one of this length may: a hundredth of a few seconds is too few readings to
/// judge by, and the run was for nothing.
const SHORTEST_RUN: Duration = Duration::from_secs(60);

/// How much may be spent, by when.
#[derive(Debug, Clone, Copy, Default)]
pub struct ProbeBudget {
    /// How long the run is meant to be, if that is known.
    pub planned: Option<Duration>,
    /// Some probe forces collections.
    pub collects: bool,
}

/// What collections and snapshots have cost so far.
#[derive(Debug, Clone, Copy, Default)]
pub struct SnapshotCost {
    /// Collections alone.
    pub collections: RequestCost,
    /// These and snapshots.
    pub all: RequestCost,
}

/// One probe that the target must answer, and what it has cost so far.
#[derive(Debug, Clone, Copy, Default)]
pub struct ProbeUsage {
    /// The strongest evidence that it reads; none where nothing that it reads counts by itself.
    pub strength: Option<EvidenceStrength>,
    /// Its samples.
    pub samples: RequestCost,
    /// Bare counts in place of samples; none where it gives none.
    pub counts: Option<RequestCost>,
}

impl ProbeUsage {
    /// Whether it reads stronger evidence than another, or as strong and was read less often.
    fn comes_before(&self, other: &ProbeUsage) -> bool {
        let rank = |usage: &ProbeUsage| (usage.strength.map_or(u8::MAX, |s| s as u8), usage.samples.asked);
        rank(self) < rank(other)
    }
}

/// What requests of one kind have cost so far.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct RequestCost {
    /// How many were answered.
    pub asked: u64,
    /// How long they kept the target busy at most.
    pub busy: Duration,
}

impl RequestCost {
    /// One more.
    pub fn add(&mut self, busy: Duration) {
        self.asked += 1;
        self.busy += busy;
    }

    /// Together with another.
    pub fn and(self, other: RequestCost) -> RequestCost {
        RequestCost { asked: self.asked + other.asked, busy: self.busy + other.busy }
    }

    /// What the next is taken to cost.
    pub fn mean(self) -> Duration {
        self.busy.checked_div(u32::try_from(self.asked).unwrap_or(u32::MAX)).unwrap_or_default()
    }
}

impl ProbeBudget {
    /// What may have been spent at this time of a run.
    pub fn allowance(&self, elapsed: Duration) -> Duration {
        let so_far = elapsed.mul_f64(TARGET_SHARE);
        match self.planned {
            Some(planned) => {
                let whole = planned.max(SHORTEST_RUN).mul_f64(TARGET_SHARE);
                // evenly over the run, so that its end is seen as well as its beginning
                let part = elapsed.as_secs_f64() / planned.as_secs_f64().max(1e-3);
                let credit = STARTING_CREDIT.min(whole.mul_f64(CREDIT_MOST));
                (credit + (whole - credit).mul_f64(part.min(1.0))).max(so_far)
            }
            None => so_far + STARTING_CREDIT,
        }
    }

    /// Whether another collection may be forced.
    pub fn may_collect(&self, elapsed: Duration, snapshots: SnapshotCost) -> bool {
        let most = self.allowance(elapsed).mul_f64(COLLECTIONS_PART);
        snapshots.all.asked == 0 || snapshots.all.busy + snapshots.collections.mean() <= most
    }

    /// What samples leave to collections, so far.
    fn kept(&self, all: Duration, collections: RequestCost) -> Duration {
        let most = if self.collects { all.mul_f64(COLLECTIONS_PART) } else { Duration::ZERO };
        match (collections.asked, self.planned) {
            (0, _) | (_, None) => most,
            (_, Some(planned)) => {
                let whole = planned.max(SHORTEST_RUN).mul_f64(TARGET_SHARE);
                let part = all.as_secs_f64() / whole.as_secs_f64();
                most.min((collections.mean() * EXPECTED_COLLECTIONS).mul_f64(part))
            }
        }
    }

    /// What samples may have cost by now, with bare counts.
    fn for_samples(&self, elapsed: Duration, snapshots: SnapshotCost) -> Duration {
        let all = self.allowance(elapsed);
        let kept = self.kept(all, snapshots.collections);
        let most = all.saturating_sub(snapshots.all.busy).min(all.saturating_sub(kept));
        most.max(all.mul_f64(SAMPLES_LEAST))
    }

    /// Whether one of these probes may be asked for a sample.
    pub fn may_sample(
        &self,
        elapsed: Duration,
        snapshots: SnapshotCost,
        probes: &[ProbeUsage],
        which: usize,
    ) -> bool {
        let counted = probes.iter().any(|probe| probe.counts.is_some());
        let for_counts = if counted { self.for_counts(elapsed) } else { Duration::ZERO };
        let most = self.for_samples(elapsed, snapshots).saturating_sub(for_counts);
        let own_part = most.div_f64(2.0 * probes.len().max(1) as f64);
        let Some(asked) = probes.get(which) else { return false };
        let beyond = |busy: Duration| busy.saturating_sub(own_part);
        let next = asked.samples.busy + asked.samples.mean();
        if next <= own_part {
            return true;
        }
        let others =
            || probes.iter().enumerate().filter(|(index, _)| *index != which).map(|(_, probe)| probe);
        let spent: Duration = others().map(|probe| beyond(probe.samples.busy)).sum();
        // what their next samples would take of the rest, too
        let wanted: Duration = others()
            .filter(|probe| probe.comes_before(asked))
            .map(|probe| beyond(probe.samples.busy + probe.samples.mean()) - beyond(probe.samples.busy))
            .sum();
        spent + beyond(next) + wanted <= most / 2
    }

    /// Whether one of these probes may be asked for a bare count, where there is no room for a sample.
    pub fn may_count(&self, elapsed: Duration, probes: &[ProbeUsage], which: usize) -> bool {
        let Some(asked) = probes.get(which).and_then(|probe| probe.counts) else { return false };
        let spent: Duration = probes.iter().filter_map(|probe| probe.counts).map(|counts| counts.busy).sum();
        spent + asked.mean() <= self.for_counts(elapsed)
    }

    /// What bare counts may have cost by now, whatever else did: a series that they carry goes on to the end.
    fn for_counts(&self, elapsed: Duration) -> Duration {
        self.allowance(elapsed).mul_f64(COUNTS_PART)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    /// Collections, and no snapshots.
    fn only_collections(collections: RequestCost) -> SnapshotCost {
        SnapshotCost { collections, all: collections }
    }

    /// A run of so many seconds with a sample of each probe every 200 ms and ten collections: what all of it cost, and
    /// how often each was asked.
    fn run(seconds: u64, costs: &[Duration], collection: Duration) -> (Duration, Vec<u64>, u64) {
        let budget = ProbeBudget { planned: Some(Duration::from_secs(seconds)), collects: true };
        let mut probes = vec![ProbeUsage::default(); costs.len()];
        let mut collections = RequestCost::default();
        for step in 0..seconds * 5 {
            let now = Duration::from_millis(200 * step);
            if step % (seconds / 2) == 0 && budget.may_collect(now, only_collections(collections)) {
                collections.add(collection);
            }
            for (which, cost) in costs.iter().enumerate() {
                if budget.may_sample(now, only_collections(collections), &probes, which) {
                    probes[which].samples.add(*cost);
                }
            }
        }
        let all = probes.iter().fold(collections, |all, one| all.and(one.samples));
        (all.busy, probes.iter().map(|one| one.samples.asked).collect(), collections.asked)
    }

    #[test]
    fn all_probing_together_keeps_within_a_hundredth() {
        for seconds in [30, 60, 300, 3600] {
            let most = Duration::from_secs(seconds.max(60)) / 100;
            for costs in [&[MS, 2 * MS][..], &[2 * MS, 30 * MS, 5 * MS], &[MS / 10], &[80 * MS, 90 * MS]] {
                for collection in [MS, 20 * MS, 100 * MS, 300 * MS] {
                    let (all, asked, collections) = run(seconds, costs, collection);
                    // what a first collection costs is not known before it, and a tenth is left to samples whatever it
                    // was
                    let snapshots = if collections > 1 {
                        Duration::ZERO
                    } else {
                        collection + most.mul_f64(SAMPLES_LEAST)
                    };
                    let firsts: Duration = costs.iter().sum();
                    assert!(
                        all <= most.max(snapshots) + firsts,
                        "{seconds} s, {costs:?}, {collection:?}: {all:?} for {asked:?}, {collections}"
                    );
                }
            }
        }
    }

    #[test]
    fn a_big_heap_in_a_short_run_is_collected_less_often() {
        let (_, _, many) = run(30, &[MS], 5 * MS);
        let (_, _, few) = run(30, &[MS], 80 * MS);
        let (_, _, one) = run(30, &[MS], 600 * MS);
        assert_eq!((many, few, one), (10, 4, 1));
    }

    #[test]
    fn a_costly_probe_starves_no_cheap_one() {
        let (_, asked, _) = run(60, &[100 * MS, MS / 3], MS);
        assert!(asked[0] <= 4 && asked[1] == 300, "{asked:?}");
        // and who is alone may have all that is left
        let (all, asked, _) = run(60, &[3 * MS, Duration::ZERO], MS);
        assert!(asked[0] > 100 && all > 350 * MS, "{asked:?} {all:?}");
    }

    /// The same for goroutines whose samples cost more as they leak and that can be counted alone, with a heap that is
    /// read after them: how often each was sampled in the last tenth, and how often the goroutines were counted there.
    fn leaking(seconds: u64, snapshot: Duration) -> [u64; 3] {
        let budget = ProbeBudget { planned: Some(Duration::from_secs(seconds)), collects: true };
        let goroutines = ProbeUsage {
            strength: Some(EvidenceStrength::Tasks),
            counts: Some(RequestCost::default()),
            ..ProbeUsage::default()
        };
        let heap = ProbeUsage { strength: Some(EvidenceStrength::Live), ..ProbeUsage::default() };
        let mut probes = [goroutines, heap];
        let mut snapshots = SnapshotCost::default();
        let mut late = [0; 3];
        for step in 0..seconds * 5 {
            let now = Duration::from_millis(200 * step);
            let of_run = step as f64 / (seconds * 5) as f64;
            if step % (seconds / 2) == 0 && budget.may_collect(now, snapshots) {
                snapshots.collections.add(15 * MS);
                snapshots.all.add(15 * MS);
            }
            if step == seconds || step == seconds * 4 {
                snapshots.all.add(snapshot);
            }
            let mut read = [false; 3];
            if budget.may_sample(now, snapshots, &probes, 0) {
                probes[0].samples.add(MS.mul_f64(1.0 + 14.0 * of_run));
                read[0] = true;
            } else if budget.may_count(now, &probes, 0) {
                probes[0].counts.as_mut().unwrap().add(MS.mul_f64(0.3));
                read[2] = true;
            }
            if budget.may_sample(now, snapshots, &probes, 1) {
                probes[1].samples.add(3 * MS);
                read[1] = true;
            }
            for (n, read) in late.iter_mut().zip(read) {
                *n += u64::from(read && of_run > 0.9);
            }
        }
        let spent: Duration = probes.iter().map(|p| p.samples.busy + p.counts.unwrap_or_default().busy).sum();
        // what the last snapshot costs is not known before it
        assert!(spent + snapshots.all.busy <= Duration::from_secs(seconds) / 100 + snapshot + 20 * MS);
        late
    }

    #[test]
    fn what_costs_more_as_it_leaks_is_counted_to_the_end() {
        for snapshot in [10 * MS, 100 * MS] {
            let [samples, heap, counts] = leaking(90, snapshot);
            assert!(samples + counts >= 8, "{samples} samples, {counts} counts; {heap} of the heap");
        }
    }

    #[test]
    fn the_strongest_evidence_is_the_last_to_be_thinned() {
        let budget = ProbeBudget { planned: Some(Duration::from_secs(60)), collects: false };
        let asked = |strengths: [Option<EvidenceStrength>; 2]| -> Vec<u64> {
            let mut probes = strengths.map(|strength| ProbeUsage { strength, ..ProbeUsage::default() });
            for step in 0..300 {
                for which in 0..2 {
                    let now = Duration::from_millis(200 * step);
                    if budget.may_sample(now, SnapshotCost::default(), &probes, which) {
                        probes[which].samples.add(5 * MS);
                    }
                }
            }
            probes.iter().map(|probe| probe.samples.asked).collect()
        };
        let (tasks, rss) = (Some(EvidenceStrength::Tasks), Some(EvidenceStrength::Rss));
        for (strengths, [strong, weak]) in [([tasks, rss], [0, 1]), ([rss, tasks], [1, 0])] {
            let asked = asked(strengths);
            // 600 ms: a quarter for each, and the other half for the stronger, whichever is asked first
            assert!(asked[strong] >= 85 && (28..=30).contains(&asked[weak]), "{asked:?}");
        }
    }

    #[test]
    fn a_short_run_is_sampled_often_enough_to_be_judged_and_to_its_end() {
        let costs = [5 * MS, 3 * MS];
        let (_, all, _) = run(30, &costs, 5 * MS);
        assert!(all.iter().all(|asked| *asked >= 50), "{all:?}");
        let budget = ProbeBudget { planned: Some(Duration::from_secs(30)), collects: true };
        let half = Duration::from_secs(15);
        assert!(
            budget.allowance(half) * 10 < budget.allowance(half * 2) * 7,
            "half of it is left for the second half"
        );
    }

    #[test]
    fn a_run_without_an_end_saves_up_as_it_goes() {
        let budget = ProbeBudget::default();
        assert_eq!(budget.allowance(Duration::ZERO), STARTING_CREDIT);
        assert_eq!(budget.allowance(Duration::from_secs(1000)), STARTING_CREDIT + Duration::from_secs(10));
        let over = ProbeBudget { planned: Some(Duration::from_secs(100)), collects: false };
        assert_eq!(over.allowance(Duration::from_secs(100)), Duration::from_secs(1));
        assert_eq!(
            over.allowance(Duration::from_secs(200)),
            Duration::from_secs(2),
            "it took longer than planned"
        );
    }
}
