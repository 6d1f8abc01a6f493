//! The monitor drawn: head, table, the selected group as a whole, keys.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Wrap};

use super::monitor::Monitor;
use super::rows::{LastColumn, line, titles};
use super::table::{Shown, Table};
use crate::findings::ListedGroup;
use crate::live::screen::{Theme, cut, draw_box, title};
use crate::units::Unit;

const KEYS: &str =
    "q quit · ? help · ↑ ↓ select · enter stack · / filter · m mark · ← → i sort · space freeze";

const HELP: &[&str] = &[
    "↑ ↓ j k  select; the group stays selected wherever it goes",
    "enter    the stack of the selected group; esc closes it",
    "/        filter: words, state:TEXT, !WORD; enter keeps it, esc clears it",
    "← →      sort by another column; i inverts",
    "m        mark: growth is also counted from now",
    "space    freeze",
    "q        quit",
];

/// Draws everything.
pub fn draw_monitor(frame: &mut Frame<'_>, monitor: &Monitor, theme: Theme) {
    let [head, body, foot] =
        Layout::vertical([Constraint::Length(1), Constraint::Min(1), Constraint::Length(1)])
            .areas(frame.area());
    let shown = monitor.table.shown().len();
    frame.render_widget(Paragraph::new(head_line(monitor, shown, usize::from(head.width), theme)), head);
    let stale = monitor.reading.as_ref().is_some_and(|reading| reading.failed.is_some());
    draw_table(frame, body, &monitor.table, (LastColumn::SinceMark, stale), theme);
    frame.render_widget(Paragraph::new(foot_line(&monitor.table, usize::from(foot.width), theme)), foot);
    if monitor.help {
        draw_box(frame, " keys ", HELP, theme);
    }
}

/// The rows, and below them the selected group as a whole where it is open; greyed where they are old.
pub fn draw_table(
    frame: &mut Frame<'_>,
    area: Rect,
    table: &Table,
    (last, stale): (LastColumn, bool),
    theme: Theme,
) {
    let rows = table.shown();
    let place = table.place(&rows);
    let open = rows.get(place).filter(|_| table.open);
    let detail = if open.is_some() { area.height / 2 } else { 0 };
    let [body, stack] = Layout::vertical([Constraint::Min(1), Constraint::Length(detail)]).areas(area);
    draw_rows(frame, body, table, (&rows, place), (last, stale), theme);
    if let Some(row) = open {
        draw_stack(frame, stack, row.group, theme);
    }
}

fn head_line(monitor: &Monitor, shown: usize, width: usize, theme: Theme) -> Line<'static> {
    let Some(reading) = &monitor.reading else { return Line::raw("reading…") };
    let groups = match monitor.table.len() {
        all if all == shown => format!("{all} groups"),
        all => format!("{shown} of {all} groups"),
    };
    let span = Unit::Seconds.show(reading.observed_s.round().max(1.0));
    let text = format!("soak tasks {} · {groups} · observed for {span}", reading.subject);
    match &reading.failed {
        Some(why) => {
            let age = Unit::Seconds.show(reading.age_s.round());
            Line::styled(cut(&format!("not read for {age}: {why}"), width), theme.bad())
        }
        None => Line::styled(cut(&text, width), theme.strong()),
    }
}

