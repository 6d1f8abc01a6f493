//! The lists of keys: in a line at the foot, and as a whole over the table.

/// Where the table is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TableOf {
    /// Services that are read now.
    Services,
    /// A finished run.
    FinishedRun,
    /// A run that goes on, in its dashboard.
    RunningRun,
}

/// The keys that matter most, for the last line; others where a group has the whole screen.
pub fn most_used_keys(of: TableOf, whole: bool) -> &'static str {
    match of {
        TableOf::Services | TableOf::FinishedRun if whole => {
            "q quit · ? help · ↑ ↓ scroll · home end · esc back to the table"
        }
        TableOf::RunningRun if whole => {
            "tab dashboard · ? help · ↑ ↓ scroll · home end · esc back to the table"
        }
        TableOf::Services => {
            "q quit · ? help · ↑ ↓ select · enter stack · r request · m mark · / filter · ← → sort · p proof · 1–5 group"
        }
        TableOf::FinishedRun => {
            "q quit · ? help · < > earlier, later · ↑ ↓ select · enter stack · / filter · ← → sort · 1–5 group"
        }
        TableOf::RunningRun => {
            "tab dashboard · ? help · ↑ ↓ select · enter stack · / filter · m mark · ← → i sort · 1–5 group"
        }
    }
}

/// Each key with what it does. The list fits into 60 columns and 15 lines, and any key closes it.
pub fn key_list(of: TableOf) -> Vec<&'static str> {
    let mut lines = vec![
        "↑ ↓ j k  select a group, which stays selected; by pages",
        "enter    its stack and its tasks; again or esc closes",
        "e        the same on the whole screen, where ↑ ↓ scroll",
        "/        filter: word !word state:word re:regex, esc all",
        "← → i    sort by another column; i inverts the order",
        "1 – 5    by stack, function, creator, state, label",
        "m        mark: growth is counted from now as well",
        "space    freeze the table, and go on",
    ];
    match of {
        TableOf::Services => lines.extend([
            "r R      send one request, or ten: what stays is shown",
            "p        ask Go for goroutines that can never go on",
            "w        save the groups as JSON in this directory",
            "tab      the next service",
            "q        quit",
        ]),
        TableOf::FinishedRun => lines.extend([
            "< >      an earlier reading, a later one",
            "w        save the groups as JSON in this directory",
            "q        quit",
        ]),
        TableOf::RunningRun => lines.extend([
            "tab      back to the dashboard",
            "n        a note, recorded as an event of this moment",
            "P [ ]    pause the load; 10 % fewer requests, or more",
            "q        end the run with a report; asks once",
        ]),
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_fits_into_the_smallest_screen_with_a_table() {
        for of in [TableOf::Services, TableOf::FinishedRun, TableOf::RunningRun] {
            let lines = key_list(of);
            assert!(lines.len() <= 13, "{of:?}");
            for line in lines {
                assert!(line.chars().count() <= 56, "{line}");
            }
        }
    }
}
