//! Goroutines by stack and wait state, from Go's /debug/pprof/, and those that the runtime proves can never wake.
//!
//! Each sample asks for one protobuf (debug=0): its cost follows the number of distinct stacks, and stays below a
//! second at 100,000 goroutines; where that is too much the sampler asks less often, and for the total alone between,
//! which the index of /debug/pprof/ has. A snapshot adds goroutineleak,
//! which runs a collection, and below 2,000 goroutines the dump of debug=2 with creators, ids and minutes waited.

use std::collections::HashSet;
use std::time::Duration;

use reqwest::Url;

use crate::evidence::{EventKind, GroupKind, Ids, Moment, SeriesId, TaskGroup, TaskSnapshot};
use crate::plan::TaskLabels;
use crate::probe::go::dumped_groups::{ids_by_group, longest_waits, own_frames};
use crate::probe::go::goroutine_profile::{ReadLabels, read, read_labelled};
use crate::probe::go::index_page::{self, INDEX_BOUNDS};
use crate::probe::go::leak_proof::{LeakProof, PROOF};
use crate::probe::go::pprof::dump::{self, Creators, Goroutine, StackKey};
use crate::probe::go::pprof::groups::{self, StackCount};
use crate::probe::go::pprof::profile::Profile;
use crate::probe::go::pprof::state::is_moving;
use crate::probe::group_registry::{GroupBounds, GroupRegistry};
use crate::probe::page::bounds::Bounds;
use crate::probe::page::fetch::{Fetcher, shown};
use crate::probe::sample::{Collections, Probe, ProbeError, ProbeFuture, Reading, Request};

/// A dump takes some 2 KiB a goroutine.
const DUMP_BOUNDS: Bounds = Bounds { bytes: 16 << 20, time: Duration::from_secs(10) };
/// Beyond so many goroutines a dump costs the target too much.
const DUMP_BELOW: u64 = 2_000;
/// Dumps outside of snapshots, to learn who creates what while there are still few.
const EARLY_DUMPS: u32 = 5;
/// A group of so many whose creator is unknown is worth one of them.
const EARLY_DUMP_FROM: u64 = 5;
/// Groups that are reported; a snapshot lists as many as a reading.
const GROUP_BOUNDS: GroupBounds = GroupBounds { at_once: 128, freely: 512, in_all: 4_096 };

/// The goroutines of one Go process.
pub struct GoTasks {
    fetcher: Fetcher,
    all: Url,
    /// The page that counts them without a profile, where it is served.
    index: Option<Url>,
    proof: LeakProof,
    creators: Creators,
    early_dumps: u32,
    /// Stacks that such a dump was made for.
    asked: HashSet<StackKey>,
    groups: GroupRegistry,
    labels: TaskLabels,
}

impl GoTasks {
    /// Reads /debug/pprof/ at `base`, which ends with a slash.
    ///
    /// # Errors
    /// When goroutines are not served there, or what is served is no profile.
    pub async fn find(
        fetcher: Fetcher,
        base: &Url,
        labels: TaskLabels,
        collections: Collections,
    ) -> Result<GoTasks, ProbeError> {
        let join = |name: &str| base.join(name).map_err(|error| ProbeError(format!("{base}{name}: {error}")));
        let all = join("goroutine")?;
        let (_, counted) = read(&fetcher, &all).await?;
        // a service may have put another page there
        let is_near = |count: u64| count.abs_diff(total(&counted)) <= 10 + total(&counted) / 10;
        let index = count(&fetcher, base).await.ok().filter(|n| is_near(*n)).map(|_| base.clone());
        let proof = LeakProof::find(&fetcher, join(PROOF)?, collections).await;
        let creators = Creators::default();
        let groups = GroupRegistry::new(GroupKind::Goroutine, GROUP_BOUNDS);
        let (early_dumps, asked) = (EARLY_DUMPS, HashSet::new());
        Ok(GoTasks { fetcher, all, index, proof, creators, early_dumps, asked, groups, labels })
    }

