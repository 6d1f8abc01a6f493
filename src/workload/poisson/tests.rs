//! Any arrival and any count is found without those before it, and always the same.

use super::*;

#[test]
fn jumping_about_gives_what_going_through_gives() {
    let mut through = PoissonProcess::new(10_000.0);
    let all: Vec<f64> = (0..through.total()).map(|n| through.place_of(n).unwrap()).collect();
    assert!(all.windows(2).all(|two| two[0] <= two[1]));
    assert!(all[0] > 0.0 && *all.last().unwrap() < 10_000.0);
    let mut jumping = PoissonProcess::new(10_000.0);
    for i in 0..all.len() {
        let n = i * 7919 % all.len();
        assert_eq!(jumping.place_of(n as u64), Some(all[n]));
    }
    assert_eq!(jumping.place_of(all.len() as u64), None);
}

#[test]
fn the_count_by_a_place_is_that_of_the_arrivals_up_to_it() {
    let mut process = PoissonProcess::new(5_000.0);
    let all: Vec<f64> = (0..process.total()).map(|n| process.place_of(n).unwrap()).collect();
    for i in 0..2_000 {
        let place = f64::from(i) * 4999.0 / 2000.0 * 1.000_1;
        assert_eq!(process.count_by(place), all.iter().filter(|at| **at <= place).count() as u64, "{place}");
    }
    assert_eq!(process.count_by(5_000.0), process.total());
    assert_eq!(process.count_by(all[17]), 18);
}

#[test]
fn counts_of_stretches_scatter_as_a_poisson_process_does() {
    let mut process = PoissonProcess::new(1e6);
    // the variance of a Poisson count is its mean, in stretches shorter and longer than a leaf
    for (stretches, length) in [(100_000_u32, 10.0), (1_000, 1000.0), (100, 10_000.0)] {
        let mut before = 0;
        let counts: Vec<f64> = (1..=stretches)
            .map(|i| {
                let by = process.count_by(f64::from(i) * length);
                (by - std::mem::replace(&mut before, by)) as f64
            })
            .collect();
        let n = f64::from(stretches);
        let mean = counts.iter().sum::<f64>() / n;
        let variance = counts.iter().map(|count| (count - mean).powi(2)).sum::<f64>() / (n - 1.0);
        assert!((variance / mean - 1.0).abs() < 5.0 * (2.0 / n).sqrt(), "{length}: {mean}, {variance}");
    }
}

#[test]
fn nothing_and_next_to_nothing_are_fine() {
    let mut none = PoissonProcess::new(0.0);
    assert_eq!((none.total(), none.place_of(0), none.count_by(1.0)), (0, None, 0));
    let mut few = PoissonProcess::new(0.5);
    assert_eq!(few.count_by(0.5), few.total());
}
