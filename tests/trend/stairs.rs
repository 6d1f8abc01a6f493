//! Heaps that grow in stairs: to a bound, and on and on.

use crate::made::{Made, Run};

/// A heap that grows in stairs to what the service holds, and no farther.
pub fn stairs_to_a_bound(mut r: Run) -> Made {
    let until = r.span_s * r.uniform(0.1, 0.5);
    let grown = r.uniform(0.5, 3.0);
    let stairs = HeapStairs::drawn(&mut r, grown);
    let e: Vec<f64> = r.white().iter().map(|e| 0.05 * e).collect();
    let v = r.values(&e, |t| r.level * stairs.above(grown * (t / until).min(1.0)));
    r.stable("stairs_to_a_bound", v)
}

/// One that grows with what the service keeps.
pub fn heap_stairs(mut r: Run) -> Made {
    let grown = r.uniform(0.5, 3.0);
    let stairs = HeapStairs::drawn(&mut r, grown);
    let e: Vec<f64> = r.white().iter().map(|e| 0.05 * e).collect();
    let v = r.values(&e, |t| r.level * stairs.above(grown * t / r.span_s));
    // where a stair is when the run begins and ends is no part of its rate
    r.growing("heap_stairs", None, v)
}

/// A heap of a collector that, when it is full, grows by a share of itself: it rests while there is room, then its new
/// pages are touched one by one.
struct HeapStairs {
    share: f64,
    rest: f64,
}

impl HeapStairs {
    /// One that takes at least six stairs to grow by so many times its first size.
    fn drawn(r: &mut Run, grown: f64) -> HeapStairs {
        HeapStairs { share: (1.0 + grown).powf(1.0 / r.uniform(6.0, 14.0)) - 1.0, rest: r.uniform(0.2, 0.6) }
    }

    /// How much larger it is than at first where it holds so much more, both in units of its first size.
    fn above(&self, held: f64) -> f64 {
        let stair = ((1.0 + held).ln() / self.share.ln_1p()).floor() as i32;
        let from = (1.0 + self.share).powi(stair);
        let into = (1.0 + held - from) / (from * self.share);
        from - 1.0 + from * self.share * ((into - self.rest) / (1.0 - self.rest)).max(0.0)
    }
}