    /// Whether this runtime proves which goroutines can never wake.
    pub fn proves(&self) -> bool {
        self.proof.served().is_some()
    }

    async fn sample(&mut self) -> Result<Reading, ProbeError> {
        let labels = match self.labels {
            TaskLabels::InSamples => ReadLabels::Yes,
            TaskLabels::Stripped | TaskLabels::InSnapshots => ReadLabels::No,
        };
        let (profile, counted, labels) = read_labelled(&self.fetcher, &self.all, labels).await?;
        let total = total(&counted);
        if self.early_dumps > 0 && total < DUMP_BELOW {
            let unknown = self.of_unknown_creators(&profile, &counted);
            if !unknown.is_empty() {
                self.early_dumps -= 1;
                // a dump that fails costs a name at most
                self.dump().await.unwrap_or_default();
                // what it does not tell, the next does not either
                self.asked.extend(unknown);
            }
        }
        Ok(Reading { labels, ..self.reading(&profile, &counted) })
    }

    async fn count(&mut self) -> Result<Reading, ProbeError> {
        let Some(index) = &self.index else { return Ok(Reading::default()) };
        let values = vec![(SeriesId::Goroutines, count(&self.fetcher, index).await? as f64)];
        Ok(Reading { values, ..Reading::default() })
    }

    async fn snapshot(&mut self, moment: Moment) -> Result<Reading, ProbeError> {
        let labels = match self.labels {
            TaskLabels::InSnapshots => ReadLabels::Yes,
            TaskLabels::Stripped | TaskLabels::InSamples => ReadLabels::No,
        };
        let (profile, counted, labels) = read_labelled(&self.fetcher, &self.all, labels).await?;
        let dumped = match total(&counted) < DUMP_BELOW {
            // a dump that fails costs what it alone shows
            true => self.dump().await.map_or(Ids::NotRead, Ids::Read),
            false => Ids::TooMany,
        };
        let mut reading = self.reading(&profile, &counted);
        let mut described: Vec<TaskGroup> = Vec::new();
        let mut counts = Vec::new();
        for group in counted.iter().take(GROUP_BOUNDS.at_once) {
            counts.push((group.id.clone(), group.count));
            described.push(describe(&self.creators, &profile, group));
        }
        let ids = dumped.map(|goroutines| ids_by_group(&goroutines, &described));
        let longest_wait_s = ids.as_read().map(|ids| longest_waits(ids)).unwrap_or_default();
        let mut proven = None;
        let leaked = match self.proof.served() {
            Some(leaked) => read(&self.fetcher, leaked).await.map(Some),
            None => Ok(None),
        };
        // a proof that cannot be had is missing alone: who stands where is known all the same
        let leaked = leaked.unwrap_or_else(|ProbeError(reason)| {
            reading.events.push(EventKind::ProbeFailed { probe: PROOF.into(), reason });
            None
        });
        if let Some((profile, stuck)) = leaked {
            reading.values.push((SeriesId::GoroutinesLeaked, total(&stuck) as f64));
            proven = Some(self.proven(&profile, stuck, &mut described));
        }
        reading.snapshot = Some(TaskSnapshot {
            counts,
            proven,
            longest_wait_s,
            labels,
            ids,
            groups: described,
            ..TaskSnapshot::at(moment)
        });
        Ok(reading)
    }

    /// How many of each group are proven to be stuck; those that are not described yet are.
    fn proven(
        &self,
        profile: &Profile,
        stuck: Vec<StackCount>,
        described: &mut Vec<TaskGroup>,
    ) -> Vec<(String, u64)> {
        for group in &stuck {
            if !described.iter().any(|known| known.id == group.id)
                && described.len() < 2 * GROUP_BOUNDS.at_once
            {
                described.push(describe(&self.creators, profile, group));
            }
        }
        stuck.into_iter().map(|group| (group.id, group.count)).collect()
    }

