//! Task groups as rows: the titles of the columns, and one line for each group.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::columns::Column;
use super::grouping::Shown;
use crate::findings::{ListedGroup, Movement, group_label};
use crate::live::screen::{Theme, cut, cut_front};
use crate::live::status_line::count;
use crate::units::{Unit, significant};
use crate::wording::{listed_name, mean_count, movement};

/// Eight heights of a curve.
const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/// The least share of the highest count that a curve spans.
const LEAST_RANGE: f64 = 0.1;
/// What is shown of a width that holds an interval, too.
const WITH_INTERVAL: usize = 20;

fn title(column: Column) -> &'static str {
    match column {
        Column::Name => "group",
        Column::State => "state",
        Column::Movement => "",
        Column::Count => "count",
        Column::Growth => "growth",
        Column::PerRequest => "per request",
        Column::SinceMark => "since mark",
        Column::Age => "seen for",
        Column::Curve => "over time",
    }
}

fn is_text(column: Column) -> bool {
    matches!(column, Column::Name | Column::State | Column::Movement)
}

/// A cell: text from the left, figures to the right.
fn cell(column: Column, width: usize, text: &str) -> String {
    if column == Column::Name {
        format!("{:width$}", cut_front(text, width.saturating_sub(1)))
    } else if is_text(column) {
        format!("{:width$}", cut(text, width.saturating_sub(1)))
    } else {
        format!("{:>width$}", cut(text, width.saturating_sub(1)))
    }
}

/// The titles; the one that is sorted by has an arrow: down where the largest or the last comes first. `part` follows
/// the title of the groups.
pub fn titles(
    columns: &[(Column, usize)],
    sorted: Option<(Column, char)>,
    part: &str,
    theme: Theme,
) -> Line<'static> {
    let spans = columns.iter().map(|(column, width)| {
        let arrow = sorted.filter(|(by, _)| by == column).map(|(_, arrow)| arrow);
        let style = if arrow.is_some() { theme.strong() } else { theme.quiet() };
        // what has no title needs one where it is sorted by
        let name = if arrow.is_some() && title(*column).is_empty() { "does" } else { title(*column) };
        let arrow = arrow.map(String::from).unwrap_or_default();
        let part = if *column == Column::Name { part } else { "" };
        let name = format!("{name}{arrow}{part}");
        // of a name the end is kept, of a title the beginning
        Span::styled(cell(*column, *width, &cut(&name, width.saturating_sub(1))), style)
    });
    Line::from(spans.collect::<Vec<_>>())
}

