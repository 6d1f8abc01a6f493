//! Phases, cycles and what happened: spans behind the data, and marks through it.

use super::labels::{Room, spread};
use super::panel::{LABEL, Panel};
use super::scene::{Anchor, Rect, Scene, Text};
use super::text::{Weight, clean, cut, width};
use super::theme::{Palette, Rgb};
use serde::Serialize;

use crate::evidence::{Event, EventKind, Evidence, Phase};
use crate::units::Unit;

/// One phase, from when to when in seconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Span {
    /// Which.
    pub phase: Phase,
    /// Its first second.
    pub from: f64,
    /// Its last.
    pub to: f64,
}

impl Span {
    /// The colour behind it; steady has none.
    pub fn ground(&self, theme: &Palette) -> Option<Rgb> {
        match self.phase {
            Phase::Steady => None,
            Phase::Warmup => Some(theme.warmup),
            Phase::Baseline | Phase::Settle => Some(theme.idle),
        }
    }
}

/// The phases of a run up to `end`: as the events tell, else as the samples do.
pub fn phases(evidence: &Evidence, end: f64) -> Vec<Span> {
    let told = evidence.events.iter().filter_map(|e| match e.kind {
        EventKind::Phase { phase } => Some((e.elapsed_s, phase)),
        _ => None,
    });
    let mut begins: Vec<(f64, Phase)> = told.collect();
    if begins.is_empty() {
        let recording = &evidence.recording;
        for (t, phase) in recording.elapsed_s.iter().zip(&recording.phases) {
            if begins.last().is_none_or(|(_, before)| before != phase) {
                begins.push((*t, *phase));
            }
        }
    }
    let ends = begins.iter().skip(1).map(|(t, _)| *t).chain([end]);
    let spans = begins.iter().zip(ends).map(|(&(from, phase), to)| Span { phase, from, to });
    spans.filter(|s| s.to > s.from).collect()
}

/// The names above the first panel: of the phases, or of the cycles where these repeat. `baseline` is in pixels, and
/// `rate` is what was asked for.
pub fn name_phases(
    scene: &mut Scene,
    theme: &Palette,
    panel: &Panel,
    phases: &[Span],
    events: &[Event],
    baseline: f32,
    rate: Option<&str>,
) {
    let cycles: Vec<(f64, u32)> = events
        .iter()
        .filter_map(|e| match e.kind {
            EventKind::Cycle { number } => Some((e.elapsed_s, number)),
            _ => None,
        })
        .collect();
    let mut names: Vec<(f64, f64, String)> = Vec::new();
    if cycles.len() > 1 {
        let ends = cycles.iter().skip(1).map(|c| c.0).chain([panel.time.to]);
        names.extend(cycles.iter().zip(ends).map(|(&(from, n), to)| (from, to, format!("cycle {n}"))));
        // the boundaries of cycles are drawn, since the ground only tells phases apart
        for (from, _) in &cycles {
            let x = panel.x(*from);
            scene.line(vec![(x, baseline + 4.0), (x, panel.plot.top)], 2.0, theme.axis);
        }
    } else {
        for span in phases {
            let name = span.phase.to_string();
            let wide = panel.x(span.to) - panel.x(span.from);
            let long = rate.map(|r| format!("{name}, {r}"));
            let text = match long {
                Some(long)
                    if span.phase == Phase::Steady && width(&long, LABEL, Weight::Regular) + 20.0 < wide =>
                {
                    long
                }
                _ => name,
            };
            names.push((span.from, span.to, text));
        }
    }
    // where all have no room, the narrowest give way
    let wide = |text: &str| width(text, LABEL, Weight::Regular) + 14.0;
    while names.iter().map(|n| wide(&n.2)).sum::<f32>() > panel.plot.width() {
        let narrow = (0..names.len())
            .min_by(|a, b| (names[*a].1 - names[*a].0).total_cmp(&(names[*b].1 - names[*b].0)));
        match narrow {
            Some(i) => drop(names.remove(i)),
            None => break,
        }
    }
    let wanted: Vec<f32> = names.iter().map(|n| (panel.x(n.0) + panel.x(n.1)) / 2.0).collect();
    let sizes: Vec<f32> = names.iter().map(|n| wide(&n.2)).collect();
    for ((_, _, text), x) in names.iter().zip(spread(&wanted, &sizes, panel.plot.left, panel.plot.right)) {
        scene.text(Text {
            text: text.clone(),
            at: (x, baseline),
            size: LABEL,
            weight: Weight::Regular,
            anchor: Anchor::Middle,
            colour: theme.muted,
        });
    }
}

