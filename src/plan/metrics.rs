//! `--metric NAME{label="…"}` and `--task-metric NAME{place=LABEL,state=LABEL}`.

use std::str::FromStr;

use super::selector::{self, Selector, Values, is_name};

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

/// `NAME` or `NAME{label="…",…}`, checked and with its spaces taken out.
///
/// # Errors
/// When it is neither.
pub(super) fn parse_metric(text: &str) -> Result<String, String> {
    let bad = || format!("invalid metric '{text}': expected NAME or NAME{{label=\"value\"}}");
    let Selector { name, labels } = selector::parse(text, Values::Quoted).ok_or_else(bad)?;
    if labels.is_empty() {
        return Ok(name.to_string());
    }
    let labels: Vec<String> =
        labels.into_iter().map(|(label, value)| format!("{label}=\"{value}\"")).collect();
    Ok(format!("{name}{{{}}}", labels.join(",")))
}

impl FromStr for TaskMetric {
    type Err = String;

    fn from_str(text: &str) -> Result<TaskMetric, String> {
        let bad = || format!("invalid task metric '{text}': expected NAME{{place=LABEL,state=LABEL}}");
        let Selector { name, labels } = selector::parse(text, Values::QuotedOrBare).ok_or_else(bad)?;
        let mut metric = TaskMetric { name: name.to_string(), place: None, state: None };
        for (role, label) in labels {
            let role = match role {
                "place" => &mut metric.place,
                "state" => &mut metric.state,
                _ => return Err(bad()),
            };
            if !is_name(label.as_bytes()) || role.replace(label.to_string()).is_some() {
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
