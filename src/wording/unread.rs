//! What the user named and nothing reads, in words.

use crate::findings::Unread;

/// What that means, and what to look at.
pub fn explain_unread(unread: &Unread) -> String {
    match unread {
        Unread::Page(flag, why) => format!("{flag} shows nothing to soak: {why}"),
        Unread::GateOfLoad(expr) => {
            format!(
                "gate '{expr}' cannot be decided: a watch sends no requests, so it has no latency, errors or rate"
            )
        }
        Unread::Gate(expr, series) => format!(
            "gate '{expr}' cannot be decided: nothing reads {series} of this target; soak doctor lists what can be read"
        ),
        Unread::Series(name) => format!(
            "--series {name} has no effect: nothing reads it of this target; soak doctor lists what can be read"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_names_what_was_asked_for_and_what_lists_the_rest() {
        let gate = Unread::Gate("goroutines.slope < 1/h".into(), "goroutines".into());
        assert_eq!(
            explain_unread(&gate),
            "gate 'goroutines.slope < 1/h' cannot be decided: nothing reads goroutines of this target; soak doctor lists \
             what can be read"
        );
        let page = Unread::Page("--metrics", "connection refused".into());
        assert_eq!(explain_unread(&page), "--metrics shows nothing to soak: connection refused");
    }
}
