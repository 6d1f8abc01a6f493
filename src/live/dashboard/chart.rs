//! A chart: a legend with figures, the curves, and below them phases, marks and the time.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Style;
use ratatui::symbols::Marker;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;
use ratatui::widgets::canvas::{Canvas, Line as Stroke, Points};

use super::age::with_age;
use super::chart_state::{Chart, Curve};
use super::state::{COLLECTION_SIGN, State};
use crate::live::screen::{Theme, title};
use crate::units::{Span as TimeSpan, Unit};
use crate::wording::{changed_by, has_no_level};

/// Columns of the levels on the left.
const GUTTER: u16 = 9;
/// An axis that would begin above this share of its end begins at zero instead.
const NEARLY_ZERO: f64 = 0.6;
/// From so many rows on a part is drawn below its whole.
const ROWS_FOR_A_PART: u16 = 8;

/// Draws one chart, or that there is nothing to draw.
pub fn draw_chart(
    frame: &mut Frame<'_>,
    area: Rect,
    chart: Option<&Chart>,
    state: &State,
    zoom: u32,
    theme: Theme,
) {
    let Some(chart) = chart else {
        let area = title(frame, area, "nothing read yet", theme);
        frame.render_widget(Paragraph::new(""), area);
        return;
    };
    let age_s = chart.age_s(state.status.elapsed.as_secs_f64());
    let area = title(frame, area, &with_age(&chart.title, age_s), theme);
    let [legend, body, strip, times] = Layout::vertical([
        Constraint::Length(1),
        Constraint::Min(1),
        Constraint::Length(1),
        Constraint::Length(1),
    ])
    .areas(area);
    let gutter = GUTTER.min(area.width / 3);
    let split = |row: Rect| -> [Rect; 2] {
        Layout::horizontal([Constraint::Length(gutter), Constraint::Fill(1)]).areas(row)
    };
    let time = TimeAxis::new(state, zoom);
    frame.render_widget(
        Paragraph::new(legend_line(chart, (body.height, usize::from(legend.width)), theme)),
        legend,
    );
    let levels = Levels::new(chart, &time, body.height);
    let [left, plot] = split(body);
    draw_levels(frame, left, chart.unit, &levels, theme);
    draw_curves(frame, plot, chart, &time, &levels, theme);
    let [_, strip] = split(strip);
    frame.render_widget(Paragraph::new(strip_line(state, &time, strip.width)).style(theme.quiet()), strip);
    let [_, times] = split(times);
    frame.render_widget(Paragraph::new(time.labels(times.width)).style(theme.quiet()), times);
}

/// The part of the run that is shown.
struct TimeAxis {
    from_s: f64,
    to_s: f64,
}

impl TimeAxis {
    fn new(state: &State, zoom: u32) -> TimeAxis {
        let to_s = state.status.elapsed.as_secs_f64().max(1.0);
        TimeAxis { from_s: to_s - to_s / f64::from(1u32 << zoom.min(20)), to_s }
    }

    fn holds(&self, at_s: f64) -> bool {
        (self.from_s..=self.to_s).contains(&at_s)
    }

    fn column(&self, at_s: f64, width: u16) -> usize {
        let share = (at_s - self.from_s) / (self.to_s - self.from_s);
        ((share * f64::from(width)) as usize).min(usize::from(width.saturating_sub(1)))
    }

    fn labels(&self, width: u16) -> String {
        let at = |seconds: f64| match seconds.round() {
            0.0 => "0 s".to_string(),
            seconds => TimeSpan::from_secs_f64(seconds).to_string(),
        };
        let (from, to) = (at(self.from_s), at(self.to_s));
        let room = usize::from(width).saturating_sub(from.chars().count());
        format!("{from}{to:>room$}")
    }
}

/// The levels between which curves are drawn.
struct Levels {
    low: f64,
    high: f64,
}

impl Levels {
    fn new(chart: &Chart, time: &TimeAxis, rows: u16) -> Levels {
        let drawn = drawn_curves(chart, rows).flat_map(|(_, curve)| curve.points.iter());
        let seen = drawn.filter(|(at, _)| time.holds(*at)).map(|(_, value)| *value);
        let (low, high) = seen
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)));
        if !low.is_finite() {
            return Levels { low: 0.0, high: 1.0 };
        }
        let low = if low < NEARLY_ZERO * high { 0.0 } else { low };
        // a flat curve runs through the middle of some room
        let room = ((high - low) * 0.05).max(high.abs() * 0.005).max(0.5);
        Levels { low: if low == 0.0 { 0.0 } else { low - room }, high: high + room }
    }
}

/// The whole, and its first part where there are rows for it: it lies far below, and would press the whole flat. The
/// others have figures alone, since more curves would cover each other.
fn drawn_curves(chart: &Chart, rows: u16) -> impl DoubleEndedIterator<Item = (usize, &Curve)> {
    let most = if rows < ROWS_FOR_A_PART { 1 } else { 2 };
    chart.curves[..most.min(chart.curves.len())].iter().enumerate()
}

fn draw_levels(frame: &mut Frame<'_>, area: Rect, unit: Unit, levels: &Levels, theme: Theme) {
    let label = |value: f64| unit.show(if unit == Unit::Count { value.round() } else { value });
    let width = usize::from(area.width.saturating_sub(1));
    let mut lines = vec![Line::default(); usize::from(area.height)];
    let last = lines.len().saturating_sub(1);
    for (row, value) in [(0, levels.high), (last, levels.low)] {
        if let Some(line) = lines.get_mut(row) {
            *line = Line::styled(format!("{:>width$}", label(value)), theme.quiet());
        }
    }
    frame.render_widget(Paragraph::new(lines), area);
}

