//! The process: what was typed → what it means → one call → exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    match soak::cli::run(std::env::args_os()) {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            soak::session::warn(&error);
            ExitCode::from(error.exit_code())
        }
    }
}
