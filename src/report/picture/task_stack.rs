//! What the task panel is drawn from: groups of tasks, the blamed ones on top, or one count where no groups were
//! recorded.

use std::collections::HashMap;

use super::edge_figure::end_in_tables;
use super::stage::Stage;
use crate::evidence::{Evidence, GroupCount, GroupKind, Series, SeriesId, SteadyEnds, TaskGroup};
use crate::findings::Culprit;
use crate::report::clean_text::clean_text;
use crate::units::Unit;

/// What the panel is drawn from.
#[derive(Debug)]
pub enum Tasks<'a> {
    /// Groups of tasks, stacked.
    Groups(GroupKind, Vec<Group<'a>>, Vec<(f64, Vec<f64>)>),
    /// A count without groups.
    Line(&'a Series),
}

/// One area of the stack.
#[derive(Debug, Clone, PartialEq)]
pub struct Group<'a> {
    /// Its name with its state.
    pub name: String,
    /// Its name without state and package path, for the edge.
    pub brief: String,
    /// Its culprit, where it is blamed.
    pub culprit: Option<&'a Culprit>,
}

/// A file has milliseconds: a sample and a snapshot that are less apart are one reading.
const SAME_MOMENT_S: f64 = 0.001;
/// What all groups without an area of their own are called.
pub const OTHERS: &str = "others";
/// How many groups that are not blamed have an area of their own.
const SHOWN: usize = 3;

