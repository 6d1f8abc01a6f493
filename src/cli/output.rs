//! What the flags of the screen mean.

use super::args::ScreenArgs;
use crate::report::picture::Theme;
use crate::session::OutputOptions;

impl From<ScreenArgs> for OutputOptions {
    fn from(args: ScreenArgs) -> OutputOptions {
        OutputOptions {
            json: args.json,
            quiet: args.quiet,
            verbose: args.verbose,
            plain: args.no_tui,
            theme: theme(args.dark),
        }
    }
}

/// The theme of the pictures, as --dark was given or not.
pub fn theme(dark: bool) -> Theme {
    if dark { Theme::Dark } else { Theme::Light }
}
