//! The fitted line over steady, with the band of its interval and what it comes to, and at both ends of steady what was
//! read there: the line says how fast it grows, the readings say from what to what.

use super::edge_figure::short_name;
use super::labels::Room;
use super::panel::{LABEL, Panel};
use super::scene::{Anchor, Point, Rect, Scene, Text};
use super::stage::Stage;
use super::text::{ASCENT, DESCENT, LINE, Weight, width};
use super::theme::Rgb;
use super::trace::Trace;
use crate::evidence::{EventKind, Phase, SeriesId};
use crate::findings::{Direction, SeriesFinding};
use crate::wording::growth_of_line;

/// A line over steady, or over the last of it, from which the slope was measured, in the units of what is drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct Fit<'a> {
    finding: &'a SeriesFinding,
    /// Whose line is drawn, which may be another series.
    drawn: SeriesId,
    from: f64,
    to: f64,
    /// The level at `from`, moved onto the line that is drawn where another series was fitted.
    level: f64,
    slope: f64,
    /// When steady began and ended, and what the drawn line reads there: the same figures as in the tables.
    read: [(f64, f64); 2],
}

/// What the line lies on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ground {
    /// One pale area.
    Plain,
    /// The account's areas, in their colours.
    Stacked,
}

impl<'a> Fit<'a> {
    /// The fit of this finding, moved onto the drawn line of `id`, which reads so much at both ends of steady. None where
    /// it has no line, or where a restart within steady, or workers that are replaced, mean that one line says nothing.
    pub fn new(
        stage: &'a Stage<'_>,
        finding: &'a SeriesFinding,
        (id, drawn): (&SeriesId, &Trace),
        read: Option<[f64; 2]>,
    ) -> Option<Fit<'a>> {
        let mut steady = stage.phases.iter().filter(|s| s.phase == Phase::Steady);
        let first = steady.next()?;
        let (from, to) = (first.from, steady.next_back().map_or(first.to, |s| s.to));
        let cut = |e: &crate::evidence::Event| {
            matches!(e.kind, EventKind::Restart { .. }) && from <= e.elapsed_s && e.elapsed_s <= to
        };
        // nor does the total of workers that are replaced say anything of what each of them keeps
        let recycled = || finding.id.is_resident_memory() && stage.findings.workers.iter().any(|w| w.leaks);
        if stage.evidence.events.iter().any(cut) || recycled() {
            return None;
        }
        // a line goes no further than what was read
        let to = to.min(drawn.last()?.0);
        let start = finding.start?;
        let steady_from = from;
        // nor to where it was not measured: before that the service may have grown otherwise
        let reported = finding.slope_over_s.filter(|_| finding.trend == Direction::Growing);
        let from = reported.map_or(from, |over| from.max(to - over));
        let on_drawn =
            |[first, last]: [f64; 2]| [on_line(drawn, (steady_from, first)), on_line(drawn, (to, last))];
        let fit = |level: f64, slope: f64| Fit {
            finding,
            drawn: id.clone(),
            from,
            to,
            level,
            slope,
            read: [(from, level), (to, level + slope * (to - from))],
        };
        // what does not grow is drawn as it was, from reading to reading: the slope of what was judged may be that of a
        // part of steady, or of another series, and would point elsewhere
        if finding.trend != Direction::Growing
            && let Some([first, last]) = read
        {
            let read @ [(from, _), (to, _)] = on_drawn([first, last]);
            let slope = (last - first) / (to - from).max(f64::MIN_POSITIVE);
            return Some(Fit { read, from, to, ..fit(first, slope) });
        }
        let slope = match (finding.trend, finding.end) {
            (Direction::Growing, _) | (_, None) => finding.slope_per_s?,
            (_, Some(end)) => (end - start) / (to - from).max(f64::MIN_POSITIVE),
        };
        let shift = shift_of(stage, finding, (start, slope), drawn, (from, to));
        let fit = fit(start + shift, slope);
        let ends = read.unwrap_or([fit.level, fit.at(to)]);
        Some(Fit { read: on_drawn(ends), ..fit })
    }

    /// The highest value that it reaches.
    pub fn top(&self) -> f64 {
        self.read.iter().map(|(_, value)| *value).fold(self.level.max(self.at(self.to)), f64::max)
    }

    /// Whether it is what the verdict rests on.
    pub fn guilty(&self, stage: &Stage<'_>) -> bool {
        stage.findings.is_blamed(self.finding)
    }

    /// Its two ends, moment and level; of what is stable none, since a line from reading to reading may rise where nothing
    /// grows any more.
    pub fn line(&self) -> Option<[(f64, f64); 2]> {
        let is_stable = self.finding.trend == Direction::Stable;
        (!is_stable).then(|| [(self.from, self.level), (self.to, self.at(self.to))])
    }

    /// What is drawn around it where it grows: moment, lowest and highest level of its interval.
    pub fn band(&self) -> Vec<(f64, f64, f64)> {
        let middle = (self.from + self.to) / 2.0;
        let Some([lo, hi]) = self.finding.slope_ci.filter(|_| self.finding.trend == Direction::Growing)
        else {
            return Vec::new();
        };
        let centre = self.at(middle);
        let edge = |t: f64| {
            let ends = [centre + lo * (t - middle), centre + hi * (t - middle)];
            (t, ends[0].min(ends[1]), ends[0].max(ends[1]))
        };
        [self.from, middle, self.to].map(edge).into()
    }

    /// When what is drawn was read at both ends of steady, and what it read.
    pub fn dots(&self) -> [(f64, f64); 2] {
        self.read
    }

    /// When steady began, and what the drawn line reads there.
    pub fn start(&self) -> (f64, f64) {
        self.read[0]
    }

    fn at(&self, t: f64) -> f64 {
        self.level + self.slope * (t - self.from)
    }

    /// Paints band and line; the line in the colour of what is wrong only where it does not lie on areas of that
    /// colour.
    pub fn draw(&self, scene: &mut Scene, stage: &Stage<'_>, panel: &Panel, ground: Ground) {
        let bad = self.guilty(stage) && ground == Ground::Plain;
        let colour = if bad { stage.theme.warn } else { stage.theme.muted };
        let edge = |(t, low, high): (f64, f64, f64)| (panel.x(t), panel.y(high), panel.y(low));
        scene.area(self.band().into_iter().map(edge).collect(), colour, 0.22);
        let Some(ends) = self.line() else { return };
        let ends = ends.map(|(t, value)| (panel.x(t), panel.y(value)));
        scene.line(ends.to_vec(), 8.0, stage.theme.paper);
        scene.line(ends.to_vec(), 4.0, colour);
    }

    /// Paints what was read at both ends of steady, over all lines.
    pub fn draw_ends(&self, scene: &mut Scene, stage: &Stage<'_>, panel: &Panel) {
        let colour = self.colour_of_ends(stage);
        for end in self.points(panel) {
            scene.disc(end, 10.0, stage.theme.paper);
            scene.disc(end, 7.0, colour);
        }
    }

    /// Whether the growth at the line is, in part at least, that of another series than the one that is drawn.
    pub fn names_another(&self, stage: &Stage<'_>) -> bool {
        let is_another = self.finding.id != self.drawn || self.judged(stage).is_some();
        is_another && self.growth(stage).is_some()
    }

    /// What was read has the colour of its line where the growth is that of another series.
    fn colour_of_ends(&self, stage: &Stage<'_>) -> Rgb {
        match (self.names_another(stage), self.guilty(stage)) {
            (true, _) => stage.theme.ink,
            (false, true) => stage.theme.warn,
            (false, false) => stage.theme.muted,
        }
    }

    /// What the headline speaks of in place of resident memory.
    fn judged<'b>(&self, stage: &'b Stage<'_>) -> Option<&'b SeriesFinding> {
        let memory = stage.findings.memory.as_ref();
        memory.filter(|m| m.id == SeriesId::MemLive && self.finding.id.is_resident_memory())
    }

    /// Paints how it would go on from there, dashed, up to the limit or to the edge of the plot; returns its ends.
    pub fn draw_projection(
        &self,
        scene: &mut Scene,
        stage: &Stage<'_>,
        panel: &Panel,
        limit: f64,
    ) -> Option<[Point; 2]> {
        let (level, most) = (self.at(self.to), limit.min(panel.scale.hi));
        if self.slope <= 0.0 || level >= most {
            return None;
        }
        let to = panel.time.to.min(self.to + (most - level) / self.slope);
        let ends = [(self.to, level), (to, self.at(to))].map(|(t, v)| (panel.x(t), panel.y(v)));
        scene.dashed(ends[0], ends[1], 3.0, stage.theme.warn, 10.0);
        Some(ends)
    }

    fn points(&self, panel: &Panel) -> [Point; 2] {
        self.read.map(|(t, value)| (panel.x(t), panel.y(value)))
    }

    /// Writes what the drawn line starts and ends with, as far as there is free room, under its name where the growth is
    /// that of another series; and what the growth comes to. Returns that where it found no room.
    pub fn label(
        &self,
        scene: &mut Scene,
        stage: &Stage<'_>,
        panel: &Panel,
        room: &mut Room,
    ) -> Option<String> {
        let colour = if self.guilty(stage) { stage.theme.warn } else { stage.theme.muted };
        let [a, b] = self.points(panel);
        room.occupy(&[(a.0, a.1 - 7.0), (b.0, b.1 - 7.0)]);
        let unit = self.finding.id.unit();
        let [(_, start), (_, end)] = self.read;
        let growth = self.growth(stage);
        for (value, end) in [(start, a), (end, b)] {
            let text = match self.names_another(stage) {
                true => format!("{} {}", short_name(&self.drawn), unit.show(value)),
                false => unit.show(value),
            };
            let (wide, high) = (width(&text, LABEL, Weight::Bold), LABEL * (ASCENT + DESCENT));
            // a figure far from its dot would seem to speak of something else
            if let Some(rect) = room.above(wide, high, end.0, 110.0, (end.1 - 75.0, end.1)) {
                write(scene, rect, &text, Weight::Bold, self.colour_of_ends(stage));
            }
        }
        let growth = growth?;
        let (middle, lowest) = ((a.0 + b.0) / 2.0, a.1.max(b.1));
        // in one line, else one below the other where it speaks of two series
        let forms = [vec![growth.as_str()], growth.split(", ").collect()];
        for lines in forms {
            let wide = lines.iter().map(|line| width(line, LABEL, Weight::Bold)).fold(0.0, f32::max);
            let high = LABEL * (ASCENT + DESCENT + LINE * (lines.len() as f32 - 1.0));
            let Some(rect) = room.above(wide, high, middle, 700.0, (0.0, lowest)) else { continue };
            for (i, line) in lines.iter().enumerate() {
                let top = rect.top + LABEL * LINE * i as f32;
                let row = Rect::sized(rect.left, top, rect.width(), LABEL * (ASCENT + DESCENT));
                write(scene, row, line, Weight::Bold, colour);
            }
            return None;
        }
        Some(growth)
    }

    /// What it comes to, per request where requests were counted.
    pub fn growth(&self, stage: &Stage<'_>) -> Option<String> {
        growth_of_line(self.finding, self.judged(stage), &self.drawn, stage.findings.judged_load_s())
    }
}

