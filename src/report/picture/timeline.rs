//! What stands along the time axis: the names of phases or cycles, and ticks for collections.

use super::labels::spread;
use super::panel::{LABEL, Panel};
use super::phase_spans::Span;
use super::scene::{Anchor, Rect, Scene, Text};
use super::text::{Weight, width};
use super::theme::Palette;
use crate::evidence::{Event, EventKind, Phase};

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
        // the boundaries of cycles are drawn, since the ground only separates phases
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

/// Small ticks where soak asked for a collection, standing on the lower edge; whether there were any.
pub fn draw_collections(scene: &mut Scene, theme: &Palette, panel: &Panel, events: &[Event]) -> bool {
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
