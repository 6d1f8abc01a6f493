//! What is wrong with a command line, in one line.

use clap::error::{ContextKind, ContextValue, ErrorKind};

/// clap's error as one line, as all of soak's errors are: what is wrong, then its advice, else the usage.
pub fn in_a_line(error: &clap::Error) -> String {
    let (wrong, mut advice) = unknown_flag(error).map_or_else(|| message(error), |flag| (flag, Vec::new()));
    let usage = error.get(ContextKind::Usage).map(ToString::to_string).unwrap_or_default();
    let usage = usage.lines().next().and_then(|line| line.trim().strip_prefix("Usage: "));
    // the commands that were typed, as far as they go
    let words = usage.unwrap_or_default().split(' ').skip(1);
    let words = words.take_while(|word| word.chars().all(|c| c.is_ascii_lowercase()));
    let command: String = words.map(|word| format!("{word} ")).collect();
    // an unknown name says by itself what was meant
    let unknown = matches!(error.kind(), ErrorKind::InvalidSubcommand | ErrorKind::UnknownArgument);
    let wanted = advice.is_empty() && !unknown;
    // the help without a command is a summary
    let command = match (command.is_empty(), error.kind()) {
        (true, ErrorKind::UnknownArgument) => "run ".to_string(),
        _ => command,
    };
    advice.extend(usage.filter(|_| wanted).map(|usage| format!("usage: {usage}")));
    let see = format!("see soak {command}--help");
    let end = if wrong.ends_with('?') { " " } else { "; " };
    wrong + end + &[advice, vec![see]].concat().join("; ")
}

/// "[possible values: a, b]" as soak says it elsewhere.
fn expected_values(wrong: &str) -> String {
    let listed = wrong.split_once(" [possible values: ");
    let listed = listed.and_then(|(wrong, values)| Some((wrong, values.strip_suffix(']')?)));
    listed.map_or(wrong.to_string(), |(wrong, values)| format!("{wrong}; expected: {values}"))
}

/// An unknown flag, with the nearest that the command has.
fn unknown_flag(error: &clap::Error) -> Option<String> {
    let text = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.as_str()),
        _ => None,
    };
    let flag = text(ContextKind::InvalidArg).filter(|flag| flag.starts_with('-'));
    let flag = flag.filter(|_| error.kind() == ErrorKind::UnknownArgument)?;
    let near = text(ContextKind::SuggestedArg).map(|near| format!(", did you mean '{near}'?"));
    Some(format!("unknown flag '{flag}'{}", near.unwrap_or_default()))
}

/// What is wrong, and clap's tips. The error's context has the parts of these sentences; the sentences are only in what
/// it renders.
fn message(error: &clap::Error) -> (String, Vec<String>) {
    let text = error.render().to_string();
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let (mut wrong, mut tips) = (Vec::new(), Vec::new());
    for line in
        lines.take_while(|line| !line.starts_with("Usage: ") && !line.starts_with("For more information"))
    {
        match line.strip_prefix("tip: ") {
            // to pass it as a value is never what was meant
            Some(tip) if tip.starts_with("to pass ") => {}
            Some(tip) => tips.push(tip.to_string()),
            None => wrong.push(line.strip_prefix("error: ").unwrap_or(line)),
        }
    }
    (expected_values(&wrong.join(" ")), tips)
}
