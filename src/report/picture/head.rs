//! What stands above the panels of one run: the badge with its summary, what the run is called, and the gates that
//! did not hold.

use super::page::{MARGIN, SIZE, line};
use super::panel::LABEL;
use super::scene::{Rect, Scene};
use super::text::{ASCENT, LINE, Weight, balanced, width, wrap};
use super::theme::{Palette, Rgb};
use crate::findings::{GateFinding, GateResult, Report};
use crate::report::clean_text::clean_text;
use crate::wording::picture::{label_gate, more_gates};

/// How many gates have a line of their own, and how many lines each.
const GATES: usize = 2;
const GATE_LINES: usize = 2;
/// Left and right of the word inside a badge, and between badge and summary, in ems.
const PAD: f32 = 0.35;
const GAP: f32 = 0.45;

/// Badge and summary, subtitle and gates; returns where they end.
pub fn head(scene: &mut Scene, findings: &Report, theme: &Palette) -> f32 {
    let colour = theme.verdict(findings.badge.tone());
    let badge = findings.badge.to_string();
    let mut y = badge_line(scene, theme, (&badge, colour), &clean_text(&findings.summary), [46.0, 32.0]);
    let wide = SIZE.0 as f32 - 2.0 * MARGIN;
    let subtitle = clean_text(&findings.subtitle);
    let size = if width(&subtitle, 25.0, Weight::Regular) <= wide { 25.0 } else { LABEL };
    y += 8.0;
    for text in balanced(&subtitle, size, Weight::Regular, wide, 2) {
        y += size * LINE;
        scene.text(line(text, (MARGIN, y), size, Weight::Regular, theme.muted));
    }
    gates(scene, findings, theme, y) + 6.0
}

/// The badge in its colour, and right of it the summary, as large as goes between the two sizes; returns where they
/// end.
pub fn badge_line(
    scene: &mut Scene,
    theme: &Palette,
    (badge, colour): (&str, Rgb),
    summary: &str,
    [largest, smallest]: [f32; 2],
) -> f32 {
    let left = |size: f32| MARGIN + width(badge, size, Weight::Bold) + size * (2.0 * PAD + GAP);
    let room = |size: f32| SIZE.0 as f32 - MARGIN - left(size);
    let lines_at = |size: f32| wrap(summary, size, Weight::Bold, room(size), usize::MAX).len();
    let sizes = || (0..).map(|i| largest - 3.0 * i as f32).take_while(|size| *size >= smallest);
    let one = sizes().filter(|size| *size >= largest - 10.0).find(|size| lines_at(*size) <= 1);
    let two = || sizes().filter(|size| *size <= largest - 6.0).find(|size| lines_at(*size) == 2);
    let size = one.or_else(two).unwrap_or(smallest);
    let mut y = 14.0 + size * LINE;
    let inner = width(badge, size, Weight::Bold);
    let pad = size * PAD;
    let box_of_badge = Rect {
        left: MARGIN,
        right: MARGIN + inner + 2.0 * pad,
        top: y - size * (ASCENT + 0.14),
        bottom: y + size * 0.28,
    };
    scene.rect(box_of_badge, colour);
    scene.text(line(badge.into(), (MARGIN + pad, y), size, Weight::Bold, theme.paper));
    for (i, text) in balanced(summary, size, Weight::Bold, room(size), 3).into_iter().enumerate() {
        y += if i == 0 { 0.0 } else { size * LINE };
        scene.text(line(text, (left(size), y), size, Weight::Bold, theme.ink));
    }
    y
}

/// The gates that failed, then those that are undecided, as far as there is room; returns where they end.
fn gates(scene: &mut Scene, findings: &Report, theme: &Palette, top: f32) -> f32 {
    let mut open: Vec<&GateFinding> =
        findings.gates.iter().filter(|gate| gate.result != GateResult::Held).collect();
    open.sort_by_key(|gate| gate.result != GateResult::Failed);
    let mut y = if open.is_empty() { top } else { top + 6.0 };
    for gate in open.iter().take(GATES) {
        let colour = theme.verdict(gate.result.tone());
        let label = label_gate(gate.result);
        let left = MARGIN + width(&label, LABEL, Weight::Bold) + LABEL * 0.5;
        let text = clean_text(&format!("{}: {}", gate.expr, gate.why));
        let room = SIZE.0 as f32 - MARGIN - left;
        for (i, text) in balanced(&text, LABEL, Weight::Regular, room, GATE_LINES).into_iter().enumerate() {
            y += LABEL * LINE;
            if i == 0 {
                scene.text(line(label.clone(), (MARGIN, y), LABEL, Weight::Bold, colour));
            }
            scene.text(line(text, (left, y), LABEL, Weight::Regular, theme.ink));
        }
    }
    if let Some(more) = more_gates(open.len().saturating_sub(GATES)) {
        y += LABEL * LINE;
        scene.text(line(more, (MARGIN, y), LABEL, Weight::Regular, theme.muted));
    }
    y
}