impl<'a> Tasks<'a> {
    /// What there is: what is blamed, else groups of goroutines, tasks or threads, else the best count, else nothing.
    pub fn find(stage: &Stage<'a>) -> Option<Tasks<'a>> {
        let recorded = |id| stage.evidence.recording.series(id).filter(|s| !s.is_empty());
        let blamed = stage.blamed.and_then(|kind| {
            let total = || series_of(kind).and_then(recorded).map(Tasks::Line);
            Tasks::grouped(stage, kind).or_else(total)
        });
        let kinds = [GroupKind::Goroutine, GroupKind::Task, GroupKind::Thread];
        blamed.or_else(|| kinds.into_iter().find_map(|kind| Tasks::grouped(stage, kind))).or_else(|| {
            // the column `tasks` repeats the best of the others, whose name says more
            let (repeated, named): (Vec<SeriesId>, Vec<SeriesId>) =
                SeriesId::task_counts().into_iter().partition(|id| *id == SeriesId::Tasks);
            named.into_iter().chain(repeated).find_map(recorded).map(Tasks::Line)
        })
    }

    fn grouped(stage: &Stage<'a>, kind: GroupKind) -> Option<Tasks<'a>> {
        let evidence = stage.evidence;
        let cells = cells_of(evidence, kind);
        let cells = || cells.iter();
        let mut most: HashMap<&str, f64> = HashMap::new();
        for cell in cells() {
            let top = most.entry(cell.group.as_str()).or_default();
            *top = top.max(cell.count);
        }
        let named = |id: &str| evidence.group_names.iter().find(|g| g.id == id);
        // kinds of descriptors have no description: their id is their name
        let name_of =
            |id: &str| named(id).map_or((id.to_string(), None), |g| (g.name.clone(), g.state.clone()));
        let blamed = |id: &str| {
            let (name, state) = name_of(id);
            let of_kind = |c: &&Culprit| c.group_kind() == Some(kind) && c.name == name && c.state == state;
            stage.findings.culprits.iter().find(of_kind)
        };
        // sums of what is not distinguished, and soak's own connections, are no group
        let mut ids: Vec<&str> = most.keys().copied().filter(|id| !id.starts_with('@')).collect();
        ids.sort_by(|a, b| most[b].total_cmp(&most[a]).then(a.cmp(b)));
        let (guilty, calm): (Vec<&str>, Vec<&str>) = ids.into_iter().partition(|id| blamed(id).is_some());
        let mut guilty: Vec<&str> = guilty;
        guilty.sort_by_key(|id| std::cmp::Reverse(blamed(id).map_or(u32::MAX, |c| c.rank)));

        // from the bottom up: all others, the calm ones, those to blame with the worst on top
        let mut groups = vec![Group { name: OTHERS.into(), brief: OTHERS.into(), culprit: None }];
        let mut place: HashMap<&str, usize> = HashMap::new();
        for id in calm.iter().take(SHOWN).rev().chain(&guilty) {
            place.insert(id, groups.len());
            let group = named(id);
            let name = group.map_or_else(|| clean_text(id), |g| label(&g.name, g.state.as_deref()));
            let brief = group.map_or_else(|| clean_text(id), |g| brief(&clean_text(&g.name)).to_string());
            groups.push(Group { name, brief, culprit: blamed(id) });
        }
        let mut rows: Vec<(f64, Vec<f64>)> = Vec::new();
        for cell in cells() {
            if rows.last().is_none_or(|(t, _)| *t != cell.elapsed_s) {
                rows.push((cell.elapsed_s, vec![0.0; groups.len()]));
            }
            if let Some((_, counts)) = rows.last_mut() {
                counts[place.get(cell.group.as_str()).copied().unwrap_or(0)] += cell.count;
            }
        }
        for (_, counts) in &mut rows {
            let mut sum = 0.0;
            counts.iter_mut().for_each(|c| {
                sum += *c;
                *c = sum;
            });
        }
        (rows.len() > 1).then_some(Tasks::Groups(kind, groups, rows))
    }

    /// How many there were at most.
    pub fn top(&self) -> f64 {
        match self {
            Tasks::Groups(_, _, rows) => rows.iter().filter_map(|r| r.1.last().copied()).fold(0.0, f64::max),
            Tasks::Line(series) => series.samples.iter().filter_map(|v| v.get()).fold(0.0, f64::max),
        }
    }

    /// What the label at the edge counts. Threads with a stack are those that a JVM names, which are fewer than the
    /// kernel's in the tables.
    pub fn counted_as(&self, evidence: &Evidence) -> String {
        let of_java = |group: &TaskGroup| group.kind == GroupKind::Thread && !group.stack.is_empty();
        match self {
            Tasks::Groups(GroupKind::Thread, ..) if evidence.group_names.iter().any(of_java) => {
                "Java threads".into()
            }
            Tasks::Groups(..) | Tasks::Line(_) => self.title().to_lowercase(),
        }
    }

    /// What the panel counts, for its title.
    pub fn title(&self) -> String {
        match self {
            Tasks::Groups(GroupKind::Goroutine, ..) => "Goroutines".into(),
            Tasks::Groups(GroupKind::Thread, ..) => "Threads".into(),
            Tasks::Groups(GroupKind::Fd, ..) => "Open file descriptors".into(),
            Tasks::Groups(GroupKind::Child, ..) => "Child processes".into(),
            Tasks::Groups(..) => "Tasks".into(),
            Tasks::Line(series) => match series.id {
                SeriesId::Goroutines => "Goroutines".into(),
                SeriesId::Threads => "Threads".into(),
                SeriesId::Fds => "Open file descriptors".into(),
                SeriesId::Children => "Child processes".into(),
                _ => "Tasks".into(),
            },
        }
    }
}

/// How many there were of each group: as sampled, and in the snapshots of moments at which nothing was sampled.
fn cells_of(evidence: &Evidence, kind: GroupKind) -> Vec<GroupCount> {
    let mut cells: Vec<GroupCount> = evidence.groups.iter().filter(|c| c.kind == kind).cloned().collect();
    let is_sampled = |at: f64| {
        let next = evidence.groups.partition_point(|c| c.elapsed_s < at - SAME_MOMENT_S);
        let around = evidence.groups[next..].iter().take_while(|c| c.elapsed_s <= at + SAME_MOMENT_S);
        around.into_iter().any(|c| c.kind == kind)
    };
    for snapshot in evidence.snapshots.iter().filter(|snapshot| !is_sampled(snapshot.elapsed_s)) {
        let is_of_kind = |id: &String| snapshot.groups.iter().any(|g| g.kind == kind && g.id == *id);
        let of_kind = snapshot.counts.iter().filter(|(id, _)| is_of_kind(id));
        let elapsed_s = snapshot.elapsed_s;
        let cell = |(group, n): &(String, u64)| GroupCount {
            elapsed_s,
            kind,
            group: group.clone(),
            count: *n as f64,
        };
        cells.extend(of_kind.map(cell));
    }
    cells.sort_by(|a, b| a.elapsed_s.total_cmp(&b.elapsed_s));
    cells
}

/// The row that was read where steady ends, as the count of a culprit is.
pub fn row_at_end<'a>(evidence: &Evidence, rows: &'a [(f64, Vec<f64>)]) -> Option<&'a (f64, Vec<f64>)> {
    let moments: Vec<f64> = rows.iter().map(|(at, _)| *at).collect();
    let (_, end) = SteadyEnds::find(evidence)?.nearest(&moments)?;
    rows.get(end)
}

