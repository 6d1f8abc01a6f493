//! Where labels go so that none covers another: spread along an edge, or put into free space.

use super::scene::Rect;

/// Places things of given sizes along a line from `lo` to `hi`, each as near as may be to where its middle is wanted,
/// none over another; in and out in the same order. Things are moved together in clusters, whose middle is the mean
/// of what they want (pool adjacent violators). Where all together are longer than the line they are squeezed.
pub fn spread(wanted: &[f32], sizes: &[f32], lo: f32, hi: f32) -> Vec<f32> {
    let mut order: Vec<usize> = (0..wanted.len()).collect();
    order.sort_by(|a, b| wanted[*a].total_cmp(&wanted[*b]));
    let total: f32 = sizes.iter().sum();
    let squeeze = if total > hi - lo && total > 0.0 { (hi - lo) / total } else { 1.0 };

    struct Cluster {
        members: Vec<usize>,
        start: f32,
        size: f32,
        /// The sum over members of where the cluster would begin if that member stood where it wants.
        starts: f32,
    }
    let mut clusters: Vec<Cluster> = Vec::new();
    for i in order {
        let size = sizes[i] * squeeze;
        let start = wanted[i] - size / 2.0;
        clusters.push(Cluster { members: vec![i], start: clamp(start, lo, hi - size), size, starts: start });
        while let [.., before, last] = &clusters[..] {
            if before.start + before.size <= last.start + 1e-3 {
                break;
            }
            let Some(last) = clusters.pop() else { break };
            let Some(before) = clusters.last_mut() else { break };
            before.starts += last.starts - before.size * last.members.len() as f32;
            before.members.extend(last.members);
            before.size += last.size;
            let mean = before.starts / before.members.len() as f32;
            before.start = clamp(mean, lo, hi - before.size);
        }
    }
    let mut out = vec![0.0; wanted.len()];
    for cluster in clusters {
        let mut at = cluster.start;
        for i in cluster.members {
            let size = sizes[i] * squeeze;
            out[i] = at + size / 2.0;
            at += size;
        }
    }
    out
}

fn clamp(value: f32, lo: f32, hi: f32) -> f32 {
    value.min(hi).max(lo)
}

/// What a panel has drawn, column by column, and which boxes are taken: where free space is.
#[derive(Debug, Clone)]
pub struct Room {
    panel: Rect,
    /// For each column of a pixel, the highest and the lowest thing drawn; nothing yet: the wrong way round.
    columns: Vec<(f32, f32)>,
    taken: Vec<Rect>,
}

impl Room {
    /// An empty panel.
    pub fn new(panel: Rect) -> Room {
        Room {
            panel,
            columns: vec![(f32::INFINITY, f32::NEG_INFINITY); panel.width().ceil() as usize + 1],
            taken: Vec::new(),
        }
    }

    /// A curve was drawn through these points, in pixels.
    pub fn occupy(&mut self, points: &[(f32, f32)]) {
        for pair in points.windows(2) {
            let ((x0, y0), (x1, y1)) = (pair[0], pair[1]);
            let first = (x0 - self.panel.left).floor().max(0.0) as usize;
            let last = ((x1 - self.panel.left).ceil().max(0.0) as usize).min(self.columns.len() - 1);
            for (column, drawn) in self.columns.iter_mut().enumerate().take(last + 1).skip(first) {
                let x = self.panel.left + column as f32;
                let share = if x1 > x0 { ((x - x0) / (x1 - x0)).clamp(0.0, 1.0) } else { 1.0 };
                let y = y0 + (y1 - y0) * share;
                *drawn = (drawn.0.min(y), drawn.1.max(y));
            }
        }
    }

    /// A box was put here.
    pub fn take(&mut self, rect: Rect) {
        self.taken.push(rect);
    }

    /// Takes this very box, if nothing is drawn or written there.
    pub fn at(&mut self, rect: Rect) -> Option<Rect> {
        let (first, last) = self.span(rect.left, rect.width());
        let clear = self.columns[first..=last].iter().all(|c| c.0 > rect.bottom + 4.0);
        let free = clear && !self.taken.iter().any(|t| t.overlaps(&rect));
        free.then(|| {
            self.take(wider(rect));
            rect
        })
    }

    /// A free box of this size above all that was drawn, as near as may be to `middle`, at most `far` pixels from it,
    /// its lower edge within `heights`; it is taken.
    pub fn above(
        &mut self,
        wide: f32,
        high: f32,
        middle: f32,
        far: f32,
        heights: (f32, f32),
    ) -> Option<Rect> {
        const GAP: f32 = 8.0;
        let found = self.candidates(wide, middle, far).find_map(|left| {
            let (first, last) = self.span(left, wide);
            let top = self.columns[first..=last].iter().map(|c| c.0).fold(self.panel.bottom, f32::min);
            let mut rect = Rect::sized(left, top - GAP - high, wide, high);
            // a box on the way may be climbed over
            for _ in 0..4 {
                match self.taken.iter().find(|t| t.overlaps(&rect)) {
                    // what stands from top to bottom is no box
                    Some(taken) if taken.height() < 100.0 => {
                        rect = Rect::sized(left, taken.top - 4.0 - high, wide, high);
                    }
                    _ => break,
                }
            }
            let free = !self.taken.iter().any(|t| t.overlaps(&rect));
            let near = heights.0 <= rect.bottom && rect.bottom <= heights.1;
            (rect.top >= self.panel.top + 2.0 && near && free).then_some(rect)
        })?;
        self.take(wider(found));
        Some(found)
    }