/// Something to mark with a line through all panels.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Mark {
    /// When, in seconds.
    pub at: f64,
    /// In few words.
    pub text: String,
    /// Whether it is itself bad news.
    pub bad: bool,
}

/// What happened that one must see in the picture.
pub fn marks(events: &[Event]) -> Vec<Mark> {
    let mark = |e: &Event, text: String, bad| Some(Mark { at: e.elapsed_s, text, bad });
    let all = events.iter().filter_map(|e| match &e.kind {
        EventKind::Restart { .. } => mark(e, "restart".into(), true),
        EventKind::TargetGone { .. } => mark(e, "target gone".into(), true),
        EventKind::OomKill { .. } => mark(e, "out-of-memory kill".into(), true),
        EventKind::Gap { seconds, .. } => mark(e, format!("gap of {}", Unit::Seconds.show(*seconds)), false),
        EventKind::Stopped { .. } => mark(e, "stopped".into(), false),
        EventKind::Note { text } => mark(e, clean(text), false),
        _ => None,
    });
    all.collect()
}

/// The names of marks in a row of their own; bad news first where room is short. `baseline` is in pixels.
pub fn name_marks(scene: &mut Scene, theme: &Palette, panel: &Panel, marks: &[Mark], baseline: f32) {
    const LONGEST: f32 = 330.0;
    let mut order: Vec<usize> = (0..marks.len()).collect();
    order.sort_by_key(|i| !marks[*i].bad);
    let mut chosen: Vec<(usize, String, f32)> = Vec::new();
    let mut sum = 0.0;
    for i in order {
        let weight = if marks[i].bad { Weight::Bold } else { Weight::Regular };
        let text = cut(&marks[i].text, LABEL, weight, LONGEST);
        let wide = width(&text, LABEL, weight) + 18.0;
        if sum + wide <= panel.plot.width() {
            sum += wide;
            chosen.push((i, text, wide));
        }
    }
    let wanted: Vec<f32> = chosen.iter().map(|c| panel.x(marks[c.0].at)).collect();
    let sizes: Vec<f32> = chosen.iter().map(|c| c.2).collect();
    let at = spread(&wanted, &sizes, panel.plot.left, panel.plot.right);
    for ((i, text, _), x) in chosen.into_iter().zip(at) {
        let (weight, colour) =
            if marks[i].bad { (Weight::Bold, theme.warn) } else { (Weight::Regular, theme.muted) };
        let foot = panel.x(marks[i].at);
        scene.line(vec![(x, baseline + 6.0), (foot, panel.plot.top)], 1.5, colour);
        scene.text(Text { text, at: (x, baseline), size: LABEL, weight, anchor: Anchor::Middle, colour });
    }
}

/// The lines of the marks through one panel; no label stands across one of them.
pub fn draw_marks(scene: &mut Scene, theme: &Palette, panel: &Panel, marks: &[Mark], room: &mut [&mut Room]) {
    for mark in marks {
        let x = panel.x(mark.at);
        for room in room.iter_mut() {
            room.take(Rect { left: x - 8.0, right: x + 8.0, ..panel.plot });
        }
        let (width, colour) = if mark.bad { (2.5, theme.warn) } else { (1.5, theme.muted) };
        scene.dashed((x, panel.plot.top), (x, panel.plot.bottom), width, colour, 8.0);
    }
}

/// Small ticks where soak asked for a collection, standing on the lower edge; whether there were any.
pub fn collections(scene: &mut Scene, theme: &Palette, panel: &Panel, events: &[Event]) -> bool {
    let mut last = f32::NEG_INFINITY;
    for event in events.iter().filter(|e| matches!(e.kind, EventKind::Collection { .. })) {
        let x = panel.x(event.elapsed_s);
        if x - last >= 4.0 {
            last = x;
            scene.rect(Rect::sized(x - 1.5, panel.plot.bottom - 13.0, 3.0, 12.0), theme.muted);
        }
    }
    last.is_finite()
}
