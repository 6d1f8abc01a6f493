//! Values in order of size: sorted, and their median, by whole numbers that order as the values do.
//!
//! A day has 86,400 samples, and to compare two floats takes several times as long as to compare two whole numbers
//! (IEEE 754, totalOrder: the bits of a float order like those of a number with a sign, but for negative values, which
//! order the other way).

/// A value as a number that is below another's where the value is.
fn key(value: f64) -> i64 {
    flip(value.to_bits().cast_signed())
}

/// The value of a [`key`].
fn value(key: i64) -> f64 {
    f64::from_bits(flip(key).cast_unsigned())
}

/// All bits but the sign turned round where that is set; twice is as before.
fn flip(bits: i64) -> i64 {
    bits ^ ((bits >> 63) & i64::MAX)
}

/// The values from the smallest to the largest.
pub(super) fn in_order(values: &[f64]) -> impl DoubleEndedIterator<Item = f64> + ExactSizeIterator {
    let mut keys: Vec<i64> = values.iter().map(|v| key(*v)).collect();
    keys.sort_unstable();
    keys.into_iter().map(value)
}

/// So many of the largest values, from the smallest of them, and before these the largest of the rest.
pub(super) fn highest(values: &[f64], most: usize) -> Vec<f64> {
    let mut keys: Vec<i64> = values.iter().map(|v| key(*v)).collect();
    let from = keys.len().saturating_sub(most + 1);
    if from > 0 {
        keys.select_nth_unstable(from);
    }
    keys[from..].sort_unstable();
    keys[from..].iter().map(|k| value(*k)).collect()
}

/// The median of what comes; NaN for nothing. By selection, not by sorting.
pub(super) fn median_of(values: impl Iterator<Item = f64>) -> f64 {
    let mut keys: Vec<i64> = values.map(key).collect();
    let n = keys.len();
    if n == 0 {
        return f64::NAN;
    }
    let (below, middle, _) = keys.select_nth_unstable(n / 2);
    let middle = value(*middle);
    match below.iter().max() {
        Some(under) if n.is_multiple_of(2) => value(*under) + 0.5 * (middle - value(*under)),
        _ => middle,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VALUES: [f64; 7] = [3.5, -2.0, 0.0, 1e300, -1e-300, 7.0, -2.5];

    #[test]
    fn values_order_as_floats_do() {
        let mut sorted = VALUES;
        sorted.sort_by(f64::total_cmp);
        assert_eq!(in_order(&VALUES).collect::<Vec<_>>(), sorted);
        assert_eq!(highest(&VALUES, 2), sorted[4..]);
        assert_eq!(highest(&VALUES, 9), sorted);
    }

    #[test]
    fn a_median_is_the_middle_or_between_two() {
        assert_eq!(median_of(VALUES.into_iter()), 0.0);
        assert_eq!(median_of([4.0, 1.0, 2.0, 3.0].into_iter()), 2.5);
        assert!(median_of(std::iter::empty()).is_nan());
    }
}