fn draw_rows(
    frame: &mut Frame<'_>,
    area: Rect,
    table: &Table,
    (rows, place): (&[Shown<'_>], usize),
    (last, stale): (LastColumn, bool),
    theme: Theme,
) {
    let (width, height) = (usize::from(area.width), usize::from(area.height));
    let fits = height.saturating_sub(1).max(1);
    // the selected row stays in sight
    let first = (place + 1).saturating_sub(fits);
    let mut lines = vec![titles(width, last, Some(table.column), theme)];
    for (at, row) in rows.iter().enumerate().skip(first).take(fits) {
        let line = line(row, width, last, theme);
        let line = if stale { line.patch_style(theme.quiet()) } else { line };
        lines.push(if at == place { line.patch_style(theme.inverse()) } else { line });
    }
    if rows.is_empty() {
        let why = if table.len() > 0 { "no group passes the filter" } else { "no task groups were read yet" };
        lines.push(Line::styled(why, theme.quiet()));
    }
    frame.render_widget(Paragraph::new(lines), area);
}

fn draw_stack(frame: &mut Frame<'_>, area: Rect, group: &ListedGroup, theme: Theme) {
    let area = title(frame, area, &group.name, theme);
    let mut lines: Vec<Line<'_>> = Vec::new();
    if let Some(creator) = &group.created_by {
        lines.push(Line::raw(format!("created by {creator}")));
    }
    lines.extend(group.stack.iter().map(|frame| Line::raw(frame.to_string())));
    if lines.is_empty() {
        lines.push(Line::styled("this source shows no stack", theme.quiet()));
    }
    frame.render_widget(Paragraph::new(lines).wrap(Wrap { trim: true }), area);
}

/// The filter while there is one, else the keys.
pub fn foot_line(table: &Table, width: usize, theme: Theme) -> Line<'static> {
    if table.typing || !table.filter.is_empty() {
        let style = if table.typing { theme.inverse() } else { theme.strong() };
        return Line::from(vec![Span::raw("filter: "), Span::styled(format!("{} ", table.filter), style)]);
    }
    if table.frozen {
        return Line::styled(cut(" FROZEN: space shows what is new ", width), theme.inverse());
    }
    Line::styled(cut(KEYS, width), theme.quiet())
}

#[cfg(test)]
mod tests {
    use ratatui::Terminal;
    use ratatui::backend::TestBackend;

    use super::*;
    use crate::evidence::Frame as StackFrame;
    use crate::live::screen::Key;
    use crate::live::tasks::monitor::TaskReading;
    use crate::live::tasks::testing::group;

    fn monitor(failed: Option<&str>) -> Monitor {
        let mut monitor = Monitor::new();
        let frame = StackFrame { func: "main.produce".into(), file: Some("main.go".into()), line: Some(12) };
        let produce = ListedGroup { stack: vec![frame], ..group("main.produce", "chan send", 500.0, 499.0) };
        monitor.take(TaskReading {
            subject: "http://127.0.0.1:8080/".into(),
            groups: vec![produce, group("net/http.serve", "IO wait", 3.0, 0.0)],
            observed_s: 12.0,
            age_s: 7.0,
            failed: failed.map(Into::into),
        });
        monitor
    }

    fn screen(monitor: &Monitor, width: u16, height: u16) -> String {
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        terminal.draw(|frame| draw_monitor(frame, monitor, Theme { colored: true })).unwrap();
        let rows = terminal.backend().buffer().content().chunks(usize::from(width));
        rows.map(|row| row.iter().map(|cell| cell.symbol()).collect::<String>() + "\n").collect()
    }

    #[test]
    fn one_line_says_all_of_five_hundred_stuck_producers() {
        let drawn = screen(&monitor(None), 80, 24);
        let lines: Vec<&str> = drawn.lines().map(str::trim_end).collect();
        assert!(lines[0].contains("2 groups · observed for 12 s"), "{drawn}");
        assert!(lines[1].starts_with("group") && lines[1].ends_with("since mark"), "{drawn}");
        assert!(lines[2].starts_with("main.produce") && lines[2].contains("500     +499"), "{drawn}");
    }

    #[test]
    fn a_group_opens_a_filter_narrows_and_a_failure_keeps_the_last_reading() {
        let mut seen = monitor(None);
        seen.press(Key::Enter);
        assert!(screen(&seen, 80, 24).contains("main.produce main.go:12"));
        for c in "/serve".chars() {
            seen.press(Key::Char(c));
        }
        let drawn = screen(&seen, 80, 24);
        assert!(drawn.contains("1 of 2 groups") && drawn.contains("filter: serve"), "{drawn}");
        let drawn = screen(&monitor(Some("goroutines: connection refused")), 80, 24);
        assert!(drawn.contains("not read for 7 s: goroutines: connection refused"), "{drawn}");
        assert!(drawn.contains("+499"), "{drawn}");
    }

    #[test]
    fn q_quits_unless_it_is_typed_into_a_filter_and_no_size_panics() {
        let mut seen = monitor(None);
        assert!(!seen.press(Key::Char('?')) && screen(&seen, 80, 24).contains("select; the group stays"));
        assert!(!seen.press(Key::Char('q')), "it closes the list of keys");
        seen.press(Key::Char('/'));
        assert!(!seen.press(Key::Char('q')));
        seen.press(Key::Escape);
        assert!(seen.press(Key::Char('q')));
        for (width, height) in [(1, 1), (2, 3), (30, 2), (59, 10), (200, 60)] {
            for key in [Key::Enter, Key::Char('?'), Key::Char('/')] {
                seen.press(key);
                screen(&seen, width, height);
            }
        }
    }
}
