//! The monitor drawn: head, table, the selected group as a whole, keys.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use super::columns::Column;
use super::grouping::Shown;
use super::monitor::{Monitor, Tab, TaskReading};
use super::opened::draw_opened;
use super::rows::{line, titles};
use super::table::Table;
use crate::findings::{Grouping, LeftBehind};
use crate::live::screen::{Theme, cut, draw_box};
use crate::units::Unit;
use crate::wording::{describe_grouping, describe_key_outcome, describe_left_behind};

const KEYS: &str =
    "q quit · ? help · ↑ ↓ select · enter stack · / filter · m mark · r request · ← → sort · 1–5 group";
const KEYS_OF_RECORDED: &str =
    "q quit · ? help · ↑ ↓ select · enter stack · < > earlier, later · / filter · ← → sort";

const HELP: &[&str] = &[
    "↑ ↓ j k  select; the group stays selected wherever it goes",
    "enter    the stack of the selected group; e on the whole screen; esc closes it",
    "/        filter: words, state:TEXT, !WORD, re:REGEX; enter keeps it, esc clears it",
    "← →      sort by another column; i inverts",
    "1 – 5    group by stack and state, function, what created them, state, label",
    "m        mark: growth is also counted from now",
    "r R      send one request, or ten; what they leave behind is shown",
    "p        ask Go which goroutines can never go on; it collects its garbage to answer",
    "w        save the groups as JSON in this directory",
    "< >      of a finished run: an earlier reading, a later one",
    "tab      the next service, where there are several",
    "space    freeze",
    "q        quit",
];

/// Draws everything.
pub fn draw_monitor(frame: &mut Frame<'_>, monitor: &Monitor, theme: Theme) {
    let tab = monitor.tab();
    let width = usize::from(frame.area().width);
    let mut head = vec![head_line(tab, monitor.place(), width, theme)];
    head.extend(left_behind(tab, width, theme));
    let heights = [Constraint::Length(head.len() as u16), Constraint::Min(1), Constraint::Length(1)];
    let [above, body, foot] = Layout::vertical(heights).areas(frame.area());
    frame.render_widget(Paragraph::new(head), above);
    let stale = tab.reading.as_ref().is_some_and(|reading| reading.failed.is_some());
    draw_table(frame, body, &tab.table, stale, theme);
    let outcome = tab.reading.as_ref().and_then(|reading| reading.key_outcome.as_ref());
    let outcome = outcome.map(describe_key_outcome);
    let recorded = tab.reading.as_ref().is_some_and(|reading| reading.recorded.is_some());
    let keys = outcome.as_deref().unwrap_or(if recorded { KEYS_OF_RECORDED } else { KEYS });
    frame.render_widget(Paragraph::new(foot_line(&tab.table, keys, width, theme)), foot);
    if monitor.help {
        draw_box(frame, " keys ", HELP, theme);
    }
}

/// The rows, and below them the selected group as a whole where it is open; greyed where they are old.
pub fn draw_table(frame: &mut Frame<'_>, area: Rect, table: &Table, stale: bool, theme: Theme) {
    let rows = table.shown();
    let place = table.place(&rows);
    let open = rows.get(place).filter(|_| table.open);
    let detail = match open {
        Some(_) if table.whole => area.height,
        Some(_) => area.height / 2,
        None => 0,
    };
    let [body, stack] = Layout::vertical([Constraint::Min(0), Constraint::Length(detail)]).areas(area);
    draw_rows(frame, body, table, (&rows, place), stale, theme);
    if let Some(row) = open {
        draw_opened(frame, stack, &row.group, theme);
    }
}

fn head_line(tab: &Tab, (at, of): (usize, usize), width: usize, theme: Theme) -> Line<'static> {
    let Some(reading) = &tab.reading else { return Line::raw("reading…") };
    if let Some(why) = &reading.failed {
        let age = Unit::Seconds.show(reading.age_s.round());
        return Line::styled(cut(&format!("not read for {age}: {why}"), width), theme.bad());
    }
    let which = if of > 1 { format!(" {} of {of}", at + 1) } else { String::new() };
    let text = format!("soak tasks{which} {} · {} · {}", reading.subject, groups(&tab.table), when(reading));
    Line::styled(cut(&text, width), theme.strong())
}

fn groups(table: &Table) -> String {
    let (all, shown) = (table.len(), table.shown().len());
    match describe_grouping(table.grouping) {
        Some(words) => format!("{shown} groups {words}"),
        None if all == shown => format!("{all} groups"),
        None => format!("{shown} of {all} groups"),
    }
}

fn when(reading: &TaskReading) -> String {
    let span = Unit::Seconds.show(reading.observed_s.round().max(1.0));
    match reading.recorded {
        Some((at, of)) => format!("at {span} of the run, reading {at} of {of}"),
        None => format!("observed for {span}"),
    }
}

