//! What an unknown name may have been meant to be.

/// A list of names longer than this, in characters, helps less than the nearest of them.
const LONGEST_LIST: usize = 130;

/// `unknown profile 'quick', did you mean 'quiet'? expected: quiet, loud`; without a near name or a short list, less.
pub fn unknown_name<'a>(kind: &str, typed: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let known: Vec<&str> = known.into_iter().collect();
    let list = known.join(", ");
    let list = if list.len() <= LONGEST_LIST { format!("expected: {list}") } else { String::new() };
    let near = nearest_name(typed, known);
    match (near, list.as_str()) {
        (Some(near), "") => format!("unknown {kind} '{typed}', did you mean '{near}'?"),
        (Some(near), list) => format!("unknown {kind} '{typed}', did you mean '{near}'? {list}"),
        (None, "") => format!("unknown {kind} '{typed}'"),
        (None, list) => format!("unknown {kind} '{typed}'; {list}"),
    }
}

/// The known name that is nearest to what was typed, if it is near enough to have been meant.
pub fn nearest_name<'a>(typed: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    const NEAR_ENOUGH: f64 = 0.75;
    let likeness = known.into_iter().map(|name| (strsim::jaro_winkler(typed, name), name));
    let nearest = likeness.filter(|(likeness, _)| *likeness > NEAR_ENOUGH).max_by(|a, b| a.0.total_cmp(&b.0));
    nearest.map(|(_, name)| name)
}

/// So many of the known names, the nearest to what was typed first.
pub fn nearest_names<'a>(typed: &str, known: impl IntoIterator<Item = &'a str>, most: usize) -> Vec<&'a str> {
    let mut known: Vec<(f64, &str)> =
        known.into_iter().map(|name| (strsim::jaro_winkler(typed, name), name)).collect();
    known.sort_by(|a, b| b.0.total_cmp(&a.0));
    known.into_iter().take(most).map(|(_, name)| name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_and_a_short_list_are_given() {
        let known = ["hang-up", "reset"];
        assert_eq!(
            unknown_name("behaviour", "hangup", known),
            "unknown behaviour 'hangup', did you mean 'hang-up'? expected: hang-up, reset"
        );
        assert_eq!(
            unknown_name("behaviour", "xyz", known),
            "unknown behaviour 'xyz'; expected: hang-up, reset"
        );
        let many: Vec<String> = (0..50).map(|i| format!("series_{i}")).collect();
        let many = || many.iter().map(String::as_str);
        assert_eq!(unknown_name("series", "zzz", many()), "unknown series 'zzz'");
        assert!(unknown_name("series", "serie_1", many()).ends_with(", did you mean 'series_1'?"));
    }
}
