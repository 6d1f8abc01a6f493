//! Answers that count as errors, by their HTTP status.

use std::fmt;
use std::str::FromStr;

/// So many different statuses are counted one by one; more of them count as errors of their kind alone.
const MOST: usize = 6;

/// How often each status came, of answers that count as errors.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct StatusCounts([(u16, u64); MOST]);

impl StatusCounts {
    /// This status came so many times.
    pub fn add(&mut self, status: u16, count: u64) {
        let known = self.0.iter().position(|(seen, n)| *seen == status && *n > 0);
        let place = known.or_else(|| self.0.iter().position(|(_, n)| *n == 0));
        if let Some((seen, n)) = place.map(|place| &mut self.0[place]).filter(|_| count > 0) {
            *seen = status;
            *n += count;
        }
    }

    /// Adds all counts of another.
    pub fn add_all(&mut self, other: &StatusCounts) {
        other.iter().for_each(|(status, count)| self.add(status, count));
    }

    /// Each status that came, with its count.
    pub fn iter(&self) -> impl Iterator<Item = (u16, u64)> {
        self.0.into_iter().filter(|(_, count)| *count > 0)
    }

    /// The most frequent status, with its count.
    pub fn most_frequent(&self) -> Option<(u16, u64)> {
        self.iter().max_by_key(|(_, count)| *count)
    }
}

impl fmt::Display for StatusCounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, (status, count)) in self.iter().enumerate() {
            let space = if place == 0 { "" } else { " " };
            write!(f, "{space}{status}:{count}")?;
        }
        Ok(())
    }
}

/// The text is not what `Display` writes.
#[derive(Debug, PartialEq, Eq)]
pub struct NotStatusCounts;

impl FromStr for StatusCounts {
    type Err = NotStatusCounts;

    fn from_str(text: &str) -> Result<StatusCounts, NotStatusCounts> {
        let mut counts = StatusCounts::default();
        for item in text.split_ascii_whitespace() {
            let (status, count) = item.split_once(':').ok_or(NotStatusCounts)?;
            let (Ok(status), Ok(count)) = (status.parse(), count.parse()) else {
                return Err(NotStatusCounts);
            };
            counts.add(status, count);
        }
        Ok(counts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_are_counted_one_by_one_and_read_back_as_written() {
        let mut counts = StatusCounts::default();
        counts.add(404, 3);
        counts.add(503, 1);
        counts.add(404, 2);
        counts.add(500, 0);
        assert_eq!(counts.to_string(), "404:5 503:1");
        assert_eq!(counts.most_frequent(), Some((404, 5)));
        assert_eq!(counts.to_string().parse(), Ok(counts));
        assert_eq!("".parse(), Ok(StatusCounts::default()));
        assert_eq!("404".parse::<StatusCounts>(), Err(NotStatusCounts));
    }

    #[test]
    fn a_status_too_many_is_left_out_and_moves_no_other() {
        let mut counts = StatusCounts::default();
        (400..410).for_each(|status| counts.add(status, 1));
        counts.add(405, 1);
        assert_eq!(counts.to_string(), "400:1 401:1 402:1 403:1 404:1 405:2");
    }
}
