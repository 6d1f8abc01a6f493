//! The screen of `soak doctor`: each probe in words, and at the end what a run would find and what to turn on first.

use anstyle::{AnsiColor, Style};

use super::clean_text::clean_text;
use super::lines::Columns;
use crate::evidence::ProbeRecord;
use crate::findings::Checkup;
use crate::wording::{can_be_found, describe_cost, examined, first_step};

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const FOUND: Style = AnsiColor::Green.on_default();
/// Yellow cannot be read on a light ground.
const NOT_FOUND: Style = Style::new();

/// The screen with its colours as ANSI sequences.
pub fn render(checkup: &Checkup, columns: Columns) -> String {
    let head = examined(checkup).iter().map(|line| columns.fit(&clean_text(line), 2)).collect();
    let name = checkup.probes.iter().map(|probe| probe.name.chars().count()).max().unwrap_or(0);
    // what works before what does not
    let (found, missing): (Vec<_>, Vec<_>) = checkup.probes.iter().partition(|probe| probe.found);
    let probes = found.into_iter().chain(missing).map(|probe| row(probe, name, columns)).collect();
    let mut end: Vec<String> =
        can_be_found(checkup).iter().map(|line| columns.fit(&clean_text(line), 2)).collect();
    end.extend(checkup.advice.iter().map(|line| columns.fit(&clean_text(line), 2)));
    end.extend(first_step(checkup).map(|step| {
        format!("{BOLD}turn on first:{BOLD:#}\n{}", columns.fit(&format!("  {}", clean_text(step)), 2))
    }));
    let blocks: Vec<Vec<String>> = vec![head, probes, end];
    let blocks: Vec<String> =
        blocks.into_iter().filter(|b| !b.is_empty()).map(|b| b.join("\n") + "\n").collect();
    blocks.join("\n")
}

/// Name, whether it is there, what it shows and costs; below it, on a line of its own, what turns it on.
fn row(probe: &ProbeRecord, name: usize, columns: Columns) -> String {
    let (style, word) = if probe.found { (FOUND, "found    ") } else { (NOT_FOUND, "not found") };
    let cost = describe_cost(probe).map(|cost| format!("{DIM} ({cost}){DIM:#}")).unwrap_or_default();
    let line = format!(
        "{BOLD}{:<name$}{BOLD:#}  {style}{word}{style:#}  {}{cost}",
        probe.name,
        clean_text(&probe.yields)
    );
    let line = columns.fit(&line, name + 13);
    match &probe.turn_on {
        Some(how) if !probe.found => {
            let how = columns.fit(&format!("    to turn it on: {}", clean_text(how)), 6);
            format!("{line}\n{how}")
        }
        _ => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn probe(name: &str, turn_on: Option<&str>) -> ProbeRecord {
        ProbeRecord {
            found: turn_on.is_none(),
            turn_on: turn_on.map(Into::into),
            ..ProbeRecord::found(name, "what it shows")
        }
    }

    #[test]
    fn what_turns_a_probe_on_has_its_line_and_the_first_comes_last() {
        let command =
            "start it with node --inspect=127.0.0.1:0 and a long list of other flags that is not broken";
        let checkup = Checkup {
            schema: "soak-doctor/1".into(),
            target: None,
            not_found: Some("no process is listening on port 81".into()),
            measures: vec!["rss_anon_bytes".into(), "threads".into()],
            probes: vec![probe("inspector", Some(command)), probe("process", None)],
            advice: Vec::new(),
        };
        let text = anstream::adapter::strip_str(&render(&checkup, Columns::UNBOUNDED)).to_string();
        let narrow = render(&checkup, Columns::of_screen(60));
        let cut =
            narrow.lines().find(|line| anstream::adapter::strip_str(line).to_string().chars().count() > 60);
        assert_eq!(cut, None);
        let process = text.find("process    found      what it shows").expect(&text);
        assert!(process < text.find("inspector  not found  what it shows").expect(&text), "{text}");
        assert!(text.contains(&format!("    to turn it on: {command}\n")), "{text}");
        assert!(text.contains("a run would find growth of: private memory, threads\n"), "{text}");
        assert!(text.ends_with(&format!("turn on first:\n  {command}\n")), "{text}");
    }
}