/// One group.
pub fn line(shown: &Shown<'_>, columns: &[(Column, usize)], theme: Theme) -> Line<'static> {
    let group = shown.group.as_ref();
    let has_state = columns.iter().any(|(column, _)| *column == Column::State);
    let has_movement = columns.iter().any(|(column, _)| *column == Column::Movement);
    let style_of_all = style_of(group, theme);
    let spans = columns.iter().map(|(column, width)| {
        let text = match column {
            Column::Name => label(group, has_state),
            Column::State => group.state.clone().unwrap_or_else(|| group.kind.to_string()),
            Column::Movement => movement(group.movement).into(),
            Column::Count => count(group.count),
            Column::Growth if has_movement => signed(group.growth),
            Column::Growth => format!("{}{}", signed(group.growth), sign(group.movement)),
            Column::PerRequest => per_request(group, *width),
            Column::SinceMark => shown.since_mark.map(signed).unwrap_or_default(),
            Column::Age => Unit::Seconds.show(group.age_s.round()),
            Column::Curve => curve(&group.history, width.saturating_sub(2)),
        };
        let style = match column {
            Column::SinceMark if shown.since_mark.is_some_and(|n| n >= 1.0) => theme.strong(),
            Column::Curve if group.movement == Movement::Steady => theme.quiet(),
            Column::Name | Column::Growth | Column::Movement | Column::Curve => style_of_all,
            _ => Style::new(),
        };
        Span::styled(cell(*column, *width, &text), style)
    });
    Line::from(spans.collect::<Vec<_>>())
}

fn label(group: &ListedGroup, has_state: bool) -> String {
    match &group.state {
        Some(waits) if !has_state => group_label(&group.name, Some(waits)),
        _ => listed_name(group).into(),
    }
}

/// What a group does, where there is no room for the word: colours alone must not say it.
fn sign(movement: Movement) -> char {
    match movement {
        Movement::ProvenLeak => '!',
        Movement::Growing => '↑',
        Movement::Unclear | Movement::Steady | Movement::Gone => ' ',
    }
}

fn style_of(group: &ListedGroup, theme: Theme) -> Style {
    match group.movement {
        Movement::ProvenLeak | Movement::Growing => theme.bad(),
        // after few readings nothing is clear: only what has grown catches the eye
        Movement::Unclear if group.growth >= 1.0 => theme.strong(),
        Movement::Unclear | Movement::Steady => Style::new(),
        Movement::Gone => theme.quiet(),
    }
}

/// A growth with its sign.
pub fn signed(n: f64) -> String {
    match n {
        n if n > 0.0 => format!("+{}", count(n)),
        n if n < 0.0 => format!("−{}", count(-n)),
        _ => "0".into(),
    }
}

fn per_request(group: &ListedGroup, width: usize) -> String {
    let Some(each) = group.per_request.filter(|_| group.growth != 0.0) else { return String::new() };
    match group.per_request_interval {
        Some([lo, hi]) if width >= WITH_INTERVAL => {
            format!("{} {}", short(each), interval([lo, hi]))
        }
        _ => short(each),
    }
}

/// A mean count per request in few characters.
pub fn short(each: f64) -> String {
    match each.abs() {
        n if n < 0.0005 => "0".into(),
        _ => mean_count(each),
    }
}

/// The ends of an interval, to three digits: they lie close together.
pub fn interval([lo, hi]: [f64; 2]) -> String {
    format!("({} to {})", significant(lo, 3), significant(hi, 3))
}

/// The highest count of each stretch, between the fewest and the most: what stays as it is lies low.
fn curve(history: &[f64], width: usize) -> String {
    let most = history.iter().copied().fold(0.0, f64::max);
    let fewest = history.iter().copied().fold(most, f64::min);
    // a swing of a few in a hundred is none
    let range = (most - fewest).max(most * LEAST_RANGE);
    let bars = width.min(history.len());
    if range <= 0.0 || bars < 2 {
        return String::new();
    }
    let stretch = |bar: usize| &history[bar * history.len() / bars..(bar + 1) * history.len() / bars];
    let height = |bar: usize| {
        let highest = stretch(bar).iter().copied().fold(0.0, f64::max);
        BARS[(((highest - fewest) / range * 8.0).ceil() as usize).clamp(1, 8) - 1]
    };
    (0..bars).map(height).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::live::tasks::testing::group;

    #[test]
    fn a_curve_rises_with_the_counts_and_fits() {
        assert_eq!(curve(&[0.0, 1.0, 2.0, 4.0, 8.0], 12), "▁▁▂▄█");
        assert_eq!(curve(&[4.0, 4.0, 4.0], 12), "▁▁▁", "what stays lies low");
        let long: Vec<f64> = (0..120).map(f64::from).collect();
        let drawn = curve(&long, 12);
        assert_eq!((drawn.chars().count(), drawn.chars().last()), (12, Some('█')));
        assert_eq!((curve(&[0.0, 0.0], 9), curve(&[5.0], 9), curve(&[1.0, 2.0], 1)), Default::default());
    }

    #[test]
    fn growth_per_request_has_its_interval_where_there_is_room() {
        let grows = ListedGroup {
            per_request: Some(1.0),
            per_request_interval: Some([0.97, 1.04]),
            ..group("a", "select", 9.0, 8.0)
        };
        assert_eq!(per_request(&grows, 22), "1.0 (0.97 to 1.04)");
        assert_eq!(per_request(&grows, 12), "1.0");
        assert_eq!(per_request(&ListedGroup { growth: 0.0, ..grows }, 12), "");
    }
}
