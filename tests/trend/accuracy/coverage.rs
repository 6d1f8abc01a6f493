//! How often the 95 % interval holds the true slope.

use soak::findings::Estimate;

/// The intervals of one family.
#[derive(Debug, Default, Clone)]
pub struct Coverage {
    pub held: usize,
    /// The whole interval lies above the truth.
    pub too_high: usize,
    /// The whole interval lies below it.
    pub too_low: usize,
    /// No interval was given: it holds nothing.
    pub none: usize,
    /// Half of each interval over the true slope.
    half_widths: Vec<f64>,
}

impl Coverage {
    pub fn count(&mut self, truth: f64, slope: Option<Estimate>) {
        match slope {
            None => self.none += 1,
            Some(s) if s.lo > truth => self.too_high += 1,
            Some(s) if s.hi < truth => self.too_low += 1,
            Some(_) => self.held += 1,
        }
        self.half_widths.extend(slope.map(|s| (s.hi - s.lo) / 2.0 / truth));
    }

    pub fn all(&self) -> usize {
        self.held + self.too_high + self.too_low + self.none
    }

    pub fn share(&self) -> f64 {
        self.held as f64 / self.all() as f64
    }

    /// The median of half an interval over the true slope.
    pub fn median_half_width(&self) -> f64 {
        let mut sorted = self.half_widths.clone();
        sorted.sort_by(f64::total_cmp);
        sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
    }

    pub fn add(&mut self, other: &Coverage) {
        self.held += other.held;
        self.too_high += other.too_high;
        self.too_low += other.too_low;
        self.none += other.none;
        self.half_widths.extend(&other.half_widths);
    }
}

#[test]
fn an_interval_holds_the_truth_or_lies_beside_it() {
    let mut coverage = Coverage::default();
    let slope = |lo, hi| Some(Estimate { value: f64::midpoint(lo, hi), lo, hi });
    for given in [slope(1.0, 3.0), slope(2.5, 3.5), slope(0.5, 1.5), None, slope(2.0, 2.2)] {
        coverage.count(2.0, given);
    }
    assert_eq!((coverage.held, coverage.too_high, coverage.too_low, coverage.none), (2, 1, 1, 1));
    assert_eq!(coverage.share(), 0.4);
    assert!((coverage.median_half_width() - 0.25).abs() < 1e-12);
}
