//! Which groups a filter lets through: every word must fit.

use regex::{Regex, RegexBuilder};

use crate::findings::ListedGroup;

/// A filter as it was typed: `produce`, `state:chan`, `!runtime`, several with spaces between, and `re:` before a
/// regular expression that goes on to the end.
#[derive(Debug)]
pub struct Filter(Vec<Word>);

#[derive(Debug)]
struct Word {
    seeks: Seeks,
    of_state: bool,
    negated: bool,
}

#[derive(Debug)]
enum Seeks {
    Text(String),
    Pattern(Regex),
    /// What is typed so far is no regular expression: nothing passes.
    Unfinished,
}

impl Filter {
    /// Every text is a filter.
    pub fn parse(text: &str) -> Filter {
        let mut words = Vec::new();
        let mut rest = text.trim_start();
        while !rest.is_empty() {
            let (negated, after) = rest.strip_prefix('!').map_or((false, rest), |after| (true, after));
            let (of_state, after) =
                after.strip_prefix("state:").map_or((false, after), |after| (true, after));
            let (seeks, after) = match after.strip_prefix("re:") {
                Some(pattern) => (Seeks::pattern(pattern.trim_end()), ""),
                None => {
                    let (word, after) = after.split_once(char::is_whitespace).unwrap_or((after, ""));
                    (Seeks::Text(word.to_lowercase()), after)
                }
            };
            words.push(Word { seeks, of_state, negated });
            rest = after.trim_start();
        }
        Filter(words)
    }

    /// Whether a group passes: by its name, state, kind, creator and stack, without regard to case.
    pub fn passes(&self, group: &ListedGroup) -> bool {
        self.0.iter().all(|word| word.passes(group))
    }

    /// Whether what was typed cannot be understood yet.
    pub fn is_unfinished(&self) -> bool {
        self.0.iter().any(|word| matches!(word.seeks, Seeks::Unfinished))
    }
}

impl Seeks {
    fn pattern(text: &str) -> Seeks {
        let built = RegexBuilder::new(text).case_insensitive(true).size_limit(1 << 20).build();
        built.map_or(Seeks::Unfinished, Seeks::Pattern)
    }

    fn fit(&self, text: &str) -> bool {
        match self {
            Seeks::Text(word) => text.to_lowercase().contains(word),
            Seeks::Pattern(pattern) => pattern.is_match(text),
            Seeks::Unfinished => false,
        }
    }
}

impl Word {
    fn passes(&self, group: &ListedGroup) -> bool {
        match &self.seeks {
            // a word of which only the sign is typed yet
            Seeks::Text(text) if text.is_empty() => true,
            Seeks::Unfinished => false,
            _ => self.fits(group) != self.negated,
        }
    }

    fn fits(&self, group: &ListedGroup) -> bool {
        let has = |text: &str| self.seeks.fit(text);
        let state = group.state.as_deref().is_some_and(has);
        if self.of_state {
            return state;
        }
        let frames = group.stack.iter().chain(&group.created_by);
        state
            || has(&group.name)
            || has(&group.kind.to_string())
            || frames.map(ToString::to_string).any(|frame| has(&frame))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::live::tasks::testing::group;

    #[test]
    fn words_are_sought_everywhere_and_any_character_is_one() {
        let producer = group("main.(*Server).produce", "chan send", 5.0, 5.0);
        let passes = |text: &str| Filter::parse(text).passes(&producer);
        for text in
            ["", "PRODUCE", "(*Server)", "chan send", "state:chan", "goroutine", "!state:select", "! produce"]
        {
            assert!(passes(text), "{text}");
        }
        for text in ["consume", "!produce", "state:produce", "produce select"] {
            assert!(!passes(text), "{text}");
        }
    }

    #[test]
    fn a_regular_expression_goes_on_to_the_end_and_one_that_is_not_finished_lets_nothing_through() {
        let producer = group("main.(*Server).produce", "chan send", 5.0, 5.0);
        let passes = |text: &str| Filter::parse(text).passes(&producer);
        for text in [
            r"re:^main\..*produce$",
            "re:chan (send|receive)",
            "!re:^net/",
            "state:re:^chan",
            "prod re:S.rver",
        ] {
            assert!(passes(text), "{text}");
        }
        for text in ["re:^produce", "!re:produce", "state:re:produce", "select re:produce"] {
            assert!(!passes(text), "{text}");
        }
        assert!(!passes("re:(") && !passes("!re:("));
        assert!(Filter::parse("re:(").is_unfinished() && !Filter::parse("re:()").is_unfinished());
    }
}
