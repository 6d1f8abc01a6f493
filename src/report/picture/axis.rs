//! Axes: where a value stands, and which round values are marked.

use crate::units::{Unit, significant};

/// A value axis: what its ends mean, and the marks between them with their labels.
#[derive(Debug, Clone, PartialEq)]
pub struct Scale {
    /// The value at the panel's lower edge.
    pub lo: f64,
    /// The value at its upper edge.
    pub hi: f64,
    /// Values that are marked, and how.
    pub ticks: Vec<(f64, String)>,
}

impl Scale {
    /// An axis for values of a unit from `lo` to `hi` with about `want` marks: powers of two for memory, 1, 2 and 5
    /// elsewhere.
    pub fn new(unit: Unit, lo: f64, hi: f64, want: usize) -> Scale {
        let hi = if hi > lo { hi } else { lo + floor_of(unit) };
        let step = match unit {
            Unit::Bytes => binary_step((hi - lo) / want as f64),
            Unit::Count => decimal_step((hi - lo) / want as f64).max(1.0),
            Unit::Seconds | Unit::Ratio => decimal_step((hi - lo) / want as f64),
        };
        let first = (lo / step).ceil() as i64;
        let last = (hi / step + 1e-9).floor() as i64;
        let ticks =
            (first..=last).map(|i| i as f64 * step).map(|value| (value, label(unit, value, hi))).collect();
        Scale { lo, hi, ticks }
    }

    /// How far up a value stands, 0 at the lower edge and 1 at the upper.
    pub fn share(&self, value: f64) -> f64 {
        (value - self.lo) / (self.hi - self.lo)
    }
}

/// The smallest span that an axis has, so that nothing at all is not drawn as a storm.
fn floor_of(unit: Unit) -> f64 {
    match unit {
        Unit::Bytes => 4096.0,
        Unit::Count => 4.0,
        Unit::Seconds => 1e-3,
        Unit::Ratio => 0.01,
    }
}

fn binary_step(rough: f64) -> f64 {
    2f64.powi(rough.max(1.0).log2().ceil() as i32)
}

fn decimal_step(rough: f64) -> f64 {
    let base = 10f64.powi(rough.max(1e-9).log10().floor() as i32);
    [1.0, 2.0, 5.0, 10.0].into_iter().map(|f| f * base).find(|s| *s >= rough * 0.999).unwrap_or(10.0 * base)
}

/// A mark's label; memory in one unit all along the axis, that of its upper end.
fn label(unit: Unit, value: f64, hi: f64) -> String {
    if value == 0.0 {
        return "0".into();
    }
    match unit {
        Unit::Bytes => {
            let mut step = 0;
            let mut size = 1.0;
            while hi / size >= 1024.0 && step < 4 {
                size *= 1024.0;
                step += 1;
            }
            let names = ["B", "KiB", "MiB", "GiB", "TiB"];
            let value = value / size;
            if value.fract() == 0.0 {
                format!("{} {}", Unit::Count.show(value), names[step])
            } else {
                format!("{} {}", significant(value, 4), names[step])
            }
        }
        Unit::Count if hi >= 1e7 => format!("{} M", significant(value / 1e6, 4)),
        _ => unit.show(value),
    }
}

/// Marks of a time axis from `from` to `to` seconds: at most `most`, each labelled in the unit it reads best in.
pub fn time_ticks(from: f64, to: f64, most: usize) -> Vec<(f64, String)> {
    const MIN: f64 = 60.0;
    const HOUR: f64 = 3600.0;
    const DAY: f64 = 86_400.0;
    const STEPS: [f64; 26] = [
        0.1,
        0.2,
        0.5,
        1.0,
        2.0,
        5.0,
        10.0,
        15.0,
        20.0,
        30.0,
        MIN,
        2.0 * MIN,
        5.0 * MIN,
        10.0 * MIN,
        15.0 * MIN,
        20.0 * MIN,
        30.0 * MIN,
        HOUR,
        2.0 * HOUR,
        3.0 * HOUR,
        4.0 * HOUR,
        6.0 * HOUR,
        12.0 * HOUR,
        DAY,
        2.0 * DAY,
        7.0 * DAY,
    ];
    let fits = |step: &f64| (to - from) / step <= most as f64;
    let step =
        STEPS.into_iter().find(fits).unwrap_or_else(|| decimal_step((to - from) / most as f64 / DAY) * DAY);
    let (size, name) = match step {
        s if s < MIN && to < 10.0 * MIN => (1.0, "s"),
        s if s < HOUR => (MIN, "min"),
        s if s < DAY => (HOUR, "h"),
        _ => (DAY, "d"),
    };
    let first = (from / step - 1e-9).ceil() as i64;
    let last = (to / step + 1e-9).floor() as i64;
    (first..=last)
        .map(|i| i as f64 * step)
        .map(|t| {
            let text = if t == 0.0 { "0".to_string() } else { significant(t / size, 6) };
            (t, if t == 0.0 { text } else { format!("{text} {name}") })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(scale: &Scale) -> Vec<&str> {
        scale.ticks.iter().map(|(_, l)| l.as_str()).collect()
    }

    #[test]
    fn memory_is_marked_at_powers_of_two() {
        let mib = 1_048_576.0;
        assert_eq!(labels(&Scale::new(Unit::Bytes, 0.0, 33.0 * mib, 4)), ["0", "16 MiB", "32 MiB"]);
        assert_eq!(
            labels(&Scale::new(Unit::Bytes, 0.0, 1.6 * 1024.0 * mib, 4)),
            ["0", "0.5 GiB", "1 GiB", "1.5 GiB"]
        );
        assert_eq!(
            labels(&Scale::new(Unit::Bytes, 500.0 * mib, 509.0 * mib, 3)),
            ["500 MiB", "504 MiB", "508 MiB"]
        );
    }

    #[test]
    fn counts_have_thousands_separated_and_no_fractions() {
        assert_eq!(labels(&Scale::new(Unit::Count, 0.0, 5200.0, 3)), ["0", "2,000", "4,000"]);
        assert_eq!(labels(&Scale::new(Unit::Count, 0.0, 0.0, 4)), ["0", "1", "2", "3", "4"]);
    }

    #[test]
    fn time_is_in_seconds_minutes_or_hours_by_length() {
        let of = |to: f64| time_ticks(0.0, to, 8).into_iter().map(|(_, l)| l).collect::<Vec<_>>();
        assert_eq!(of(60.0), ["0", "10 s", "20 s", "30 s", "40 s", "50 s", "60 s"]);
        assert_eq!(of(300.0).last().unwrap(), "5 min");
        assert_eq!(of(86_400.0).last().unwrap(), "24 h");
        assert_eq!(of(900.0).last().unwrap(), "14 min");
        assert!(of(30.0 * 86_400.0).last().unwrap().ends_with(" d"));
    }

    #[test]
    fn never_more_marks_than_asked_for() {
        for seconds in [0.3, 1.0, 7.0, 59.0, 61.0, 600.0, 5000.0, 86_400.0, 1e7, 4e9] {
            assert!(time_ticks(0.0, seconds, 8).len() <= 9, "{seconds}");
        }
    }
}
