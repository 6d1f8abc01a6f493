//! What lies over the dashboard: the keys, and the question whether to end the run.

use crate::live::screen::{Theme, draw_box};
use ratatui::Frame;

/// It fits into the smallest screen with a dashboard.
const HELP: &[&str] = &[
    "q      end the run with a report; asks once",
    "space  freeze the screen; load and recording go on",
    "+ - a  a closer look at the last part, back, all of it",
    "tab    all task groups, with the keys of soak tasks",
    "P      pause the load, resume it: judged from there",
    "[ ]    10 % fewer requests, or more: judged from there",
    "n      a note, recorded as an event of this moment",
    "?      this list; any key closes it",
    "esc    back; never ends the run",
    "Ctrl-C ends the run with a report, twice without one",
    "Ctrl-Z suspends soak, and with it the load",
    "",
    "Under a chart: c forced collection, n note, ! event",
];

/// The list of keys.
pub fn draw_help(frame: &mut Frame<'_>, theme: Theme) {
    draw_box(frame, " keys ", HELP, theme);
}

/// Whether to end the run.
pub fn draw_question(frame: &mut Frame<'_>, theme: Theme) {
    let text = ["End the run now? It is judged by what was recorded.", "", "q or y: end with a report"];
    draw_box(frame, " end ", &[&text[..], &["any other key: go on"]].concat(), theme);
}

/// Whether to change the load.
pub fn draw_change(frame: &mut Frame<'_>, theme: Theme) {
    let text = [
        "Change the load now? What was judged so far is judged no more,",
        "and steady begins anew in its full length.",
    ];
    draw_box(
        frame,
        " load ",
        &[&text[..], &["", "y: change it", "any other key: go on as it is"]].concat(),
        theme,
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_fits_into_the_smallest_screen_with_a_dashboard() {
        assert!(HELP.len() <= 13 && HELP.iter().all(|line| line.chars().count() <= 56));
    }
}
