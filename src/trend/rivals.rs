//! What explains a window better than a line: a few steps, a rise that dies away.
//!
//! The steps are those of `steps`; the exponential is fitted by a grid over its time constant, refined, since given
//! that it is linear (G. H. Golub and V. Pereyra, The differentiation of pseudo-inverses and nonlinear least squares
//! problems whose variables separate, 1973).

use super::fit::{Column, Fit, Frame, Points};

/// Time constants of a warm-up, as shares of the window.
const TIME_CONSTANTS: [f64; 11] = [0.02, 0.035, 0.055, 0.08, 0.12, 0.17, 0.25, 0.35, 0.5, 0.8, 1.3];
/// Criteria closer than this do not tell which is better (R. E. Kass and A. E. Raftery, Bayes factors, 1995).
const CRITERIA_ALIKE: f64 = 2.0;

/// A window's points, counted from its first.
pub(super) struct Tail {
    /// Moments, in units of their usual distance.
    pub(super) at: Vec<f64>,
    pub(super) values: Vec<f64>,
    /// Columns fitted beside every line.
    pub(super) beside: Vec<Vec<f64>>,
}

impl Tail {
    /// Ready for regressions.
    pub(super) fn frame(&self) -> Frame<'_> {
        Frame::new(Points { at: &self.at, values: &self.values }, &self.beside)
    }

    /// A rise that dies away with this time constant.
    pub(super) fn decay(&self, tau: f64) -> Vec<f64> {
        self.at.iter().map(|t| -(-t / tau).exp()).collect()
    }

    /// The warm-up that explains the window best, none where nothing in it rises ever more slowly, and the same of a
    /// fall that dies away, as its time constant and Schwarz's criterion. Beside the line a warm-up's time constant is
    /// at most `longest`.
    pub(super) fn fit_dying_exponentials(
        &self,
        frame: &Frame<'_>,
        longest: f64,
    ) -> (Option<WarmUp>, Option<(f64, f64)>) {
        let length = self.at[self.at.len() - 1].max(1e-9);
        let rises = |f: &Fit, joint: bool| f.coefficients[if joint { 2 } else { 1 }] > 0.0;
        let try_any = |tau: f64, joint: bool| {
            let decay = self.decay(tau);
            let columns = [Column::Time, Column::Values(&decay)];
            frame.fit(if joint { &columns } else { &columns[1..] }, 1, 1.0)
        };
        let try_one = |tau: f64, joint: bool| try_any(tau, joint).filter(|f| rises(f, joint));
        let mut taus: Vec<f64> = TIME_CONSTANTS.iter().map(|share| share * length).collect();
        if longest.is_finite() {
            // a warm-up that an earlier window saw goes on in this one, nearly straight by now
            taus.extend([0.5 * longest, longest].into_iter().filter(|tau| *tau > 1.3 * length));
        }
        let mut alone: Option<(f64, f64)> = None;
        let mut drains: Option<(f64, f64)> = None;
        let mut joints = Vec::new();
        for tau in taus {
            if let Some(f) = try_any(tau, false) {
                let kept = if rises(&f, false) { &mut alone } else { &mut drains };
                if kept.is_none_or(|k| f.criterion < k.1) {
                    *kept = Some((tau, f.criterion));
                }
            }
            if tau <= longest
                && let Some(f) = try_one(tau, true)
            {
                joints.push((tau, f));
            }
        }
        let Some((tau_alone, alone)) = alone else { return (None, drains) };
        // between the grid's points: what a coarse time constant leaves over would pass for a line, or bend one
        let refined = |mut tau: f64, mut least: f64, joint: bool| {
            let mut best = None;
            for step in [1.2f64, 1.1, 1.05] {
                for near in [tau / step, tau * step] {
                    if let Some(f) = try_one(near, joint)
                        && f.criterion < least
                    {
                        (tau, least) = (near, f.criterion);
                        best = Some(f);
                        break;
                    }
                }
            }
            (tau, least, best)
        };
        let (tau_alone, alone, _) = refined(tau_alone, alone, false);
        let joint = joints.iter().map(|j| j.1.criterion).fold(f64::INFINITY, f64::min);
        // of time constants that explain it alike the longest leaves least to the line
        let longest = joints
            .iter()
            .rfind(|j| j.1.criterion < joint + CRITERIA_ALIKE)
            .map(|j| j.1.coefficient.below(0.0));
        let best = joints.into_iter().find(|j| j.1.criterion <= joint);
        let warm_up = best.zip(longest).map(|((tau, line), chance)| {
            let (tau, joint, better) = refined(tau, joint, true);
            WarmUp { tau_alone, alone, tau, joint, line: better.unwrap_or(line), chance }
        });
        (warm_up, drains)
    }
}

/// A rise that dies away, alone and beside a line; time constants in units of the points' distance.
pub(super) struct WarmUp {
    pub(super) tau_alone: f64,
    /// Schwarz's criterion without a line.
    pub(super) alone: f64,
    pub(super) tau: f64,
    /// Schwarz's criterion of the best with a line.
    pub(super) joint: f64,
    /// The line beside it.
    pub(super) line: Fit,
    /// The chance of no growth beside the longest time constant that explains the window as well.
    pub(super) chance: f64,
}