    /// What the runtime proves now, and nothing else.
    async fn prove(&self) -> Result<Reading, ProbeError> {
        let Some(at) = self.proof.anywhere() else { return Ok(Reading::default()) };
        let (profile, stuck) = read(&self.fetcher, at).await.map_err(LeakProof::not_served)?;
        let mut groups = Vec::new();
        let snapshot = TaskSnapshot {
            proven: Some(self.proven(&profile, stuck, &mut groups)),
            groups,
            ..TaskSnapshot::at(Moment::Asked)
        };
        Ok(Reading { snapshot: Some(snapshot), ..Reading::default() })
    }

    fn reading(&mut self, profile: &Profile, counted: &[StackCount]) -> Reading {
        let mut reading = Reading::default();
        reading.values.push((SeriesId::Goroutines, total(counted) as f64));
        let creators = &self.creators;
        let each = counted.iter().map(|g| (g.id.as_str(), g.count as f64, || describe(creators, profile, g)));
        self.groups.report(&mut reading, each, 0.0);
        reading
    }

    /// Stacks of waiting goroutines, as many as are worth a dump, of which no creator is known nor was asked for.
    fn of_unknown_creators(&self, profile: &Profile, counted: &[StackCount]) -> Vec<StackKey> {
        let worth =
            counted.iter().take_while(|group| group.count >= EARLY_DUMP_FROM).take(GROUP_BOUNDS.at_once);
        let described = worth.map(|group| groups::describe(profile, group));
        let waiting = described.filter(|group| !group.state.as_deref().is_some_and(is_moving));
        let unknown = waiting.filter(|group| self.creators.creator_of(own_frames(&group.stack)).is_none());
        let keys = unknown.map(|group| dump::key(own_frames(&group.stack)));
        keys.filter(|key| !self.asked.contains(key)).collect()
    }

    async fn dump(&mut self) -> Result<Vec<Goroutine>, ProbeError> {
        let mut url = self.all.clone();
        url.query_pairs_mut().append_pair("debug", "2");
        let page = self.fetcher.get_ok(&url, DUMP_BOUNDS).await?;
        let goroutines = dump::parse(&String::from_utf8_lossy(&page.body));
        self.creators.learn(&goroutines);
        Ok(goroutines)
    }
}

impl Probe for GoTasks {
    fn name(&self) -> &'static str {
        "goroutines"
    }

    fn names_tasks(&self) -> bool {
        true
    }

    fn series(&self) -> Vec<SeriesId> {
        let mut series = vec![SeriesId::Goroutines];
        if self.proves() {
            series.push(SeriesId::GoroutinesLeaked);
        }
        series
    }

    fn answers(&self, request: Request) -> bool {
        match request {
            Request::Sample | Request::Snapshot(_) => true,
            Request::Count => self.index.is_some(),
            Request::Prove => self.proof.anywhere().is_some(),
            Request::Collect => false,
        }
    }

    fn ask(&mut self, request: Request) -> ProbeFuture<'_> {
        Box::pin(async move {
            match request {
                Request::Sample => self.sample().await,
                Request::Snapshot(moment) => self.snapshot(moment).await,
                Request::Count => self.count().await,
                Request::Prove => self.prove().await,
                Request::Collect => Ok(Reading::default()),
            }
        })
    }
}

fn describe(creators: &Creators, profile: &Profile, group: &StackCount) -> TaskGroup {
    let mut described = groups::describe(profile, group);
    described.created_by = creators.creator_of(own_frames(&described.stack)).cloned();
    described
}

/// How many goroutines the index of profiles counts.
async fn count(fetcher: &Fetcher, index: &Url) -> Result<u64, ProbeError> {
    let page = fetcher.get_ok(index, INDEX_BOUNDS).await?;
    index_page::count_goroutines(&String::from_utf8_lossy(&page.body))
        .ok_or_else(|| ProbeError(format!("{} counts no goroutines", shown(index))))
}

fn total(groups: &[StackCount]) -> u64 {
    groups.iter().fold(0, |sum, group| sum.saturating_add(group.count))
}

#[cfg(test)]
mod tests;
