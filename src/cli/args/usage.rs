//! What is wrong with a command line, in one line.

use clap::error::ErrorKind;

/// What clap has to say of a mistake, in one line as all of soak's errors: what is wrong, then its advice, else the usage.
pub fn in_a_line(error: &clap::Error) -> String {
    let text = error.render().to_string();
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let mut wrong = Vec::new();
    let mut advice = Vec::new();
    let (mut usage, mut command) = (None, String::new());
    for line in lines.take_while(|line| !line.starts_with("For more information")) {
        if let Some(line) = line.strip_prefix("Usage: ") {
            usage = Some(format!("usage: {line}"));
            // the commands that were typed, as far as they go
            let words =
                line.split(' ').skip(1).take_while(|word| word.chars().all(|c| c.is_ascii_lowercase()));
            command = words.map(|word| format!("{word} ")).collect();
        } else if let Some(tip) = line.strip_prefix("tip: ") {
            // to take it for a value is never what was meant
            if !tip.starts_with("to pass ") {
                advice.push(tip.to_string());
            }
        } else if usage.is_none() {
            wrong.push(line.strip_prefix("error: ").unwrap_or(line).to_string());
        }
    }
    // a word that is no command says by itself what was meant
    let usage = usage.filter(|_| advice.is_empty() && error.kind() != ErrorKind::InvalidSubcommand);
    advice.extend(usage);
    [vec![wrong.join(" ")], advice, vec![format!("see soak {command}--help")]].concat().join("; ")
}
