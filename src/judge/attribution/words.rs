//! Whose growth it is, in words.

use crate::evidence::DrivenPlan;
use crate::findings::{Attributed, Attribution};
use crate::units::{Rate, Span, Unit, significant};

fn amount(line: &Attribution, value: f64) -> String {
    match line.series.unit() {
        Unit::Count => {
            let value = if value.abs() < 0.005 { 0.0 } else { value };
            match value.abs() < 10.0 {
                true => format!("{value:.2}"),
                false => significant(value, 3),
            }
        }
        unit => unit.show(value),
    }
}

/// The line's own sentence.
pub fn why(line: &Attribution) -> String {
    let interval = line.per_each_ci.map(|[lo, hi]| format!("{} to {}", amount(line, lo), amount(line, hi)));
    let each = match (line.per_each, interval) {
        (Some(value), Some(interval)) => format!("{} each ({interval})", amount(line, value)),
        _ => String::new(),
    };
    let would = line.needs_s.map(|s| format!("about {} of steady would", Span::from_secs_f64(s)));
    match line.answer {
        Attributed::Leaks => format!("leaks {each}"),
        Attributed::Nothing => format!("nothing to be seen: {each}"),
        Attributed::CannotBeSeparated => match would {
            Some(would) => format!("cannot be separated: {each}; {would} tell"),
            None => format!("cannot be separated: {each}"),
        },
        Attributed::TooShort => {
            let told = format!("the run was too short for it, which was in {} blocks", line.blocks);
            would.map_or(told.clone(), |would| format!("{told}; {would} do"))
        }
    }
}

/// What is told of a run: a sentence for each series of which a kind of request is known to leak, and what keeps the
/// others from being told apart.
pub fn told(lines: &[Attribution]) -> Vec<String> {
    lines.chunk_by(alike).filter_map(of_series).collect()
}

/// Why growth is not told by request, where there are several and it cannot be.
pub fn untold(load: &DrivenPlan) -> Option<String> {
    if load.named.len() < 2 || load.block_design().is_some() {
        return None;
    }
    let has = match load.rate {
        Rate::Max => "no rate",
        _ if load.pattern.shape.is_some() => "a shape",
        _ => "Poisson arrivals",
    };
    Some(format!(
        "Growth is not told by request: that takes the same requests each second, and this load had {has}."
    ))
}

/// How many of a series each of those leaks that leak the most, and who they are.
pub fn worst(lines: &[Attribution], name: &str) -> Option<(f64, Vec<String>)> {
    let leaks = |line: &&Attribution| line.series == name && line.answer == Attributed::Leaks;
    let known = lines.chunk_by(alike).find(|growth| growth.iter().any(|line| leaks(&line)))?;
    together(known).into_iter().next()
}

/// How much of these series together each of these adds in the mean; none where that is not known of one of them.
pub fn each_of(lines: &[Attribution], series: &[&str], who: &[String]) -> Option<f64> {
    let mut sum = 0.0;
    for (name, who) in series.iter().flat_map(|name| who.iter().map(move |who| (name, who))) {
        let line = lines.iter().find(|line| line.series == *name && line.who() == *who)?;
        sum += match line.answer {
            Attributed::Leaks => line.per_each?,
            Attributed::Nothing => 0.0,
            Attributed::CannotBeSeparated | Attributed::TooShort => return None,
        };
    }
    Some(sum / who.len() as f64).filter(|each| *each > 0.0)
}

/// Those that leak, the most first; whoever may leak as much as the first of a group is told with it, and their mean.
fn together(lines: &[Attribution]) -> Vec<(f64, Vec<String>)> {
    let leaks = lines.iter().filter(|line| line.answer == Attributed::Leaks);
    let mut left: Vec<(&Attribution, f64)> = leaks.filter_map(|line| Some((line, line.per_each?))).collect();
    left.sort_by(|a, b| b.1.total_cmp(&a.1));
    let mut groups = Vec::new();
    while let Some((_, most)) = left.first().copied() {
        let as_much = |(line, each): &(&Attribution, f64)| {
            *each == most || line.per_each_ci.is_some_and(|[lo, hi]| (lo..=hi).contains(&most))
        };
        let (group, rest): (Vec<_>, Vec<_>) = left.into_iter().partition(as_much);
        let mean = group.iter().map(|(_, each)| each).sum::<f64>() / group.len() as f64;
        groups.push((mean, group.iter().map(|(line, _)| line.who()).collect()));
        left = rest;
    }
    groups
}

/// Whether two lines are about the same growth.
fn alike(a: &Attribution, b: &Attribution) -> bool {
    (&a.series, &a.culprit) == (&b.series, &b.culprit)
}

