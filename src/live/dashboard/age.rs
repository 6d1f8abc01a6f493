//! How old a part of the screen is, where it is older than the rest.

use crate::units::Unit;

/// What is read each second is younger, however busy the machine.
const OLD_S: f64 = 2.5;

/// The title of a part, with the age of what it shows where that is not of the last seconds.
pub fn with_age(title: &str, age_s: f64) -> String {
    match age_s >= OLD_S {
        true => format!("{title} · read {} ago", Unit::Seconds.show(age_s.round())),
        false => title.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_older_than_the_rest_says_its_age() {
        assert_eq!([0.0, 1.0, 2.4].map(|age| with_age("memory", age)), ["memory"; 3]);
        assert_eq!(with_age("goroutines", 47.2), "goroutines · read 47 s ago");
    }
}
