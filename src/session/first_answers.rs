//! The first answers of a run: where every one is the same error, most likely the request is wrong, and a person wants
//! to know at once and not when the run is over.

use std::time::Duration;

use crate::record::Mirror;

/// So many answers show it,
const ENOUGH: u64 = 20;
/// or fewer of them, where they are all that came in so long.
const AT_LEAST: u64 = 2;
const LONG_ENOUGH: Duration = Duration::from_secs(2);

/// Watches the first answers.
#[derive(Debug, Default)]
pub struct FirstAnswers {
    /// When there was one.
    since: Option<Duration>,
    decided: bool,
}

impl FirstAnswers {
    /// The status that every answer so far has, the first time that this is certain enough; to be asked each second.
    pub fn all_fail_with(&mut self, mirror: &Mirror, elapsed: Duration) -> Option<u16> {
        let counts = mirror.counts();
        if self.decided || counts.done == 0 {
            return None;
        }
        let since = *self.since.get_or_insert(elapsed);
        let few = counts.done >= AT_LEAST && elapsed.saturating_sub(since) >= LONG_ENOUGH;
        self.decided = counts.done >= ENOUGH || few;
        counts.all_fail_with().filter(|_| self.decided)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{LoadRow, StatusCounts};

    fn mirror(done: u64, statuses: &str) -> Mirror {
        let statuses: StatusCounts = statuses.parse().unwrap();
        let row = LoadRow { done, sent: done, due: done, statuses, ..LoadRow::default() };
        Mirror::with_load(row)
    }

    #[test]
    fn it_is_said_once_and_only_of_answers_that_are_all_the_same() {
        let second = Duration::from_secs;
        let mut answers = FirstAnswers::default();
        assert_eq!(answers.all_fail_with(&mirror(0, ""), second(1)), None);
        assert_eq!(answers.all_fail_with(&mirror(5, "404:5"), second(2)), None, "too few, too soon");
        assert_eq!(answers.all_fail_with(&mirror(20, "404:20"), second(3)), Some(404));
        assert_eq!(answers.all_fail_with(&mirror(40, "404:40"), second(4)), None, "once");
        let mut slow = FirstAnswers::default();
        assert_eq!(slow.all_fail_with(&mirror(1, "401:1"), second(2)), None);
        assert_eq!(slow.all_fail_with(&mirror(2, "401:2"), second(4)), Some(401));
        let mut mixed = FirstAnswers::default();
        assert_eq!(mixed.all_fail_with(&mirror(30, "404:29"), second(2)), None);
        assert_eq!(mixed.all_fail_with(&mirror(60, "404:60"), second(3)), None, "the first decide");
    }
}