fn of_series(lines: &[Attribution]) -> Option<String> {
    let with = |answer: Attributed| lines.iter().filter(move |line| line.answer == answer);
    let names = |answer: Attributed| with(answer).map(Attribution::who).collect::<Vec<_>>();
    let what = lines[0].series.label();
    let mut parts = Vec::new();
    for (each, names) in together(lines) {
        let of = match lines[0].series.unit() {
            _ if !parts.is_empty() => String::new(),
            Unit::Count => format!(" {what} leaked"),
            _ => format!(" of {what} leaked"),
        };
        parts.push(format!("{}{of} per {}", shown(lines[0].series.name(), each), listed(&names, "and")));
    }
    let nothing = names(Attributed::Nothing);
    if !parts.is_empty() && !nothing.is_empty() {
        parts.push(format!("none per {}", listed(&nothing, "or")));
    }
    let open = names(Attributed::CannotBeSeparated);
    if !open.is_empty() {
        let needs = with(Attributed::CannotBeSeparated).map(|line| line.needs_s);
        let needs = needs.collect::<Option<Vec<f64>>>().and_then(|all| all.into_iter().reduce(f64::max));
        let would =
            needs.map(|s| format!(" (about {} of steady would)", Span::from_secs_f64(s))).unwrap_or_default();
        let of = if parts.is_empty() { format!("growth of {what} ") } else { String::new() };
        parts.push(format!("{of}cannot be separated for {}{would}", listed(&open, "and")));
    }
    let short = names(Attributed::TooShort);
    if !short.is_empty() {
        let of = if parts.is_empty() { format!("growth of {what}: ") } else { String::new() };
        parts.push(format!("{of}the run was too short for {}", listed(&short, "and")));
    }
    if parts.is_empty() {
        return None;
    }
    let told = parts.join("; ");
    Some(match &lines[0].culprit {
        Some(culprit) => format!("{culprit}: {told}"),
        None => super::super::words::capital(&told),
    })
}

/// The amount to two digits, as it is told in a sentence.
fn shown(series: &str, value: f64) -> String {
    match Unit::of_series(series) {
        Unit::Count => format!("{value:.1}"),
        unit => unit.show(value),
    }
}

/// "a, b and c".
pub fn listed(names: &[String], last: &str) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [all @ .., end] => format!("{} {last} {end}", all.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(behaviour: &str, answer: Attributed, each: f64) -> Attribution {
        Attribution {
            series: "goroutines".into(),
            culprit: None,
            request: "main".into(),
            behaviour: behaviour.into(),
            blocks: 9,
            sent: 90,
            per_each: Some(each),
            per_each_ci: Some([each - 0.1, each + 0.1]),
            answer,
            needs_s: (answer == Attributed::CannotBeSeparated).then_some(600.0),
            why: String::new(),
        }
    }

    #[test]
    fn a_sentence_tells_who_leaks_how_much_and_who_does_not() {
        use Attributed::{CannotBeSeparated, Leaks, Nothing};
        let told = told(&[
            line("normal", Nothing, 0.0),
            line("hang-up", Leaks, 2.0),
            line("reset", Leaks, 1.98),
            line("slow-read", Leaks, 1.0),
            line("slow-send", Nothing, 0.01),
            line("churn", CannotBeSeparated, 0.3),
        ]);
        assert_eq!(
            told,
            [
                "2.0 goroutines leaked per hang-up and reset; 1.0 per slow-read; none per normal request or slow-send; \
              cannot be separated for churn (about 10 min of steady would)"
            ]
        );
    }

    #[test]
    fn of_several_requests_each_is_told_by_its_name() {
        let of = |name: &str, line: Attribution| Attribution { request: name.into(), ..line };
        let told = told(&[
            of("/healthy", line("normal", Attributed::Nothing, 0.0)),
            of("/leaky", line("normal", Attributed::Leaks, 2.0)),
            of("/healthy", line("hang-up", Attributed::Leaks, 1.0)),
        ]);
        assert_eq!(
            told,
            ["2.0 goroutines leaked per '/leaky'; 1.0 per hang-up of '/healthy'; none per '/healthy'"]
        );
    }

    #[test]
    fn of_memory_the_second_who_leaks_is_told_as_the_first_is() {
        let of = |name: &str, each| Attribution {
            series: "rss_anon_bytes".into(),
            request: name.into(),
            ..line("normal", Attributed::Leaks, each)
        };
        assert_eq!(
            told(&[of("leaky", 64512.0), of("healthy", 517.0)]),
            ["63.0 KiB of resident memory leaked per 'leaky'; 517 B per 'healthy'"]
        );
    }

    #[test]
    fn a_line_says_how_long_a_run_would_tell() {
        let open = line("churn", Attributed::CannotBeSeparated, 0.3);
        assert_eq!(
            why(&open),
            "cannot be separated: 0.30 each (0.20 to 0.40); about 10 min of steady would tell"
        );
    }
}
