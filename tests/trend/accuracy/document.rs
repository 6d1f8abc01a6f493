//! docs/accuracy.md, written whole from what was measured.

use std::fmt::Write as _;

use soak::findings::{Direction, Verdict};

use super::comparison::{Counts, Said, count};
use super::injection::{MULTIPLES, ONCE, Power, TWICE};
use super::measured::Measured;
use super::rules::Rule;
use super::services;
use super::shapes::groups;

/// The document.
pub fn write(measured: &Measured) -> String {
    let mut out = String::from(include_str!("text/head.md"));
    out += &goals(measured);
    out += include_str!("text/rules.md");
    out += &verdicts(&measured.made);
    out += include_str!("text/shapes.md");
    out += &by_shape(&measured.made);
    if let Some(corpus) = &measured.corpus {
        out += include_str!("text/corpus.md");
        out += &verdicts(corpus);
    }
    out += include_str!("text/power.md");
    out += &power(measured);
    out += include_str!("text/after_power.md");
    out += include_str!("text/services.md");
    out += &services::table::write(&measured.services);
    out += include_str!("text/after_services.md");
    out += include_str!("text/coverage.md");
    out += &coverage(measured);
    out += include_str!("text/limits.md");
    out
}

/// A row of a table in Markdown.
pub fn row(out: &mut String, cells: impl IntoIterator<Item = String>) {
    let cells: Vec<String> = cells.into_iter().collect();
    let _ = writeln!(out, "| {} |", cells.join(" | "));
}

/// The head of a table whose first column is text and whose others are figures.
pub fn head(out: &mut String, cells: &[&str]) {
    row(out, cells.iter().map(|cell| (*cell).to_string()));
    row(out, cells.iter().enumerate().map(|(i, _)| if i == 0 { "---" } else { "---:" }.to_string()));
}

/// A share in per cent, with a decimal where it is neither 0 nor 100.
pub fn percent(part: usize, of: usize) -> String {
    match (part, of) {
        (_, 0) => "–".into(),
        (0, _) => "0 %".into(),
        (part, of) if part == of => "100 %".into(),
        _ => format!("{:.1} %", 100.0 * part as f64 / of as f64),
    }
}

/// What soak wants to hold, and whether it does.
fn goals(measured: &Measured) -> String {
    let mut out = String::new();
    row(&mut out, ["goal", "measured", ""].map(String::from));
    row(&mut out, ["---", "---", "---"].map(String::from));
    let mut add = |goal: &str, holds: bool, figure: String| {
        row(&mut out, [goal.into(), figure, if holds { "held" } else { "**not held**" }.into()]);
    };
    let made = |truth| count(&measured.made, move |one: &Said| one.truth == truth).soak;
    let (growing, stable) = (made(Direction::Growing), made(Direction::Stable));
    let found = percent(growing.growing, growing.all());
    add("98.5 % of growth found", growing.growing as f64 >= 0.985 * growing.all() as f64, found);
    let missed = format!("{} of {}", growing.stable, growing.all());
    add("no growth called stable", growing.stable == 0, missed);
    add("no false alarm", stable.growing == 0, format!("{} of {}", stable.growing, stable.all()));
    for (multiple, least) in [(ONCE, 0.8), (TWICE, 0.97)] {
        if let Some((kind, share)) = measured.least_found(multiple) {
            let goal = format!(
                "{:.0} % found at {} × the detectable growth, of every kind",
                100.0 * least,
                MULTIPLES[multiple]
            );
            add(&goal, share >= least, format!("least {:.1} %: {kind}", 100.0 * share));
        }
    }
    let shown = measured.services.iter().filter(|pair| pair.leaking.stable_over_shown_growth).count();
    add(
        "no run stable over growth that it shows",
        shown == 0,
        format!("{shown} of {}", measured.services.len()),
    );
    let called = measured.services.iter().filter(|pair| pair.healthy.verdict == Verdict::Leak).count();
    let most = services::MOST_FALSE_LEAKS * measured.services.len() as f64;
    let figure = format!("{called} of {}", measured.services.len());
    add("at most .3 % of healthy runs called a leak", called as f64 <= most, figure);
    let all = measured.coverage_of_all().share();
    let held = (0.93..=0.97).contains(&all);
    add("a 95 % interval holds the true slope in 93 to 97 %", held, format!("{:.1} %", 100.0 * all));
    if let Some((family, share)) = measured.least_covered() {
        let figure = format!("least {:.1} %: {}", 100.0 * share, family.replace('_', " "));
        add("and in 85 % of every family", share >= 0.85, figure);
    }
    out
}

