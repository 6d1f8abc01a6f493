//! Small pieces that sentences are made of.

use crate::evidence::{GroupKind, SeriesId};
use crate::findings::{GrowthSince, ListedGroup, Movement};
use crate::units::{Unit, fixed, significant};

/// The text with its first letter as a capital.
pub fn capitalize(text: &str) -> String {
    change_first(text, |first| first.to_uppercase().collect())
}

/// The text with its first letter in lower case.
pub fn lower_first(text: &str) -> String {
    change_first(text, |first| first.to_lowercase().collect())
}

fn change_first(text: &str, change: fn(char) -> String) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| change(first) + chars.as_str()).unwrap_or_default()
}

/// "a, b and c".
pub fn list(names: &[String], last: &str) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [all @ .., end] => format!("{} {last} {end}", all.join(", ")),
    }
}

/// How many each request leaves, in the mean: `1.0`, `0.052`. A whole number would read as exact, and it is an estimate.
pub fn mean_count(each: f64) -> String {
    if (0.5..9.95).contains(&each.abs()) { fixed(each, 1) } else { significant(each, 2) }
}

/// What a listed group is called: `@load` are the sockets that soak itself holds the other end of, and another sum holds
/// what is too small to have a row.
pub fn listed_name(group: &ListedGroup) -> &str {
    match group.id.as_str() {
        "@load" => "connections of soak",
        id if id.starts_with('@') => "all smaller groups",
        _ => &group.name,
    }
}

/// From when growth is counted.
pub fn growth_since(since: GrowthSince) -> &'static str {
    match since {
        GrowthSince::Start => "since the start",
        GrowthSince::Steady => "since steady began",
    }
}

/// What a task group does.
pub fn movement(movement: Movement) -> &'static str {
    match movement {
        Movement::ProvenLeak => "proven leak",
        Movement::Growing => "growing",
        Movement::Unclear => "not clear",
        Movement::Steady => "steady",
        Movement::Gone => "gone",
    }
}

/// To two digits, since it is an estimate: `0.052`, `1`, `220,000`.
pub fn estimate(n: f64) -> String {
    if n.abs() < 10.0 {
        return significant(n, 2);
    }
    let step = 10f64.powf(n.abs().log10().floor() - 1.0);
    Unit::Count.show((n / step).round() * step)
}

/// What so many of a kind are called: "goroutines", "child process".
pub fn noun(n: f64, kind: GroupKind) -> &'static str {
    let [one, several] = nouns(kind);
    if significant(n, 2) == "1" { one } else { several }
}

/// What several of a kind are called.
pub fn plural(kind: GroupKind) -> &'static str {
    let [_, several] = nouns(kind);
    several
}

fn nouns(kind: GroupKind) -> [&'static str; 2] {
    match kind {
        GroupKind::Goroutine => ["goroutine", "goroutines"],
        GroupKind::Task => ["task", "tasks"],
        GroupKind::Thread | GroupKind::ProcessThreads => ["thread", "threads"],
        GroupKind::Fd | GroupKind::ProcessFds => ["file descriptor", "file descriptors"],
        GroupKind::Child => ["child process", "child processes"],
        GroupKind::Heap => ["heap stack", "heap stacks"],
        GroupKind::Class => ["class", "classes"],
        GroupKind::ProcessMemory => ["byte", "bytes"],
    }
}

/// A series within a sentence: "the live heap", "resident memory".
pub fn named(id: &SeriesId) -> String {
    match id {
        SeriesId::MemLive => format!("the {}", id.label()),
        _ => id.label().into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_estimates() {
        let shown = [0.0521, 1.0, 9.96, 12.4, 1804.0, 216_204.0].map(estimate);
        assert_eq!(shown, ["0.052", "1", "10", "12", "1,800", "220,000"]);
    }
}
