//! Task groups as rows: the columns, as wide as there is room for, and one line for each group.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::table::{Column, Shown};
use crate::live::screen::{Theme, cut};
use crate::live::status_line::count;
use crate::wording::mean_count;

/// Columns of a count, of a growth, and of growth per request.
const COUNT: usize = 8;
const GROWTH: usize = 9;
const LAST: usize = 12;
/// Columns of the state.
const STATE: usize = 18;
/// From this width on the state has a column of its own.
const WIDE: usize = 76;

/// What stands in the last column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LastColumn {
    /// Growth by each request.
    PerRequest,
    /// Growth since the mark.
    SinceMark,
}

impl LastColumn {
    fn title(self) -> &'static str {
        match self {
            LastColumn::PerRequest => "per request",
            LastColumn::SinceMark => "since mark",
        }
    }
}

fn widths(width: usize) -> (usize, usize) {
    let state = if width >= WIDE { STATE } else { 0 };
    (width.saturating_sub(COUNT + GROWTH + LAST + state), state)
}

/// The titles; the one that is sorted by is pointed out.
pub fn titles(width: usize, last: LastColumn, sorted: Option<Column>, theme: Theme) -> Line<'static> {
    let (name, state) = widths(width);
    let style = |column: Column| if sorted == Some(column) { theme.strong() } else { theme.quiet() };
    let last_style = if last == LastColumn::SinceMark { style(Column::SinceMark) } else { theme.quiet() };
    Line::from(vec![
        Span::styled(format!("{:name$}", "group"), style(Column::Name)),
        Span::styled(format!("{:state$}", if state > 0 { "state" } else { "" }), style(Column::State)),
        Span::styled(format!("{:>COUNT$}", "count"), style(Column::Count)),
        Span::styled(format!("{:>GROWTH$}", "growth"), style(Column::Growth)),
        Span::styled(format!("{:>LAST$}", last.title()), last_style),
    ])
}

/// One group.
pub fn line(shown: &Shown<'_>, width: usize, last: LastColumn, theme: Theme) -> Line<'static> {
    let (name, state) = widths(width);
    let group = shown.group;
    let waits = group.state.clone().unwrap_or_else(|| group.kind.to_string());
    let label = match &group.state {
        Some(waits) if state == 0 => format!("{} in {waits}", group.name),
        _ => group.name.clone(),
    };
    let style = if group.growth >= 1.0 { theme.strong() } else { Style::new() };
    let waits = if state > 0 { waits } else { String::new() };
    let end = match last {
        LastColumn::PerRequest => group.per_request.filter(|_| group.growth != 0.0).map(per_request),
        LastColumn::SinceMark => shown.since_mark.map(growth),
    };
    Line::from(vec![
        Span::styled(format!("{:name$}", cut(&label, name.saturating_sub(1))), style),
        Span::raw(format!("{:state$}", cut(&waits, state.saturating_sub(1)))),
        Span::raw(format!("{:>COUNT$}", count(group.count))),
        Span::styled(format!("{:>GROWTH$}", growth(group.growth)), style),
        Span::raw(format!("{:>LAST$}", end.unwrap_or_default())),
    ])
}

fn growth(n: f64) -> String {
    match n {
        n if n > 0.0 => format!("+{}", count(n)),
        n if n < 0.0 => format!("−{}", count(-n)),
        _ => "0".into(),
    }
}

fn per_request(each: f64) -> String {
    match each.abs() {
        n if n < 0.0005 => "0".into(),
        _ => mean_count(each),
    }
}
