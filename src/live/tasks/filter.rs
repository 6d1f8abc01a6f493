//! Which groups a filter lets through: every word must fit.

use crate::findings::ListedGroup;

/// A filter as it was typed: `produce`, `state:chan`, `!runtime`, several with spaces between.
#[derive(Debug, PartialEq)]
pub struct Filter(Vec<Word>);

#[derive(Debug, PartialEq)]
struct Word {
    text: String,
    of_state: bool,
    negated: bool,
}

impl Filter {
    /// Every text is a filter.
    pub fn parse(text: &str) -> Filter {
        let word = |written: &str| {
            let (negated, rest) = written.strip_prefix('!').map_or((false, written), |rest| (true, rest));
            let (of_state, rest) = rest.strip_prefix("state:").map_or((false, rest), |rest| (true, rest));
            Word { text: rest.to_lowercase(), of_state, negated }
        };
        Filter(text.split_whitespace().map(word).collect())
    }

    /// Whether a group passes: by its name, state, kind, creator and stack, without regard to case.
    pub fn passes(&self, group: &ListedGroup) -> bool {
        self.0.iter().filter(|word| !word.text.is_empty()).all(|word| word.fits(group) != word.negated)
    }
}

impl Word {
    fn fits(&self, group: &ListedGroup) -> bool {
        let has = |text: &str| text.to_lowercase().contains(&self.text);
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
}
