//! The process: what was typed → what it means → one call → exit code.

use std::io::Write;
use std::process::ExitCode;

fn main() -> ExitCode {
    match soak::cli::run(std::env::args_os()) {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            // eprintln would panic on a closed stderr (2>&1 | head), and lose the exit code
            let _ = writeln!(std::io::stderr(), "soak: {error}");
            ExitCode::from(error.exit_code())
        }
    }
}
