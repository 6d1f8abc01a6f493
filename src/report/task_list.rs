//! The table of `soak tasks --once`: one line for each group, whole names in a pipe, cut names on a screen.

use anstyle::Style;

use super::clean_text::clean_text;
use super::lines::{Columns, hold};
use crate::findings::{GrowthSince, ListedGroup, TaskList, group_label};
use crate::units::Unit;
use crate::wording::{growth_since, listed_name, movement};

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
/// Columns of the figures, and what a name needs behind them.
const BEFORE_NAME: u16 = 45;
const LEAST_NAME: u16 = 30;

/// The table with its colours as ANSI sequences: count and growth first, so that names may be of any length.
pub fn render(list: &TaskList, columns: Columns) -> String {
    let over = match list.observed_s {
        one_reading if one_reading <= 0.0 => "group (read once; --for 10s shows growth)".to_string(),
        seconds => {
            let since = match list.growth_since {
                GrowthSince::Start => String::new(),
                GrowthSince::Steady => format!(" {}", growth_since(list.growth_since)),
            };
            format!("group (growth in {}{since})", Unit::Seconds.show(seconds))
        }
    };
    let over = hold(&over);
    // where names have no room behind the figures they come below them
    let below = columns.of_table() < BEFORE_NAME + LEAST_NAME;
    let gap = if below { "\n    " } else { "  " };
    let indent = if below { 6 } else { BEFORE_NAME.into() };
    let head = format!("{DIM}{:>9} {:>9}  {:11}  {:9}{gap}{over}{DIM:#}", "count", "growth", "", "kind");
    let mut text = columns.fit(&head, indent) + "\n";
    for group in &list.groups {
        text += &(columns.fit(&row(group, list.observed_s > 0.0, gap), indent) + "\n");
    }
    for why in &list.failed {
        text += &format!("not read: {}\n", clean_text(why));
    }
    text
}

fn row(group: &ListedGroup, compared: bool, gap: &str) -> String {
    let count = |n: f64| Unit::Count.show(n);
    let growth = match group.growth {
        _ if !compared => "–".into(),
        n if n > 0.0 => format!("+{}", count(n)),
        n if n < 0.0 => format!("−{}", count(-n)),
        _ => "0".into(),
    };
    let style = if group.growth > 0.0 { BOLD } else { Style::new() };
    let label = clean_text(&group_label(listed_name(group), group.state.as_deref())).to_string();
    let kind = group.kind.to_string();
    let does = if compared { movement(group.movement) } else { "" };
    format!("{style}{:>9} {growth:>9}  {does:11}  {kind:9}{gap}{label}{style:#}", count(group.count))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{GroupKind, Ids};
    use crate::findings::Movement;

    #[test]
    fn a_group_is_one_line_with_count_growth_kind_name_and_state() {
        let group = ListedGroup {
            id: "a".into(),
            kind: GroupKind::Goroutine,
            of_label: false,
            name: "main.produce".into(),
            state: Some("chan send".into()),
            count: 1505.0,
            growth: 1500.0,
            per_request: None,
            per_request_interval: None,
            movement: Movement::Growing,
            age_s: 10.0,
            history: vec![5.0, 1505.0],
            proven: None,
            longest_wait_s: None,
            ids: Ids::NotRead,
            times: None,
            closer_age_s: None,
            created_by: None,
            stack: Vec::new(),
        };
        let list = TaskList {
            schema: "soak-tasks/1".into(),
            target: None,
            observed_s: 10.2,
            growth_since: GrowthSince::Start,
            groups: vec![group],
            failed: vec!["heap: refused".into()],
        };
        let text = anstream::adapter::strip_str(&render(&list, Columns::UNBOUNDED)).to_string();
        assert_eq!(
            text,
            "    count    growth               kind       group (growth in 10 s)\n    1,505    +1,500  growing      goroutine  main.produce in chan send\n\
             not read: heap: refused\n"
        );
        let of_run = TaskList { growth_since: GrowthSince::Steady, ..list.clone() };
        let text = anstream::adapter::strip_str(&render(&of_run, Columns::of_screen(60))).to_string();
        let narrow = "    count    growth               kind\n    group (growth in 10 s since steady began)\n    1,505    +1,500  growing      goroutine\n    main.produce in chan send\n";
        assert!(text.starts_with(narrow), "{text}");
        let once = TaskList { observed_s: 0.0, ..list };
        let text = anstream::adapter::strip_str(&render(&once, Columns::UNBOUNDED)).to_string();
        assert!(text.contains("group (read once; --for 10s shows growth)"), "{text}");
        assert!(text.contains("    1,505         –"), "one reading shows no growth: {text}");
        for line in anstream::adapter::strip_str(&render(&once, Columns::of_screen(60))).to_string().lines() {
            assert!(line.chars().count() <= 60, "{line}");
        }
    }
}