/// How many readings around an end of steady its figure may come from.
const READINGS_AROUND: usize = 2;

/// Where the drawn line reads a figure of an end of steady: at the reading nearest to that moment which it is.
fn on_line(drawn: &Trace, (moment, figure): (f64, f64)) -> (f64, f64) {
    let points: Vec<(f64, f64)> = drawn.points().collect();
    let next = points.partition_point(|(t, _)| *t < moment);
    let (first, end) =
        (next.saturating_sub(READINGS_AROUND + 1), (next + READINGS_AROUND + 1).min(points.len()));
    let around = points[first..end].iter().filter(|(_, value)| *value == figure);
    let nearest = around.min_by(|a, b| (a.0 - moment).abs().total_cmp(&(b.0 - moment).abs()));
    nearest.copied().unwrap_or((moment, figure))
}

/// How far the drawn line lies above the fitted series, in the middle of what both have within steady. A finding that
/// no series has is about the sum of what can leak; its line runs through the drawn one as it is.
fn shift_of(
    stage: &Stage<'_>,
    finding: &SeriesFinding,
    (start, slope): (f64, f64),
    drawn: &Trace,
    (from, to): (f64, f64),
) -> f64 {
    let recording = &stage.evidence.recording;
    let fitted = recording
        .series(&finding.id)
        .map(|series| Trace::new(&recording.elapsed_s, &series.samples, &stage.breaks));
    let line = |t: f64| start + slope * (t - from);
    // the line of what grows runs through the middle of what is drawn, wherever its window lies
    let of_finding = |t: f64| match &fitted {
        Some(trace) if finding.trend != Direction::Growing => trace.at(t),
        _ => Some(line(t)),
    };
    let mut apart: Vec<f64> = (1..40)
        .map(|i| from + (to - from) * f64::from(i) / 40.0)
        .filter_map(|t| Some(drawn.at(t)? - of_finding(t)?))
        .collect();
    apart.sort_by(f64::total_cmp);
    apart.get(apart.len() / 2).copied().unwrap_or(0.0)
}

/// Writes a line into a box of its size.
pub fn write(scene: &mut Scene, rect: Rect, text: &str, weight: Weight, colour: Rgb) {
    scene.text(Text {
        text: text.to_string(),
        at: (rect.left, rect.bottom - DESCENT * LABEL),
        size: LABEL,
        weight,
        anchor: Anchor::Left,
        colour,
    });
}