/// Recall, false alarms and what is left open, of soak and every rule.
fn verdicts(said: &[Said]) -> String {
    let of = |truth| count(said, move |one: &Said| one.truth == truth);
    let (growing, stable) = (of(Direction::Growing), of(Direction::Stable));
    let ambiguous = of(Direction::Inconclusive);
    let mut out = String::new();
    let of_many = |name: &str, counts: &Counts| format!("{name} ({})", counts.soak.all());
    head(
        &mut out,
        &[
            "",
            &of_many("growing found", &growing),
            &of_many("false alarms", &stable),
            &of_many("ambiguous called growing", &ambiguous),
            "growing called stable",
            "left open",
        ],
    );
    for (k, rule) in Rule::ALL.into_iter().enumerate() {
        let share = |counts: &Counts| percent(counts.growing[k], counts.soak.all());
        let missed = percent(growing.soak.all() - growing.growing[k], growing.soak.all());
        row(
            &mut out,
            [rule.name().into(), share(&growing), share(&stable), share(&ambiguous), missed, "never".into()],
        );
    }
    let share = |counts: &Counts| format!("**{}**", percent(counts.soak.growing, counts.soak.all()));
    let decided = growing.soak.all() + stable.soak.all();
    let open = percent(growing.soak.unsure + stable.soak.unsure, decided);
    let missed = percent(growing.soak.stable, growing.soak.all());
    row(
        &mut out,
        [
            "**soak**".into(),
            share(&growing),
            share(&stable),
            share(&ambiguous),
            format!("**{missed}**"),
            format!("**{open}**"),
        ],
    );
    out
}

/// How often each called a series growing, by what it looks like.
fn by_shape(said: &[Said]) -> String {
    let mut out = String::new();
    for (truth, title) in [
        (Direction::Stable, "does not grow"),
        (Direction::Growing, "grows"),
        (Direction::Inconclusive, "cannot be known yet"),
    ] {
        let names = Rule::ALL.map(Rule::name);
        let columns = [&[title][..], &names, &["**soak**", "soak leaves open"]].concat();
        out.push('\n');
        head(&mut out, &columns);
        for group in groups(truth) {
            let belongs = |one: &Said| one.truth == truth && group.families.contains(&one.family.as_str());
            let counts = count(said, belongs);
            let all = counts.soak.all();
            let shares = counts.growing.map(|growing| percent(growing, all));
            let soak =
                [format!("**{}**", percent(counts.soak.growing, all)), percent(counts.soak.unsure, all)];
            row(&mut out, [group.name.to_string()].into_iter().chain(shares).chain(soak));
        }
    }
    out
}

/// What is found of a known growth.
fn power(measured: &Measured) -> String {
    let mut out = String::new();
    let multiples = MULTIPLES.map(|multiple| format!("{multiple} ×"));
    let columns: Vec<&str> = ["healthy series", "series", "called growing as they are", "left open"]
        .into_iter()
        .chain(multiples.iter().map(String::as_str))
        .chain(["called stable at 1 ×"])
        .collect();
    head(&mut out, &columns);
    let mut add = |name: &str, power: &Power| {
        let found = power.found.map(|found| percent(found, power.claimed));
        let cells = [
            name.to_string(),
            power.all().to_string(),
            power.false_alarms.to_string(),
            power.unsure.to_string(),
        ];
        let missed = percent(power.missed[ONCE], power.claimed);
        row(&mut out, cells.into_iter().chain(found).chain([missed]));
    };
    measured.injected.iter().for_each(|(name, power)| add(name, power));
    out
}

/// How often the intervals hold the truth.
fn coverage(measured: &Measured) -> String {
    let mut out = String::new();
    head(
        &mut out,
        &["family", "series", "holds the true slope", "lies above it", "lies below it", "half its width"],
    );
    let mut add = |name: &str, one: &super::coverage::Coverage| {
        let all = one.all();
        let figures = [one.held, one.too_high, one.too_low].map(|part| percent(part, all));
        let width = format!("{:.1} %", 100.0 * one.median_half_width());
        row(&mut out, [name.to_string(), all.to_string()].into_iter().chain(figures).chain([width]));
    };
    for (family, one) in &measured.coverage {
        add(&family.replace('_', " "), one);
    }
    add("**all**", &measured.coverage_of_all());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_exact_at_their_ends() {
        let all = [percent(0, 40), percent(40, 40), percent(1, 3), percent(0, 0)];
        assert_eq!(all, ["0 %", "100 %", "33.3 %", "–"]);
    }

    #[test]
    fn a_table_has_a_head_and_rows() {
        let mut out = String::new();
        head(&mut out, &["a", "b"]);
        row(&mut out, ["x".to_string(), "1".to_string()]);
        assert_eq!(out, "| a | b |\n| --- | ---: |\n| x | 1 |\n");
    }
}
