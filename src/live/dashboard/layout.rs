//! What has room on a screen of a size, and where.

use ratatui::layout::{Constraint, Layout, Rect};

/// From here on charts stand next to verdict, gates and driver.
const WIDE: (u16, u16) = (100, 28);
/// From here on there is one chart.
const ONE_CHART: (u16, u16) = (80, 24);
/// Below it there is the plain line only.
const SMALLEST: (u16, u16) = (60, 15);
/// Columns of verdict, gates and driver where they have a side of their own.
const SIDE: u16 = 40;
/// Rows of the task groups with their heading, at most.
const MOST_GROUP_ROWS: u16 = 14;

/// The parts of the screen; none where there is no room for one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Parts {
    /// What is soaked, and the phases with the time left.
    pub head: Rect,
    /// The verdict so far.
    pub verdict: Rect,
    /// Gates, load, soak itself and the age of readings.
    pub side: Option<Rect>,
    /// The same in two lines.
    pub brief: Option<Rect>,
    /// Memory and tasks; the second only on a wide screen.
    pub charts: [Option<Rect>; 2],
    /// The task groups.
    pub groups: Rect,
    /// Notes, and the keys.
    pub foot: Rect,
}

/// None where only the plain line has room.
pub fn arrange(screen: Rect) -> Option<Parts> {
    let at_least = |(width, height): (u16, u16)| screen.width >= width && screen.height >= height;
    if at_least(WIDE) {
        Some(wide(screen))
    } else if at_least(ONE_CHART) {
        Some(narrow(screen, 3, true))
    } else if at_least(SMALLEST) {
        Some(narrow(screen, 3, false))
    } else {
        None
    }
}

fn wide(screen: Rect) -> Parts {
    let groups = (screen.height / 4).clamp(6, MOST_GROUP_ROWS);
    let [head, middle, groups, foot] = Layout::vertical([
        Constraint::Length(3),
        Constraint::Min(10),
        Constraint::Length(groups),
        Constraint::Length(2),
    ])
    .areas(screen);
    let side = SIDE.max(screen.width / 3).min(60);
    let [left, _, right] =
        Layout::horizontal([Constraint::Min(40), Constraint::Length(2), Constraint::Length(side)])
            .areas(middle);
    let [memory, tasks] = Layout::vertical([Constraint::Fill(1), Constraint::Fill(1)]).areas(left);
    let [verdict, side] = Layout::vertical([Constraint::Length(7), Constraint::Min(1)]).areas(right);
    Parts { head, verdict, side: Some(side), brief: None, charts: [Some(memory), Some(tasks)], groups, foot }
}

fn narrow(screen: Rect, verdict: u16, chart: bool) -> Parts {
    let [head, verdict, brief, chart_area, groups, foot] = Layout::vertical([
        Constraint::Length(2),
        Constraint::Length(verdict),
        Constraint::Length(2),
        Constraint::Length(if chart { screen.height / 2 - 3 } else { 0 }),
        Constraint::Min(4),
        Constraint::Length(2),
    ])
    .areas(screen);
    let chart = chart.then_some(chart_area);
    Parts { head, verdict, side: None, brief: Some(brief), charts: [chart, None], groups, foot }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(width: u16, height: u16) -> Option<Parts> {
        arrange(Rect::new(0, 0, width, height))
    }

    #[test]
    fn a_larger_screen_shows_more() {
        let wide = parts(100, 28).unwrap();
        assert!(wide.side.is_some() && wide.charts.iter().all(Option::is_some));
        let usual = parts(80, 24).unwrap();
        assert!(usual.side.is_none() && usual.charts[0].is_some() && usual.charts[1].is_none());
        let small = parts(60, 15).unwrap();
        assert!(small.charts == [None, None] && small.groups.height >= 4);
        assert_eq!((parts(59, 40), parts(300, 14), parts(1, 1)), (None, None, None));
    }
}
