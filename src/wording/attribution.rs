//! Which kind of request adds what, in words.

use crate::findings::{Attributed, AttributedGrowth, Attribution, LeakingKinds};
use crate::units::{Span, Unit, fixed, significant};

use super::phrase::{capitalize, list};

/// A line as the report has it.
pub fn line(line: &AttributedGrowth) -> Attribution {
    Attribution {
        series: line.series.clone(),
        culprit: line.culprit.clone(),
        request: line.request.clone(),
        behaviour: line.behaviour.clone(),
        blocks: line.blocks,
        sent: line.sent,
        per_each: line.per_each.map(|each| each.value),
        per_each_ci: line.per_each.map(|each| [each.lo, each.hi]),
        answer: line.answer,
        needs_s: line.needs_s,
        why: why(line),
    }
}

/// The line's own sentence.
fn why(line: &AttributedGrowth) -> String {
    let each = line.per_each.map(|each| {
        let [value, lo, hi] = [each.value, each.lo, each.hi].map(|value| amount(line, value));
        format!("{value} each ({lo} to {hi})")
    });
    let each = each.unwrap_or_default();
    let would = line.needs_s.map(|s| format!("about {} of steady would", Span::from_secs_f64(s)));
    match line.answer {
        Attributed::Leaks => format!("leaks {each}"),
        Attributed::Nothing => format!("no difference found: {each}"),
        Attributed::CannotBeSeparated => match would {
            Some(would) => format!("cannot be separated: {each}; {would} tell"),
            None => format!("cannot be separated: {each}"),
        },
        Attributed::TooShort => {
            let short = format!("the run was too short for it, which was in {} blocks", line.blocks);
            match would {
                Some(would) => format!("{short}; {would} do"),
                None => short,
            }
        }
    }
}

fn amount(line: &AttributedGrowth, value: f64) -> String {
    match line.series.unit() {
        Unit::Count => {
            let value = if value.abs() < 0.005 { 0.0 } else { value };
            match value.abs() < 10.0 {
                true => fixed(value, 2),
                false => significant(value, 3),
            }
        }
        unit => unit.show(value),
    }
}

/// The lines of one growth in a sentence: which kinds of request leak how much, which add nothing, and what keeps the
/// others from being separated.
pub fn growth(lines: &[AttributedGrowth]) -> String {
    let Some(first) = lines.first() else { return String::new() };
    let with = |answer: Attributed| lines.iter().filter(move |line| line.answer == answer);
    let names = |answer: Attributed| with(answer).map(AttributedGrowth::kind).collect::<Vec<_>>();
    let what = first.series.label();
    let mut parts = Vec::new();
    for LeakingKinds { per_each, kinds } in LeakingKinds::group(lines) {
        let of = match first.series.unit() {
            _ if !parts.is_empty() => String::new(),
            Unit::Count => format!(" {what} leaked"),
            _ => format!(" of {what} leaked"),
        };
        parts.push(format!("{}{of} per {}", brief(first, per_each), list(&kinds, "and")));
    }
    let nothing = names(Attributed::Nothing);
    if !parts.is_empty() && !nothing.is_empty() {
        parts.push(format!("none per {}", list(&nothing, "or")));
    }
    let open = names(Attributed::CannotBeSeparated);
    if !open.is_empty() {
        let needs = with(Attributed::CannotBeSeparated).map(|line| line.needs_s);
        let needs = needs.collect::<Option<Vec<f64>>>().and_then(|all| all.into_iter().reduce(f64::max));
        let would =
            needs.map(|s| format!(" (about {} of steady would)", Span::from_secs_f64(s))).unwrap_or_default();
        let of = if parts.is_empty() { format!("growth of {what} ") } else { String::new() };
        parts.push(format!("{of}cannot be separated for {}{would}", list(&open, "and")));
    }
    let short = names(Attributed::TooShort);
    if !short.is_empty() {
        let of = if parts.is_empty() { format!("growth of {what}: ") } else { String::new() };
        parts.push(format!("{of}the run was too short for {}", list(&short, "and")));
    }
    let text = parts.join("; ");
    match &first.culprit {
        Some(culprit) => format!("{culprit}: {text}"),
        None => capitalize(&text),
    }
}

/// The amount to two digits, as a sentence has it.
fn brief(line: &AttributedGrowth, value: f64) -> String {
    match line.series.unit() {
        Unit::Count => fixed(value, 1),
        unit => unit.show(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Estimate;

    fn line(behaviour: &str, answer: Attributed, each: f64) -> AttributedGrowth {
        AttributedGrowth {
            series: "goroutines".into(),
            culprit: None,
            request: "main".into(),
            behaviour: behaviour.into(),
            blocks: 9,
            sent: 90,
            per_each: Some(Estimate { value: each, lo: each - 0.1, hi: each + 0.1 }),
            answer,
            needs_s: (answer == Attributed::CannotBeSeparated).then_some(600.0),
        }
    }

    #[test]
    fn a_sentence_names_what_leaks_how_much_and_what_does_not() {
        use Attributed::{CannotBeSeparated, Leaks, Nothing};
        let sentence = growth(&[
            line("normal", Nothing, 0.0),
            line("hang-up", Leaks, 2.0),
            line("reset", Leaks, 1.98),
            line("slow-read", Leaks, 1.0),
            line("slow-send", Nothing, 0.01),
            line("churn", CannotBeSeparated, 0.3),
        ]);
        assert_eq!(
            sentence,
            "2.0 goroutines leaked per hang-up and reset; 1.0 per slow-read; none per normal request or slow-send; \
              cannot be separated for churn (about 10 min of steady would)"
        );
    }

    #[test]
    fn of_several_requests_each_has_its_name() {
        let of = |name: &str, line: AttributedGrowth| AttributedGrowth { request: name.into(), ..line };
        let sentence = growth(&[
            of("/healthy", line("normal", Attributed::Nothing, 0.0)),
            of("/leaky", line("normal", Attributed::Leaks, 2.0)),
            of("/healthy", line("hang-up", Attributed::Leaks, 1.0)),
        ]);
        assert_eq!(
            sentence,
            "2.0 goroutines leaked per '/leaky'; 1.0 per hang-up of '/healthy'; none per '/healthy'"
        );
    }

    #[test]
    fn of_memory_the_second_that_leaks_is_written_as_the_first() {
        let of = |name: &str, each| AttributedGrowth {
            series: "rss_anon_bytes".into(),
            request: name.into(),
            ..line("normal", Attributed::Leaks, each)
        };
        assert_eq!(
            growth(&[of("leaky", 64512.0), of("healthy", 517.0)]),
            "63.0 KiB of private memory leaked per 'leaky'; 517 B per 'healthy'"
        );
    }

    #[test]
    fn a_line_says_how_long_a_run_would_decide() {
        let open = line("churn", Attributed::CannotBeSeparated, 0.3);
        assert_eq!(
            why(&open),
            "cannot be separated: 0.30 each (0.20 to 0.40); about 10 min of steady would tell"
        );
    }
}
