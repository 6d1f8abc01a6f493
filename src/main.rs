//! soak's one process: what was typed → what it means → one call → exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    match soak::cli::run(std::env::args_os()) {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            eprintln!("soak: {error}");
            ExitCode::from(error.exit_code())
        }
    }
}
