//! Each process of a tree on its own: who it is, and the rows of instances.csv.
//!
//! At most 64 have rows of their own, the largest, and the rest are one row. A listed one stays listed until it ends or
//! another is clearly larger: a child that came and went with every sample could not be followed. Rows are written
//! at a pace that a disk bears for days; the figures are those of the sample that was taken anyway.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use crate::evidence::{GroupKind, TaskGroup};
use crate::target::Identity;

use crate::probe::process::pace::Pace;
use crate::probe::process::usage::ProcessUsage;

/// At most so many processes have rows of their own.
const MOST_LISTED: usize = 64;
/// Another takes the place of the smallest that is listed if it is so many times as large.
const CLEARLY_LARGER: f64 = 1.25;
/// Rows a second, in the long run.
const ROWS_PER_S: f64 = 16.0;
/// The name of the row that sums up the rest.
const OTHERS_ID: &str = "@others";

/// A cell of instances.csv, or of groups.csv.
pub type Row = (GroupKind, String, f64);

/// The processes that have rows, and their names.
#[derive(Debug)]
pub struct Instances {
    ids: HashMap<Identity, String>,
    /// How often each pid was given out.
    given: HashMap<u32, u32>,
    listed: Vec<Identity>,
    pace: Pace,
}

impl Default for Instances {
    fn default() -> Instances {
        let pace = Pace::new(1.0, Duration::ZERO);
        Instances { ids: HashMap::new(), given: HashMap::new(), listed: Vec::new(), pace }
    }
}

impl Instances {
    /// The rows of this moment, if it is time for them, and the processes that are new in them. A lone process,
    /// which the tree's own series show already, has none.
    pub fn rows(&mut self, now: Instant, read: &[(Identity, ProcessUsage)]) -> (Vec<Row>, Vec<TaskGroup>) {
        if (read.len() < 2 && self.listed.is_empty()) || !self.pace.is_due(now) {
            return (Vec::new(), Vec::new());
        }
        self.choose(read);
        let mut rows: Vec<Row> = Vec::new();
        let mut new = Vec::new();
        let mut others: HashMap<GroupKind, f64> = HashMap::new();
        for (identity, usage) in read {
            let id = self.listed.contains(identity).then(|| self.id(*identity, usage, &mut new));
            for (kind, value) in values(usage) {
                match &id {
                    Some(id) => rows.push((kind, id.clone(), value)),
                    None => *others.entry(kind).or_default() += value,
                }
            }
        }
        rows.extend(others.into_iter().map(|(kind, value)| (kind, OTHERS_ID.to_string(), value)));
        self.pace.took(now, Duration::from_secs_f64(rows.len() as f64 / ROWS_PER_S));
        (rows, new)
    }

    /// Who has rows of their own.
    fn choose(&mut self, read: &[(Identity, ProcessUsage)]) {
        let size: HashMap<Identity, u64> = read.iter().map(|(m, usage)| (*m, bytes(usage))).collect();
        self.listed.retain(|listed| size.contains_key(listed));
        self.ids.retain(|known, _| size.contains_key(known));
        let mut rest: Vec<Identity> =
            size.keys().filter(|identity| !self.listed.contains(identity)).copied().collect();
        rest.sort_by_key(|identity| (std::cmp::Reverse(size[identity]), *identity));
        for identity in rest {
            if self.listed.len() < MOST_LISTED {
                self.listed.push(identity);
                continue;
            }
            let Some(smallest) = (0..self.listed.len()).min_by_key(|i| size[&self.listed[*i]]) else {
                return;
            };
            if size[&identity] as f64 <= size[&self.listed[smallest]] as f64 * CLEARLY_LARGER {
                return;
            }
            self.listed[smallest] = identity;
        }
    }

    /// The pid; with a number behind it where it was another's before.
    fn id(&mut self, identity: Identity, usage: &ProcessUsage, new: &mut Vec<TaskGroup>) -> String {
        if let Some(known) = self.ids.get(&identity) {
            return known.clone();
        }
        let nth = self.given.entry(identity.pid).or_default();
        *nth += 1;
        let id = if *nth == 1 { identity.pid.to_string() } else { format!("{}.{nth}", identity.pid) };
        self.ids.insert(identity, id.clone());
        new.push(TaskGroup {
            id: id.clone(),
            kind: GroupKind::ProcessMemory,
            name: format!("{} (pid {})", usage.program, identity.pid),
            state: None,
            stack: Vec::new(),
            created_by: None,
        });
        id
    }
}

fn bytes(usage: &ProcessUsage) -> u64 {
    usage.memory.anon.or(usage.memory.rss).unwrap_or(0)
}

fn values(usage: &ProcessUsage) -> impl Iterator<Item = (GroupKind, f64)> + use<> {
    let values = [
        (GroupKind::ProcessMemory, usage.memory.anon.or(usage.memory.rss)),
        (GroupKind::ProcessThreads, usage.threads),
        (GroupKind::ProcessFds, usage.fds),
    ];
    values.into_iter().filter_map(|(kind, value)| Some((kind, value? as f64)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::process::usage::Memory;

    fn process(pid: u32, start: u64, mib: u64) -> (Identity, ProcessUsage) {
        let memory = Memory { anon: Some(mib << 20), ..Memory::default() };
        (
            Identity { pid, start },
            ProcessUsage { program: "worker".into(), memory, ..ProcessUsage::default() },
        )
    }

    fn ids(rows: &[Row]) -> Vec<&str> {
        rows.iter().map(|(_, id, _)| id.as_str()).collect()
    }

    #[test]
    fn a_lone_process_has_no_rows_and_two_have_names() {
        let now = Instant::now();
        let mut instances = Instances::default();
        assert_eq!(instances.rows(now, &[process(1, 1, 9)]), (vec![], vec![]));
        let (rows, new) = instances.rows(now, &[process(1, 1, 9), process(2, 2, 5)]);
        assert_eq!(ids(&rows), ["1", "2"]);
        assert_eq!(new[1].name, "worker (pid 2)");
        assert_eq!(instances.rows(now, &[process(1, 1, 9)]).0, [], "not yet again");
        let later = now + Duration::from_secs(1);
        let (rows, new) = instances.rows(later, &[process(1, 1, 9), process(2, 3, 5)]);
        assert_eq!(ids(&rows), ["1", "2.2"], "the same pid is another process");
        assert_eq!(new.len(), 1);
    }

    #[test]
    fn beyond_64_the_rest_is_one_row_and_no_row_flickers() {
        let mut all: Vec<_> = (0..100).map(|i| process(100 + i, 1, 50)).collect();
        let mut now = Instant::now();
        let mut instances = Instances::default();
        let (rows, _) = instances.rows(now, &all);
        assert_eq!(rows.len(), 65);
        assert_eq!(rows[64], (GroupKind::ProcessMemory, "@others".into(), f64::from(36 * (50 << 20))));
        let first: Vec<String> = ids(&rows).iter().map(|id| id.to_string()).collect();
        // an unlisted one grows a little, then a lot
        for (mib, listed) in [(55, false), (70, true)] {
            all[99] = process(199, 1, mib);
            now += Duration::from_secs(9);
            let (rows, _) = instances.rows(now, &all);
            assert_eq!(ids(&rows).contains(&"199"), listed, "{mib}");
            let changed = ids(&rows).iter().filter(|id| !first.contains(&id.to_string())).count();
            assert_eq!(changed, usize::from(listed));
        }
    }
}