fn draw_curves(
    frame: &mut Frame<'_>,
    area: Rect,
    chart: &Chart,
    time: &TimeAxis,
    levels: &Levels,
    theme: Theme,
) {
    let canvas = Canvas::default()
        .x_bounds([time.from_s, time.to_s])
        .y_bounds([levels.low, levels.high])
        .marker(Marker::Braille)
        .paint(|context| {
            if let Some([from, to]) = chart.fit {
                context.marker(Marker::Dot);
                context.draw(&Stroke::new(from.0, from.1, to.0, to.1, theme.fit()));
                context.layer();
            }
            for (place, curve) in drawn_curves(chart, area.height).rev() {
                // without colours the part differs by its coarser dots
                context.marker(if place == 0 { Marker::Braille } else { Marker::Dot });
                let color = theme.curve(place);
                let seen: Vec<(f64, f64)> =
                    curve.points.iter().copied().filter(|(at, _)| time.holds(*at)).collect();
                if place == 0 {
                    for pair in seen.windows(2) {
                        let ((x1, y1), (x2, y2)) = (pair[0], pair[1]);
                        context.draw(&Stroke::new(x1, y1, x2, y2, color));
                    }
                }
                context.draw(&Points { coords: &seen, color });
                context.layer();
            }
        });
    frame.render_widget(canvas, area);
}

/// The last value; of memory that counts below zero the change alone.
fn shown_level(unit: Unit, curve: &Curve) -> String {
    let first = curve.last - curve.change.unwrap_or(curve.last);
    match has_no_level(unit, Some(curve.last), Some(first)) {
        true => changed_by(unit, curve.last - first),
        false => unit.show(curve.last),
    }
}

/// What is drawn, with its last value and its change since steady began; what has no room is left out as a whole.
fn legend_line(chart: &Chart, (rows, width): (u16, usize), theme: Theme) -> Line<'static> {
    let drawn = drawn_curves(chart, rows).count();
    let of_curve = |(place, curve): (usize, &Curve)| {
        let sign = if place >= drawn { "" } else { ["⣀ ", "• "][place.min(1)] };
        let mut spans = vec![
            Span::styled(sign, Style::new().fg(theme.curve(place))),
            Span::raw(format!("{} {}", curve.label, shown_level(chart.unit, curve))),
        ];
        let has_level = |change: &f64| !has_no_level(chart.unit, Some(curve.last - change), Some(curve.last));
        spans.extend(curve.change.filter(has_level).map(|change| {
            let sign = if change < 0.0 { "−" } else { "+" };
            Span::styled(format!(" ({sign}{})", chart.unit.show(change.abs())), theme.strong())
        }));
        spans
    };
    let fit = chart.fit.filter(|[from, to]| to.0 > from.0).map(|[from, to]| {
        let slope = chart.unit.show_slope((to.1 - from.1) / (to.0 - from.0));
        vec![Span::styled("• ", Style::new().fg(theme.fit())), Span::raw(format!("fit {slope}"))]
    });
    // the whole, its line, and then the parts
    let mut parts: Vec<Vec<Span<'static>>> = chart.curves.iter().enumerate().map(of_curve).collect();
    parts.splice(1.min(parts.len())..1.min(parts.len()), fit);
    let mut line = Line::default();
    for part in parts {
        let takes: usize =
            part.iter().map(Span::width).sum::<usize>() + if line.spans.is_empty() { 0 } else { 2 };
        if line.width() + takes > width {
            break;
        }
        if !line.spans.is_empty() {
            line.push_span(Span::raw("  "));
        }
        line.spans.extend(part);
    }
    line
}

/// The phases by name where there is room for the whole of it, over them a sign for what happened; a collection gives way
/// to all else.
fn strip_line(state: &State, time: &TimeAxis, width: u16) -> String {
    let mut cells: Vec<char> = vec!['─'; usize::from(width)];
    let begins: Vec<usize> =
        state.phases.iter().map(|(at_s, _)| time.column(at_s.max(time.from_s), width)).collect();
    for (place, (_, phase)) in state.phases.iter().enumerate() {
        let (begin, end) = (begins[place], begins.get(place + 1).copied().unwrap_or(cells.len()));
        // of a phase before the part that is shown nothing is drawn
        if begin >= end {
            continue;
        }
        let name = phase.to_string();
        let fits = begin + 1 + name.chars().count() <= end;
        let text = std::iter::once('├').chain(name.chars().filter(|_| fits));
        cells.iter_mut().skip(begin).zip(text).for_each(|(cell, letter)| *cell = letter);
    }
    let important = |sign: char| sign != COLLECTION_SIGN;
    for pass in [false, true] {
        let marks = state.marks.iter().filter(|mark| important(mark.sign) == pass && time.holds(mark.at_s));
        for mark in marks {
            let at = time.column(mark.at_s, width);
            // a name that is covered could not be read: a sign of what a person must see stands behind it
            let is_free = |cell: char| cell == '─' || pass && cell == COLLECTION_SIGN;
            let within = |place: &usize| *place == at || cells[*place] != '├';
            let mut places = (at..cells.len()).take_while(within).take(if pass { cells.len() } else { 1 });
            if let Some(place) = places.find(|place| is_free(cells[*place])) {
                cells[place] = mark.sign;
            }
        }
    }
    cells.into_iter().collect()
}
