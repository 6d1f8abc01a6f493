//! The index of /debug/pprof/, which counts each profile and makes none: how many goroutines there are for the price of a
//! short page, however many there are.

use std::time::Duration;

use crate::probe::page::bounds::Bounds;

/// The page is some 3 KiB; a service may have its own.
pub const INDEX_BOUNDS: Bounds = Bounds { bytes: 256 << 10, time: Duration::from_secs(5) };
/// Where the index leads to the profile of goroutines.
const LINK: &str = "href='goroutine?";
/// The row of the table up to the link holds a count and little else.
const MOST_ROW: usize = 128;

/// How many goroutines it counts; none where this is another page.
pub fn count_goroutines(page: &str) -> Option<u64> {
    // Go 1.10 and before wrote other quotes
    let page = page.replace('"', "'");
    let before = page.get(..page.find(LINK)?)?;
    let row = before.get(before.rfind("<tr")?..).filter(|row| row.len() <= MOST_ROW)?;
    let until_digits = row.trim_end_matches(|c: char| !c.is_ascii_digit());
    until_digits.rsplit(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_count_is_in_the_cell_before_the_link() {
        let page = "<table>\n<thead><td>Count</td><td>Profile</td></thead>\n\
            <tr><td>12</td><td><a href='allocs?debug=1'>allocs</a></td></tr>\n\
            <tr><td>7070</td><td><a href='goroutine?debug=1'>goroutine</a></td></tr>\n\
            <tr><td>14</td><td><a href='heap?debug=1'>heap</a></td></tr>\n";
        assert_eq!(count_goroutines(page), Some(7070));
        let old = "<table>\n<tr><td align=right>0<td><a href=\"block?debug=1\">block</a>\n\
            <tr><td align=right>5<td><a href=\"goroutine?debug=1\">goroutine</a>\n";
        assert_eq!(count_goroutines(old), Some(5));
    }

    #[test]
    fn another_page_counts_nothing() {
        for page in ["", "404 page not found", "<a href='goroutine?debug=1'>goroutine</a>", "<tr><td>é"] {
            assert_eq!(count_goroutines(page), None, "{page}");
        }
    }
}