/// The series that counts all of a kind.
pub fn series_of(kind: GroupKind) -> Option<SeriesId> {
    match kind {
        GroupKind::Goroutine => Some(SeriesId::Goroutines),
        GroupKind::Task => Some(SeriesId::TokioTasks),
        GroupKind::Thread => Some(SeriesId::Threads),
        GroupKind::Fd => Some(SeriesId::Fds),
        GroupKind::Child => Some(SeriesId::Children),
        _ => None,
    }
}

/// How many there are in all groups where steady ends: as the table has it of their series, else their sum. A JVM names
/// fewer threads than the kernel counts.
pub fn end_of_groups(stage: &Stage<'_>, kind: GroupKind, rows: &[(f64, Vec<f64>)]) -> Option<f64> {
    let counts_them = |id: &SeriesId| *id != SeriesId::Threads;
    let in_table = series_of(kind).filter(counts_them).and_then(|id| end_in_tables(stage, &id));
    in_table.or_else(|| row_at_end(stage.evidence, rows).and_then(|(_, tops)| tops.last().copied()))
}

/// How many of what: "12 threads", "1 thread".
pub fn counted(value: f64, what: &str) -> String {
    let shown = Unit::Count.show(value);
    let what = if shown == "1" { what.trim_end_matches('s') } else { what };
    format!("{shown} {what}")
}

/// A name without the path of its package: `net/http.(*conn).serve` is known as `http.(*conn).serve`.
pub fn brief(name: &str) -> &str {
    let path = name.find(['(', '[', ' ']).unwrap_or(name.len());
    name[..path].rfind('/').map_or(name, |slash| &name[slash + 1..])
}

/// The name of a group with its state.
pub fn label(name: &str, state: Option<&str>) -> String {
    match state {
        Some(state) => clean_text(&format!("{name} · {state}")),
        None => clean_text(name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Frame;

    #[test]
    fn threads_that_a_jvm_names_are_called_java_threads() {
        let threads = Tasks::Groups(GroupKind::Thread, Vec::new(), Vec::new());
        let named = |stack: Vec<Frame>| {
            let (id, name) = ("t".to_string(), "pool-#-thread-#".to_string());
            let group = TaskGroup { id, name, kind: GroupKind::Thread, state: None, stack, created_by: None };
            Evidence { group_names: vec![group], ..Evidence::default() }
        };
        let frame = Frame { func: "Pool.run".into(), file: None, line: None };
        let label = |evidence: &Evidence| counted(22.0, &threads.counted_as(evidence));
        assert_eq!(label(&named(vec![frame])), "22 Java threads");
        assert_eq!(label(&named(Vec::new())), "22 threads", "as the kernel names them");
    }
}
