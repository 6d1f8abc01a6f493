//! Gates, load, soak itself, and how old readings are.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Wrap};

use super::load_state::LoadState;
use super::state::{Reading, State};
use crate::evidence::Percentiles;
use crate::findings::{GateOutcome, GateResult};
use crate::live::screen::{Theme, title};
use crate::live::status_line::{count, rate};
use crate::units::Unit;
use crate::wording::{all_answers_so_far, gate_reason, name_briefly};

/// A reading is new for so many seconds.
const NEW_S: f64 = 1.5;
/// A reading older than this many seconds is pointed out.
const OLD_S: f64 = 30.0;

/// Columns from which on p50 and p99 have room in one line with the load.
const ROOM_FOR_BOTH: usize = 80;

/// All of it, one below the other; what has no room is cut from the end.
pub fn draw_side(frame: &mut Frame<'_>, area: Rect, state: &State, theme: Theme) {
    let area = title(frame, area, "load", theme);
    let mut lines = load_lines(state, errors, latency, theme);
    let gates = state.look.as_ref().map(|look| look.so_far.gates.as_slice()).unwrap_or_default();
    lines.extend(state.failing.as_ref().map(|why| failing(why, theme)));
    lines.extend(gates.iter().map(|gate| gate_line(gate, theme)));
    lines.push(Line::from(readings(&state.readings, theme)));
    lines.extend(soak_line(state));
    frame.render_widget(Paragraph::new(lines).wrap(Wrap { trim: true }), area);
}

/// The same in two lines.
pub fn draw_brief(frame: &mut Frame<'_>, area: Rect, state: &State, theme: Theme) {
    let mut first: Vec<Span<'static>> = Vec::new();
    for line in load_lines(state, errors_in_brief, latency_of(usize::from(area.width)), theme) {
        if !first.is_empty() {
            first.push(Span::raw(" · "));
        }
        first.extend(line.spans);
    }
    let gates = state.look.as_ref().map(|look| look.so_far.gates.as_slice()).unwrap_or_default();
    let undecided = gates.iter().filter(|gate| gate.result == GateResult::Inconclusive).count();
    let failed = gates.iter().find(|gate| gate.result == GateResult::Failed);
    let second = match (&state.failing, failed) {
        (_, Some(gate)) => gate_line(gate, theme),
        (Some(why), None) => failing(why, theme),
        (None, None) if undecided > 0 => {
            Line::raw(format!("{undecided} of {} gates not yet decided", gates.len()))
        }
        (None, None) => Line::from(readings(&state.readings, theme)),
    };
    frame.render_widget(Paragraph::new(vec![Line::from(first), second]), area);
}

fn load_lines(
    state: &State,
    errors: fn(&LoadState, Theme) -> Line<'static>,
    latency: fn(&Percentiles) -> String,
    theme: Theme,
) -> Vec<Line<'static>> {
    let status = &state.status;
    let Some(load) = &state.load else {
        let counted = status.counted.map(|n| format!("{} answered, as the target counts", rate(n)));
        return vec![Line::raw(counted.unwrap_or_else(|| "soak sends no load".into()))];
    };
    let held = status.rate_held.map(|held| format!("{} sent of ", rate(held))).unwrap_or_default();
    let asked = format!("{held}{} asked", load.asked);
    vec![Line::raw(asked), errors(load, theme), Line::raw(latency(&load.latency))]
}

fn errors(load: &LoadState, theme: Theme) -> Line<'static> {
    if load.errors.is_empty() {
        return Line::raw("no errors");
    }
    if let Some(line) = all_fail(load, theme) {
        return line;
    }
    let kinds = load.errors.iter().map(|(kind, n)| format!("{kind}: {}", count(*n as f64)));
    in_red(format!("errors: {}", kinds.collect::<Vec<_>>().join(", ")), theme)
}

