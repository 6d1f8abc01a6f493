//! Two runs compared, in words.

use crate::evidence::Evidence;
use crate::findings::{
    Assessment, Change, Compared, ComparedSide, Comparison, ComparisonNote, GrowthChange, Per, SeriesChange,
    Side, Verdict,
};

use super::phrase::capitalize;
use super::subtitle::subtitle;
use super::{comparison_note, headline};

/// The content of compare.json. `runs` are the two, the earlier one first.
pub fn comparison(compared: &Compared, runs: [(&Evidence, &Assessment); 2]) -> Comparison {
    let side = |side: &ComparedSide, (evidence, found): (&Evidence, &Assessment)| Side {
        name: side.name.clone(),
        verdict: side.answer.verdict(),
        headline: headline::sentence(&side.answer),
        subtitle: subtitle(evidence, found.load.as_ref()),
    };
    let [before, after] = &compared.sides;
    Comparison {
        schema: "soak-compare/1".into(),
        verdict: compared.verdict,
        exit_code: compared.exit_code,
        summary: summary(compared),
        headline: self::headline(compared),
        before: side(before, runs[0]),
        after: side(after, runs[1]),
        series: compared.series.iter().map(series).collect(),
        notes: compared.notes.iter().map(comparison_note::note).collect(),
    }
}

/// One full sentence.
pub fn headline(compared: &Compared) -> String {
    format!("{}: {}", capitalize(&compared.verdict.to_string()), summary(compared))
}

/// The same without the word for the answer.
fn summary(compared: &Compared) -> String {
    let [before, after] = &compared.sides;
    let (b, a) = (headline::bare(&before.answer), headline::bare(&after.answer));
    match compared.verdict {
        Change::Fixed | Change::StillLeaking | Change::Regressed => format!("{a}; before, {b}"),
        Change::NoDifference => format!("neither run leaks; {a}"),
        Change::CannotTell
            if compared.notes.contains(&ComparisonNote::Runtimes)
                && compared.sides.iter().all(|side| side.answer.verdict() != Verdict::Inconclusive) =>
        {
            "the runs measured services of different runtimes".into()
        }
        Change::CannotTell
            if compared.notes.iter().any(ComparisonNote::is_of_nothing_alike)
                && compared.sides.iter().all(|side| side.answer.verdict() != Verdict::Inconclusive) =>
        {
            "the runs drove different requests".into()
        }
        Change::CannotTell => match (before.answer.verdict(), after.answer.verdict()) {
            (_, Verdict::Inconclusive) => format!("in the second run, {a}"),
            (_, Verdict::Failed) => format!("the second run failed: {a}"),
            (Verdict::Failed, _) => format!("the first run failed: {b}"),
            _ => format!("in the first run, {b}"),
        },
    }
}

fn series(change: &GrowthChange) -> SeriesChange {
    let unit = change.id.unit();
    let show = |value: f64| match change.per {
        Per::Request => format!("{} per request", unit.show(value)),
        Per::Second => unit.show_slope(value),
    };
    let why = match change.change {
        None => "not measured in both runs".into(),
        Some(c) if c.ci[0] > 0.0 => format!("grows {} more", show(c.value)),
        Some(c) if c.ci[1] < 0.0 => format!("grows {} less", show(-c.value)),
        Some(_) => "no significant difference".into(),
    };
    SeriesChange {
        id: change.id.clone(),
        per: change.per,
        before: change.before,
        after: change.after,
        none_above: change.none_above,
        trend: change.trend,
        change: change.change,
        votes: change.votes,
        why,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::SeriesId;
    use crate::findings::{Doubt, Reason};
    use crate::wording::tests::{answer, flat, worker};

    #[test]
    fn a_comparison_says_its_answer_once_whatever_the_gates_of_its_runs_say() {
        let side = |name: &str, answer| ComparedSide { name: name.into(), answer };
        let compared = |verdict, before, after| Compared {
            verdict,
            exit_code: 0,
            sides: [side("before", before), side("after", after)],
            series: Vec::new(),
            notes: Vec::new(),
        };
        let stable = || answer(flat(SeriesId::RssAnon, 90.0));
        let same = compared(Change::NoDifference, stable(), stable());
        let text = "neither run leaks; no growth of private memory above 90 B per request in 76 s";
        assert_eq!(headline(&same), format!("No difference: {text}"));
        let evidence = Evidence::default();
        let found = Assessment::example();
        let written = comparison(&same, [(&evidence, &found), (&evidence, &found)]);
        assert_eq!(written.summary, text);
        assert_eq!(
            written.before.headline,
            "No leak: no growth of private memory above 90 B per request in 76 s"
        );
        let fixed = compared(Change::Fixed, answer(Reason::Leak(worker())), stable());
        assert_eq!(
            headline(&fixed),
            "Fixed: no growth of private memory above 90 B per request in 76 s; before, main.worker in chan send: 6,000 \
             goroutines more in 6,000 requests"
        );
        let open = compared(Change::CannotTell, stable(), answer(Reason::Doubt(Doubt::NoSteady)));
        assert_eq!(headline(&open), "Cannot tell: in the second run, the run ended before steady began");
    }
}
