//! The rate of requests that soak did not send, as the target counted them; how they ended is not known.

use super::axis::Scale;
use super::marks::draw_marks;
use super::panel::{EdgeLabel, Panel};
use super::rate::is_driven;
use super::scene::{Rect, Scene};
use super::stage::Stage;
use super::text::Weight;
use crate::units::Unit;
use crate::wording::picture::{COUNTED_BY_TARGET, label_mean_rate};

/// Points of the curve at most.
const POINTS: f64 = 240.0;
/// Over less time than this a rate is a matter of one request more or less.
const LEAST_S: f64 = 1.0;

/// From when to when in seconds, and how many requests each second.
#[derive(Debug)]
pub struct Counted(Vec<(f64, f64, f64)>);

impl Counted {
    /// The requests that the target counted and soak did not send, if there were any.
    pub fn find(stage: &Stage<'_>) -> Option<Counted> {
        let rates = if is_driven(stage) { Vec::new() } else { rates(stage) };
        (!rates.is_empty()).then_some(Counted(rates))
    }
}

/// Counts only ever rise.
fn rates(stage: &Stage<'_>) -> Vec<(f64, f64, f64)> {
    let recording = &stage.evidence.recording;
    let counts = recording.elapsed_s.iter().zip(&recording.requests_total);
    let read: Vec<(f64, f64)> = counts.filter_map(|(t, n)| Some((*t, n.get()?))).collect();
    // the last sample of all may come a moment after the one before
    let mut gaps: Vec<f64> = read.windows(2).map(|w| w[1].0 - w[0].0).collect();
    gaps.sort_by(f64::total_cmp);
    let usual = gaps.get(gaps.len() / 2).copied().unwrap_or(0.0);
    let least = ((stage.time.to - stage.time.from) / POINTS).max(usual / 2.0).max(LEAST_S);
    let mut rates: Vec<(f64, f64, f64)> = Vec::new();
    let Some(mut from) = read.first().copied() else { return rates };
    for at in &read[1..] {
        if at.0 - from.0 >= least && at.0 > from.0 {
            rates.push((from.0, at.0, ((at.1 - from.1) / (at.0 - from.0)).max(0.0)));
            from = *at;
        }
    }
    // what is left over at the end belongs to the last stretch
    if let (Some(end), Some(last)) = (read.last().filter(|end| end.0 > from.0), rates.last_mut()) {
        let requests = last.2 * (last.1 - last.0) + end.1 - from.1;
        *last = (last.0, end.0, (requests / (end.0 - last.0)).max(0.0));
    }
    rates.retain(|(from, to, _)| !stage.breaks.iter().any(|b| from < b && b < to));
    if rates.iter().all(|(.., rate)| *rate == 0.0) { Vec::new() } else { rates }
}

/// Paints the rate into `plot`; labels reach to `right`.
pub fn draw(Counted(rates): &Counted, scene: &mut Scene, stage: &Stage<'_>, plot: Rect, right: f32) -> Panel {
    let theme = stage.theme;
    let most = rates.iter().map(|(.., rate)| *rate).fold(0.0, f64::max);
    let scale = Scale::new(Unit::Count, 0.0, most * 1.2, 2);
    let panel = Panel { plot, time: stage.time.clone(), scale };
    panel.ground(scene, theme, &stage.phases);
    // a hole between two stretches does not mean a rate of zero
    for piece in rates.chunk_by(|a, b| a.1 == b.0) {
        let steps: Vec<(f32, f32)> = piece
            .iter()
            .flat_map(|(from, to, rate)| [from, to].map(|t| (panel.x(*t), panel.y(*rate))))
            .collect();
        scene.area(steps.iter().map(|(x, y)| (*x, *y, plot.bottom)).collect(), theme.fill, 1.0);
        scene.line(steps, 2.5, theme.calm);
    }
    draw_marks(scene, theme, &panel, &stage.marks, &mut []);
    panel.axes(scene, theme);
    let seconds: f64 = rates.iter().map(|(from, to, _)| to - from).sum();
    let mean = rates.iter().map(|(from, to, rate)| rate * (to - from)).sum::<f64>() / seconds.max(1e-9);
    let label = |y: f32, text: String, colour| EdgeLabel { y, text, weight: Weight::Regular, colour };
    let labels = [
        label(panel.y(mean), label_mean_rate(mean), theme.calm),
        label(plot.bottom, COUNTED_BY_TARGET.into(), theme.muted),
    ];
    panel.label_right(
        scene,
        theme,
        &labels,
        Rect { right, top: plot.top - 12.0, bottom: plot.bottom + 12.0, ..plot },
    );
    panel
}