/// How many, and the status or kind of most: "3 errors (timeout)".
fn errors_in_brief(load: &LoadState, theme: Theme) -> Line<'static> {
    let Some(worst) = &load.worst else { return Line::raw("no errors") };
    if let Some(line) = all_fail(load, theme) {
        return line;
    }
    let all: u64 = load.errors.iter().map(|(_, n)| n).sum();
    let noun = if all == 1 { "error" } else { "errors" };
    in_red(format!("{} {noun} ({})", count(all as f64), name_briefly(worst)), theme)
}

/// A wrong path or missing credentials stay in sight for as long as nothing else was answered.
fn all_fail(load: &LoadState, theme: Theme) -> Option<Line<'static>> {
    load.all_fail.map(|status| in_red(all_answers_so_far(status), theme))
}

/// The style of a line is lost where it becomes a part of another.
fn in_red(text: String, theme: Theme) -> Line<'static> {
    Line::from(Span::styled(text, theme.bad()))
}

fn latency(latency: &Percentiles) -> String {
    if latency.count == 0 {
        return "no request timed yet".into();
    }
    format!("p50 {} · p99 {}", Unit::Seconds.show(latency.p50), Unit::Seconds.show(latency.p99))
}

/// Where both would be cut, the one that tells more.
fn latency_of(width: usize) -> fn(&Percentiles) -> String {
    let p99 = |latency: &Percentiles| match latency.count {
        0 => "no request timed yet".into(),
        _ => format!("p99 {}", Unit::Seconds.show(latency.p99)),
    };
    if width < ROOM_FOR_BOTH { p99 } else { latency }
}

fn gate_line(gate: &GateOutcome, theme: Theme) -> Line<'static> {
    let style = match gate.result {
        GateResult::Held => theme.good(),
        GateResult::Failed => theme.bad(),
        GateResult::Inconclusive => Style::new(),
    };
    // of an open one there is little to say before the end
    let why = match gate.result {
        GateResult::Failed => format!(": {}", gate_reason(gate)),
        GateResult::Held | GateResult::Inconclusive => String::new(),
    };
    let result = match gate.result {
        GateResult::Inconclusive => "gate not yet decided:".to_string(),
        decided => format!("gate {decided}:"),
    };
    Line::from(vec![Span::styled(result, style), Span::raw(format!(" {}{why}", gate.expr))])
}

fn soak_line(state: &State) -> Option<Line<'static>> {
    let load = state.load.as_ref()?;
    let cpu = load.cpu_ratio.map(|cpu| format!("{} of a core, ", Unit::Ratio.show(cpu)));
    let late = match load.late.count {
        0 => String::new(),
        _ => format!("late by {} (p99), ", Unit::Seconds.show(load.late.p99)),
    };
    let memory = Unit::Bytes.show(load.rss_bytes);
    Some(Line::raw(format!("soak itself: {}{late}{memory}", cpu.unwrap_or_default())))
}

/// What is older than the rest with its age, and that the rest is not.
fn readings(readings: &[Reading], theme: Theme) -> Vec<Span<'static>> {
    let is_new = |reading: &Reading| reading.age_s.is_some_and(|age_s| age_s < NEW_S);
    let mut spans = vec![Span::raw("read: ")];
    for (place, reading) in readings.iter().filter(|reading| !is_new(reading)).enumerate() {
        let comma = if place == 0 { "" } else { ", " };
        let (age, style) = match reading.age_s {
            Some(age_s) => {
                let style = if age_s > OLD_S { theme.open() } else { Style::new() };
                (format!("{} ago", Unit::Seconds.show(age_s.round())), style)
            }
            None => ("not yet".into(), Style::new()),
        };
        spans.push(Span::styled(format!("{comma}{} {age}", reading.label), style));
    }
    if readings.iter().any(is_new) {
        spans.push(Span::raw(if spans.len() == 1 { "all now" } else { ", all else now" }));
    }
    spans
}

fn failing(why: &str, theme: Theme) -> Line<'static> {
    Line::styled(format!("probe failed: {why}"), theme.bad())
}
