//! The values of one segment, and which of them are its level: all but a hump and spikes.

use std::borrow::Cow;
use std::cell::OnceCell;

use super::hump::find_hump;
use super::spikes::find_spikes;
use super::values::Values;

/// The values between two restarts.
#[derive(Debug)]
pub(super) struct SegmentValues<'a> {
    pub(super) values: Values<'a>,
    /// None where all of them are the level.
    level: OnceCell<Option<Level>>,
}

#[derive(Debug)]
struct Level {
    /// Which values it holds.
    kept: Vec<usize>,
    values: Values<'static>,
}

impl<'a> SegmentValues<'a> {
    pub(super) fn new(values: &'a [f64]) -> SegmentValues<'a> {
        SegmentValues { values: Values::new(values), level: OnceCell::new() }
    }

    /// The values of the level, with their times.
    pub(super) fn level<'t>(&self, times: &'t [f64]) -> (Cow<'t, [f64]>, &Values<'a>) {
        match self.level.get_or_init(|| find_level(&self.values)) {
            Some(level) => (level.kept.iter().map(|i| times[*i]).collect(), &level.values),
            None => (Cow::Borrowed(times), &self.values),
        }
    }
}

/// The level where it is not all values. The hump goes first: at its end what came back would be the spike.
fn find_level(values: &Values<'_>) -> Option<Level> {
    let without_hump = find_hump(values).map(|hump| {
        let rest = (0..hump.start).chain(hump.end..values.all().len());
        Level::of(values, rest.collect())
    });
    match find_spikes(without_hump.as_ref().map_or(values, |level| &level.values)) {
        Some(kept) => {
            let before = without_hump.map_or_else(|| (0..kept.len()).collect(), |level| level.kept);
            let kept = before.into_iter().zip(kept).filter_map(|(at, kept)| kept.then_some(at));
            Some(Level::of(values, kept.collect()))
        }
        None => without_hump,
    }
}

impl Level {
    fn of(values: &Values<'_>, kept: Vec<usize>) -> Level {
        let values = Values::new(kept.iter().map(|i| values.all()[*i]).collect::<Vec<f64>>());
        Level { kept, values }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hump_and_spikes_are_no_level() {
        let of = |i: usize| match i {
            120..140 => 40.0,
            50 | 160 => 20.0,
            _ => 10.0 + 0.1 * ((i * 7919) % 13) as f64,
        };
        let all: Vec<f64> = (0..200).map(of).collect();
        let times: Vec<f64> = (0..200).map(f64::from).collect();
        let segment = SegmentValues::new(&all);
        let (times, level) = segment.level(&times);
        assert!((times.len(), times[49], times[50], times[119]) == (178, 49.0, 51.0, 140.0));
        assert!(level.all().len() == 178 && level.range().1 < 12.0);
    }

    #[test]
    fn without_either_all_is_the_level() {
        let all: Vec<f64> = (0..200).map(|i| ((i * 7919) % 13) as f64).collect();
        let segment = SegmentValues::new(&all);
        assert!(matches!(segment.level(&all), (Cow::Borrowed(_), level) if level.all().len() == 200));
    }
}