/// What requests that were sent by hand have left behind.
fn left_behind(tab: &Tab, width: usize, theme: Theme) -> Option<Line<'static>> {
    let (requests, left) = tab.left_behind()?;
    let style = match &left {
        LeftBehind::UnderWay(_) | LeftBehind::Waiting => Style::new(),
        LeftBehind::Nothing => theme.good(),
        LeftBehind::Groups { more_than_before, .. } if more_than_before.is_empty() => theme.strong(),
        LeftBehind::Groups { .. } => theme.bad(),
    };
    Some(Line::styled(cut(&describe_left_behind(requests, &left), width), style))
}

fn draw_rows(
    frame: &mut Frame<'_>,
    area: Rect,
    table: &Table,
    (rows, place): (&[Shown<'_>], usize),
    stale: bool,
    theme: Theme,
) {
    let columns: Vec<(Column, usize)> = table.columns(usize::from(area.width));
    let fits = usize::from(area.height).saturating_sub(1).max(1);
    // the selected row stays in sight
    let first = (place + 1).saturating_sub(fits);
    let mut lines = vec![titles(&columns, Some(table.column), theme)];
    for (at, row) in rows.iter().enumerate().skip(first).take(fits) {
        let line = line(row, &columns, theme);
        let line = if stale { line.patch_style(theme.quiet()) } else { line };
        lines.push(if at == place { uniform(line, theme) } else { line });
    }
    if rows.is_empty() {
        let why = match table.len() {
            0 if table.grouping == Grouping::Label => {
                "no labels: a Go service sets them with pprof.Do, and a run keeps them with --keep-labels"
            }
            0 => "no task groups were read yet",
            _ if table.is_filter_unfinished() => "the regular expression is not finished",
            _ => "no group passes the filter",
        };
        lines.push(Line::styled(why, theme.quiet()));
    }
    frame.render_widget(Paragraph::new(lines), area);
}

/// The line inside out in the color of its name: several colors would cut it into pieces.
fn uniform(line: Line<'_>, theme: Theme) -> Line<'_> {
    let style = line.spans.first().map_or(Style::new(), |name| name.style).patch(theme.inverse());
    Line::from(line.spans.into_iter().map(|span| span.style(style)).collect::<Vec<_>>())
}

/// The filter while there is one, else `keys`.
pub fn foot_line(table: &Table, keys: &str, width: usize, theme: Theme) -> Line<'static> {
    if table.typing || !table.filter.is_empty() {
        let style = if table.typing { theme.inverse() } else { theme.strong() };
        return Line::from(vec![Span::raw("filter: "), Span::styled(format!("{} ", table.filter), style)]);
    }
    if table.frozen {
        return Line::styled(cut(" FROZEN: space shows what is new ", width), theme.inverse());
    }
    Line::styled(cut(keys, width), theme.quiet())
}

#[cfg(test)]
mod tests {
    use ratatui::Terminal;
    use ratatui::backend::TestBackend;

    use super::*;
    use crate::evidence::{Frame as StackFrame, Ids, TaskId, TaskTimes};
    use crate::findings::{ListedGroup, Movement, SentByHand};
    use crate::live::screen::Key;
    use crate::live::tasks::monitor::TaskReading;
    use crate::live::tasks::testing::group;

    fn monitor(failed: Option<&str>) -> Monitor {
        let mut monitor = Monitor::new(1);
        monitor.take(0, reading(failed));
        monitor
    }

    fn reading(failed: Option<&str>) -> TaskReading {
        let frame = StackFrame { func: "main.produce".into(), file: Some("main.go".into()), line: Some(12) };
        let produce = ListedGroup {
            stack: vec![frame],
            movement: Movement::Growing,
            per_request: Some(1.0),
            per_request_interval: Some([0.98, 1.02]),
            ..group("main.produce", "chan send", 500.0, 499.0)
        };
        TaskReading {
            subject: "http://127.0.0.1:8080/".into(),
            groups: Some(vec![produce, group("net/http.serve", "IO wait", 3.0, 0.0)]),
            observed_s: 12.0,
            age_s: 7.0,
            failed: failed.map(Into::into),
            ..TaskReading::default()
        }
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
        assert!(lines[1].starts_with("group") && lines[1].ends_with("per request"), "{drawn}");
        let words: Vec<&str> = lines[2].split_whitespace().collect();
        let expected = ["main.produce", "chan", "send", "growing", "500", "+499", "1.0"];
        assert_eq!(words, expected, "{drawn}");
        let wide = screen(&monitor(None), 200, 60);
        assert!(wide.contains("1.0 (0.98 to 1.02)") && wide.contains("▁█"), "{wide}");
    }

    #[test]
    fn a_group_opens_a_filter_narrows_and_a_failure_keeps_the_last_reading() {
        let mut seen = monitor(None);
        seen.press(Key::Enter);
        let drawn = screen(&seen, 80, 24);
        assert!(drawn.contains("main.produce main.go:12"), "{drawn}");
        assert!(drawn.contains("growing · 500 now · in chan send · +499 since the start"), "{drawn}");
        seen.press(Key::Char('e'));
        assert!(!screen(&seen, 80, 24).contains("net/http.serve"), "it has the whole screen");
        seen.press(Key::Escape);
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
    fn an_opened_group_says_what_is_proven_and_lists_its_tasks() {
        let task = |id, minutes: u64| TaskId { id, waits_s: Some(60 * minutes) };
        let produce = ListedGroup {
            movement: Movement::ProvenLeak,
            proven: Some(500),
            ids: Ids::Read((0..500).map(|n| task(1000 + n, 12)).collect()),
            ..group("main.produce", "chan send", 500.0, 499.0)
        };
        let draw = |group: ListedGroup| {
            let mut seen = Monitor::new(1);
            seen.take(0, TaskReading { groups: Some(vec![group]), ..reading(None) });
            seen.press(Key::Enter);
            screen(&seen, 80, 24)
        };
        let drawn = draw(produce.clone());
        assert!(drawn.contains("proven by Go's runtime: 500 of 500 can never go on"), "{drawn}");
        assert!(drawn.contains("ids: 12 min: 1000, 1001,") && drawn.contains(" more"), "{drawn}");
        let drawn = draw(ListedGroup { ids: Ids::TooMany, ..produce.clone() });
        assert!(drawn.contains("created by, ids and waits: not read: too many"), "{drawn}");
        let times =
            Some(TaskTimes { busy_s: 2.0, idle_s: 60.0, polls: 9, lost_waker: 1, ..TaskTimes::default() });
        let drawn = draw(ListedGroup { times, ids: Ids::NotRead, proven: None, ..produce });
        assert!(drawn.contains("busy 2 s · scheduled") && drawn.contains("has lost its waker"), "{drawn}");
    }

    #[test]
    fn what_requests_left_behind_stands_above_the_table() {
        let mut seen = monitor(None);
        seen.press(Key::Char('r'));
        let after = |answered, readings_since_sent, more| {
            let mut reading = reading(None);
            reading.sent = SentByHand { sent: 1, answered, failed: 0 };
            reading.readings_since_sent = readings_since_sent;
            reading.groups.as_mut().unwrap()[0].count += more;
            reading
        };
        seen.take(0, after(0, 0, 0.0));
        assert!(screen(&seen, 80, 24).contains("1 request since the mark, 1 under way"));
        seen.take(0, after(1, 1, 1.0));
        assert!(screen(&seen, 80, 24).contains("1 request since the mark: reading what stays…"));
        seen.take(0, after(1, 2, 1.0));
        let drawn = screen(&seen, 80, 24);
        assert!(drawn.contains("stayed after 1 request: +1 main.produce in chan send"), "{drawn}");
        seen.take(0, after(1, 3, 0.0));
        assert!(screen(&seen, 80, 24).contains("no task or descriptor stayed after 1 request"));
    }

    #[test]
    fn growth_within_what_was_there_before_is_not_good_news() {
        let theme = Theme { colored: true };
        let style = |at_most, count| {
            let mut seen = Monitor::new(1);
            let after = |sent, count| {
                let history = vec![at_most, 3.0];
                let pool = ListedGroup { history, ..group("main.pool", "select", count, 0.0) };
                let sent = SentByHand { sent, answered: sent, failed: 0 };
                TaskReading { groups: Some(vec![pool]), sent, readings_since_sent: 2, ..reading(None) }
            };
            seen.take(0, after(0, 3.0));
            seen.press(Key::Char('r'));
            seen.take(0, after(1, count));
            seen.take(0, after(1, count));
            left_behind(seen.tab(), 80, theme).unwrap().style
        };
        let styles = [style(50.0, 3.0), style(50.0, 8.0), style(3.0, 8.0)];
        assert_eq!(styles, [theme.good(), theme.strong(), theme.bad()]);
    }

    #[test]
    fn the_list_of_keys_lies_over_it_and_no_size_panics() {
        let mut seen = monitor(None);
        seen.press(Key::Char('?'));
        assert!(screen(&seen, 80, 24).contains("select; the group stays"));
        for (width, height) in [(1, 1), (2, 3), (30, 2), (59, 10), (200, 60)] {
            for key in [Key::Enter, Key::Char('e'), Key::Char('r'), Key::Char('?'), Key::Char('/')] {
                seen.press(key);
                screen(&seen, width, height);
            }
        }
    }
}