    /// A free box of this size between what was drawn, which is taken to be the two edges of an area, where there is
    /// most room around it.
    pub fn inside(&mut self, wide: f32, high: f32) -> Option<Rect> {
        const GAP: f32 = 8.0;
        let best = self
            .candidates(wide, self.panel.right, self.panel.width())
            .filter_map(|left| {
                let (first, last) = self.span(left, wide);
                let within = &self.columns[first..=last];
                let top = within.iter().map(|c| c.0).fold(self.panel.top, f32::max);
                let bottom = within.iter().map(|c| c.1).fold(self.panel.bottom, f32::min);
                if within.iter().any(|c| c.0 > c.1) {
                    return None;
                }
                let rect = Rect::sized(left, (top + bottom - high) / 2.0, wide, high);
                let free = !self.taken.iter().any(|t| t.overlaps(&rect));
                // a little room is as good as much, and then the middle of the panel reads best
                let room = (bottom - top - high - 2.0 * GAP).min(40.0);
                let off = (left + wide / 2.0 - (self.panel.left + self.panel.right) / 2.0).abs();
                (room >= 0.0 && free).then_some((room - off * 0.02, rect))
            })
            .max_by(|a, b| a.0.total_cmp(&b.0))?;
        self.take(wider(best.1));
        Some(best.1)
    }

    fn span(&self, left: f32, wide: f32) -> (usize, usize) {
        let first = (left - self.panel.left).max(0.0) as usize;
        (first, (first + wide.ceil() as usize).min(self.columns.len() - 1))
    }

    /// Left edges to try, the nearest to the wanted middle first.
    fn candidates(&self, wide: f32, middle: f32, far: f32) -> impl Iterator<Item = f32> + use<> {
        const STEP: f32 = 6.0;
        let (lo, hi) = (self.panel.left + 12.0, self.panel.right - wide - 12.0);
        let wanted = (middle - wide / 2.0).min(hi).max(lo);
        let steps = if hi >= lo { (far / STEP) as i32 } else { -1 };
        (0..=steps)
            .flat_map(|i| if i == 0 { vec![0] } else { vec![i, -i] })
            .map(move |i| wanted + i as f32 * STEP)
            .filter(move |left| (lo..=hi).contains(left))
    }
}

/// Two texts in a row want more between them than two texts below each other.
fn wider(rect: Rect) -> Rect {
    Rect { left: rect.left - 14.0, right: rect.right + 14.0, ..rect }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn spread_things_never_overlap_and_stay_inside(
            wanted in prop::collection::vec(-50f32..350.0, 1..9),
        ) {
            let sizes = vec![28.0; wanted.len()];
            let at = spread(&wanted, &sizes, 0.0, 300.0);
            let mut sorted = at.clone();
            sorted.sort_by(f32::total_cmp);
            prop_assert!(sorted.windows(2).all(|w| w[1] - w[0] >= 28.0 - 0.01));
            prop_assert!(sorted[0] >= 14.0 - 0.01 && sorted[sorted.len() - 1] <= 286.0 + 0.01);
        }
    }

    #[test]
    fn what_does_not_collide_is_not_moved() {
        assert_eq!(spread(&[100.0, 20.0], &[28.0, 28.0], 0.0, 300.0), [100.0, 20.0]);
    }

    #[test]
    fn a_label_goes_above_the_line_and_not_on_another() {
        let panel = Rect::sized(0.0, 0.0, 400.0, 200.0);
        let mut room = Room::new(panel);
        room.occupy(&[(0.0, 190.0), (400.0, 10.0)]);
        let a = room.above(100.0, 30.0, 100.0, 400.0, (0.0, 200.0)).unwrap();
        let b = room.above(100.0, 30.0, 100.0, 400.0, (0.0, 200.0)).unwrap();
        assert!(!a.overlaps(&b));
        // the line at the box's right edge is the highest below it
        for rect in [a, b] {
            assert!(rect.bottom < 190.0 - 0.45 * rect.right && rect.top >= 0.0, "{rect:?}");
        }
        assert!(room.above(100.0, 190.0, 300.0, 400.0, (0.0, 200.0)).is_none());
        assert!(room.at(Rect::sized(0.0, 150.0, 100.0, 30.0)).is_none());
    }

    #[test]
    fn a_name_goes_inside_its_area() {
        let panel = Rect::sized(0.0, 0.0, 400.0, 200.0);
        let mut room = Room::new(panel);
        room.occupy(&[(0.0, 200.0), (400.0, 20.0)]);
        room.occupy(&[(0.0, 200.0), (400.0, 200.0)]);
        let rect = room.inside(150.0, 60.0).unwrap();
        assert!(rect.top > 200.0 - 0.45 * rect.left && rect.bottom < 200.0, "{rect:?}");
        assert!(room.inside(380.0, 60.0).is_none());
    }
}
