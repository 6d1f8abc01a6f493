//! Notes, a sentence or two each.

use crate::evidence::{Runtime, SeriesId};
use crate::findings::{BlamedGroup, LoadTrouble, NoBlocks, NotCollected, Note};
use crate::units::{Rate, Span, Unit};

use super::attribution;
use super::culprit::{explain_group, whole_of};
use super::errors::failed_for_a_while;
use super::event_reason::{stop_reason, uncounted_reason};
use super::explanation::explanation;
use super::leak::leak;
use super::logins;
use super::other_process::explain_other_process;
use super::phrase::{capitalize, noun};
use super::reason::doubt;
use super::workers;

/// One note.
pub fn note(note: &Note) -> String {
    match note {
        Note::Attribution(lines) => attribution::growth(lines),
        Note::NotAttributed(why) => {
            let has = match why {
                NoBlocks::NoRate => "no rate",
                NoBlocks::Shape => "a shape",
                NoBlocks::Poisson => "Poisson arrivals",
            };
            format!(
                "Growth is not attributed to requests: that takes the same requests each second, and this load had {has}."
            )
        }
        Note::Leak(what) => leak(what),
        Note::Doubt(what) => doubt(what),
        Note::Recycled(replaced) => workers::note(replaced),
        Note::OtherWayToDecide(line) => format!("Another way to decide: {line}."),
        Note::StacksShare(share) => format!(
            "Stacks of goroutines are {} of the memory that leaks; the rest is heap, which they may hold.",
            Unit::Ratio.show(*share)
        ),
        Note::NotNamed { kind, share } => format!(
            "{} of the growth of {} is in no culprit above.",
            Unit::Ratio.show(*share),
            whole_of(*kind)
        ),
        Note::AtThisLoad { id, per_s } => format!(
            "At this load {} grows by {} per hour, {} per day.",
            if *id == SeriesId::MemLive { "the live heap" } else { "memory" },
            Unit::Bytes.show(per_s * 3600.0),
            Unit::Bytes.show(per_s * 86_400.0)
        ),
        Note::CodeNotNamed { turn_on: Some(line), .. } => {
            format!("Nothing names the code that leaks yet. To name it: {line}")
        }
        Note::CodeNotNamed { runtime, turn_on: None } => {
            let tool = match runtime {
                Runtime::Python => ": tracemalloc does",
                Runtime::Ruby => ": ObjectSpace.trace_object_allocations does",
                Runtime::DotNet => ": dotnet-gcdump does",
                _ => "",
            };
            format!("soak cannot name the code that leaks in {runtime}{tool}.")
        }
        Note::ObservedFor(seconds) => format!(
            "Observed for {}. A cache that still fills, or memory that is released later, looks the same: a longer run tells, \
             or --cycles 3.",
            Span::from_secs_f64(*seconds)
        ),
        Note::TooFewCollections(longest_s) => format!(
            "Fewer collections were forced than the live heap needs to be judged, since one takes up to {} and probing is \
             to take about 1 % of the target's time; a longer run has room for more.",
            Unit::Seconds.show(*longest_s)
        ),
        Note::SameKeysEachRun => {
            "{{seq}} begins at 1 in each run: a process that kept these keys in an earlier run does not grow by them \
             again. Start it anew before each run, or use {{uuid}}."
                .into()
        }
        Note::EachKeyNew => {
            "Each request had a new key: --reuse 0.5 tells growth per key from growth per request.".into()
        }
        Note::ResidentMemoryAlone => {
            "Judged by resident memory alone: a leak that first fills what the process had freed before does not show in it."
                .into()
        }
        Note::Explained { id, rose, by } => {
            let what = capitalize(id.label());
            match rose {
                Some(rose) => format!("{what} rose by {}: {}.", Unit::Bytes.show(*rose), explanation(by)),
                None => format!("{what} moved: {}.", explanation(by)),
            }
        }
        Note::NotCollected { missing, drives } => {
            let both = if *drives { "run without --no-gc for both" } else { "use --gc for both" };
            let missing = match missing {
                NotCollected::Allocators => "and what allocated the live heap is not known",
                NotCollected::Proofs => "and no task was proven to be stuck",
            };
            format!("No garbage collection was forced, so live heap and garbage are not separated, {missing}; {both}.")
        }
        Note::PresentBeforeRun(group) => format!(
            "{} {} in {} since before the run: look at them.",
            Unit::Count.show(group.count),
            noun(group.count, group.kind),
            group.label()
        ),
        Note::ProbesSlowed { interval_s, probes } => {
            let each = probes.iter().map(|probe| {
                let between = if probe.counted_between { ", and only their number between" } else { "" };
                format!(
                    "{} every {} on average ({} per reading){between}",
                    probe.name,
                    Span::from_secs_f64((probe.every_s * 10.0).round() / 10.0),
                    Unit::Seconds.show(probe.answer_s)
                )
            });
            format!(
                "Probing is to take about 1 % of the target's time, so some probes were read less often than every {}: {}.",
                Span::from_secs_f64(*interval_s),
                each.collect::<Vec<_>>().join("; ")
            )
        }
        Note::NoRequestCounter => {
            "No request counter: growth is reported per hour.".into()
        }
        Note::LoadChanged { elapsed_s, per_s: Some(rate) } => format!(
            "The load was changed by hand after {}, to {}; what came before is not judged.",
            Span::from_secs_f64(*elapsed_s),
            Rate::PerSecond((rate * 10.0).round() / 10.0)
        ),
        Note::LoadChanged { elapsed_s, per_s: None } => format!(
            "The load was paused by hand after {}, so nothing was judged.",
            Span::from_secs_f64(*elapsed_s)
        ),
        Note::RowsUsed { file, used, count } => {
            let [used_up, count_text] = [*used, *count].map(|n| Unit::Count.show(n as f64));
            match used > count {
                true => format!(
                    "{used_up} requests needed a row of {file}, which has {count_text}: its rows were used again from the \
                     first."
                ),
                false => format!("{used_up} of the {count_text} rows of {file} were used."),
            }
        }
        Note::KeysSeen { elapsed_s, keys } => format!(
            "All {} keys were seen after {}; growth is judged from there.",
            Unit::Count.show(*keys as f64),
            Span::from_secs_f64(*elapsed_s)
        ),
        Note::Restarted { elapsed_s, pid_before, pid_after } => format!(
            "The target restarted after {} (pid {pid_before}, then {pid_after}); growth is judged before and after it.",
            Span::from_secs_f64(*elapsed_s)
        ),
        Note::Failed { since_s, until_s, errors } => failed_for_a_while(*since_s, *until_s, errors),
        Note::Ended { elapsed_s, early, reason } => {
            let ended = if *early { "Ended early" } else { "Ended" };
            format!("{ended} after {}: {}.", Span::from_secs_f64(*elapsed_s), stop_reason(reason))
        }
        Note::NotCounted(reason) => format!("Growth per request is not known: {}.", uncounted_reason(reason)),
        Note::OtherProcess(target) => explain_other_process(target).unwrap_or_default(),
        Note::Logins(counts) => logins::describe_logins(counts),
        Note::Recorded(text) => text.clone(),
        Note::Load(trouble) => load_trouble(trouble),
    }
}

/// Why the schedule could not be kept.
pub fn load_trouble(trouble: &LoadTrouble) -> String {
    match trouble {
        LoadTrouble::Dropped => {
            "Requests were dropped: every connection was busy and the target did not keep up; more \
                                 --connections or a lower --rate."
                .into()
        }
        LoadTrouble::Saturated(busy) => format!(
            "soak itself could not send so much: its threads were busy for {} of the time; more --threads, a lower \
             --rate or a machine with more cores. What was dropped says nothing of the target.",
            Unit::Ratio.show(*busy)
        ),
        LoadTrouble::Late(seconds) => format!(
            "soak itself was late by {}: the machine it runs on had no processor to spare.",
            Span::from_secs_f64(*seconds)
        ),
    }
}

/// A culprit, and why.
pub fn blame(culprit: &BlamedGroup) -> String {
    format!("{}: {}", culprit.label(), explain_group(culprit))
}

#[cfg(test)]
mod tests;
