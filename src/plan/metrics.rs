//! `--metric NAME{label="…"}` and `--task-metric NAME{place=LABEL,state=LABEL}`.

use std::str::FromStr;

/// A gauge that counts tasks, and which of its labels mean what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskMetric {
    /// The metric's name.
    pub name: String,
    /// The label that holds where a task was spawned or waits.
    pub place: Option<String>,
    /// The label that holds its state.
    pub state: Option<String>,
}

/// A metric's name and what stands in its braces, if it has any.
fn split(text: &str) -> Option<(&str, Option<&str>)> {
    let text = text.trim();
    let (name, inside) = match text.split_once('{') {
        None => (text, None),
        Some((name, rest)) => (name.trim_end(), Some(rest.strip_suffix('}')?)),
    };
    is_name(name).then_some((name, inside))
}

/// As the Prometheus text format has it: letters, digits, `_` and `:`, no digit first.
fn is_name(name: &str) -> bool {
    let first = name.chars().next().is_some_and(|c| c.is_ascii_alphabetic() || "_:".contains(c));
    first && name.chars().all(|c| c.is_ascii_alphanumeric() || "_:".contains(c))
}

/// `NAME` or `NAME{label="…",…}`, checked and with its spaces taken out.
///
/// # Errors
/// When it is neither.
pub(super) fn parse_metric(text: &str) -> Result<String, String> {
    let bad = || format!("'{text}' is no metric; write it as NAME or NAME{{label=\"value\"}}");
    let (name, inside) = split(text).ok_or_else(bad)?;
    let Some(inside) = inside else { return Ok(name.to_string()) };
    let labels = labels(inside).ok_or_else(bad)?;
    if labels.is_empty() {
        return Ok(name.to_string());
    }
    let labels: Vec<String> = labels.into_iter().map(|(label, value)| format!("{label}={value}")).collect();
    Ok(format!("{name}{{{}}}", labels.join(",")))
}

/// Label names with their quoted values, as written.
fn labels(mut rest: &str) -> Option<Vec<(&str, &str)>> {
    let mut found = Vec::new();
    loop {
        rest = rest.trim_start().trim_start_matches(',').trim_start();
        if rest.is_empty() {
            return Some(found);
        }
        let (label, value) = rest.split_once('=')?;
        let (label, value) = (label.trim(), value.trim_start());
        let mut escaped = false;
        let end = value.strip_prefix('"')?.find(|c| {
            let ends = c == '"' && !escaped;
            escaped = c == '\\' && !escaped;
            ends
        })?;
        let (quoted, after) = value.split_at(end + 2);
        if !is_name(label) || !(after.trim_start().is_empty() || after.trim_start().starts_with(',')) {
            return None;
        }
        found.push((label, quoted));
        rest = after;
    }
}

impl FromStr for TaskMetric {
    type Err = String;

    fn from_str(text: &str) -> Result<TaskMetric, String> {
        let bad = || format!("'{text}' is no task metric; write it as NAME{{place=LABEL,state=LABEL}}");
        let (name, inside) = split(text).ok_or_else(bad)?;
        let mut metric = TaskMetric { name: name.to_string(), place: None, state: None };
        for pair in inside.unwrap_or_default().split(',').filter(|pair| !pair.trim().is_empty()) {
            let (role, label) = pair.split_once('=').ok_or_else(bad)?;
            let label = label.trim().trim_matches('"');
            let role = match role.trim() {
                "place" => &mut metric.place,
                "state" => &mut metric.state,
                _ => return Err(bad()),
            };
            if !is_name(label) || role.replace(label.to_string()).is_some() {
                return Err(bad());
            }
        }
        Ok(metric)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metrics_with_and_without_labels() {
        assert_eq!(parse_metric("queue_depth").unwrap(), "queue_depth");
        assert_eq!(
            parse_metric(" jobs { queue = \"a,b}\" , kind=\"x\\\"y\" }").unwrap(),
            "jobs{queue=\"a,b}\",kind=\"x\\\"y\"}"
        );
        assert_eq!(parse_metric("jobs{}").unwrap(), "jobs");
        for bad in [
            "",
            "9lives",
            "a b",
            "jobs{",
            "jobs{queue=a}",
            "jobs{queue=\"a}",
            "jobs{=\"a\"}",
            "jobs{q=\"a\"b}",
        ] {
            assert!(parse_metric(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn task_metrics_name_the_labels_that_mean_something() {
        let parsed: TaskMetric = "my_tasks{place=spawned_at, state=waiting_at}".parse().unwrap();
        let wanted = TaskMetric {
            name: "my_tasks".into(),
            place: Some("spawned_at".into()),
            state: Some("waiting_at".into()),
        };
        assert_eq!(parsed, wanted);
        assert_eq!("my_tasks".parse::<TaskMetric>().unwrap().place, None);
        for bad in ["", "t{where=x}", "t{place}", "t{place=a,place=b}", "t{place=}", "t{place=a b}"] {
            assert!(bad.parse::<TaskMetric>().is_err(), "{bad}");
        }
    }
}
