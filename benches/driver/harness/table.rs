//! Medians, their ratio to oha's, and the table of them in Markdown.

use super::tools::Tool;

/// A column: what is measured, with its unit, and what soak is to reach.
pub struct Measure {
    pub name: &'static str,
    pub digits: usize,
    pub goal: Goal,
}

/// What soak is to reach, in words.
pub enum Goal {
    None,
    /// Of the figure itself.
    Value(&'static str),
    /// Of its ratio to oha's, which is printed for every driver.
    Ratio(&'static str),
}

/// One driver's runs, each with a figure for every measure.
pub struct Runs {
    pub tool: Tool,
    pub rounds: Vec<Vec<f64>>,
}

impl Runs {
    fn median(&self, measure: usize) -> f64 {
        median(self.rounds.iter().map(|figures| figures[measure]).collect())
    }
}

/// The median of at least one value.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let half = values.len() / 2;
    if values.len() % 2 == 1 { values[half] } else { (values[half - 1] + values[half]) / 2.0 }
}

/// The table of medians, below its title.
pub fn table(title: &str, measures: &[Measure], drivers: &[Runs]) -> String {
    let mut head = vec!["driver".to_string()];
    for measure in measures {
        head.push(measure.name.to_string());
        if matches!(measure.goal, Goal::Ratio(_)) {
            head.push("to oha's".to_string());
        }
    }
    let rule = vec!["---".to_string(); head.len()];
    let oha = drivers.iter().find(|runs| runs.tool == Tool::Oha);
    let rows = drivers.iter().map(|runs| row(runs, oha, measures));
    let lines = [head, rule].into_iter().chain(rows).map(|cells| format!("| {} |\n", cells.join(" | ")));
    format!("{title}\n\n{}", lines.collect::<String>())
}

fn row(runs: &Runs, oha: Option<&Runs>, measures: &[Measure]) -> Vec<String> {
    let goal = |words: &str| {
        if runs.tool == Tool::Soak { format!(" (goal {words})") } else { String::new() }
    };
    let mut cells = vec![runs.tool.name().to_string()];
    for (nth, measure) in measures.iter().enumerate() {
        let value = format!("{:.*}", measure.digits, runs.median(nth));
        match measure.goal {
            Goal::None => cells.push(value),
            Goal::Value(words) => cells.push(value + &goal(words)),
            Goal::Ratio(words) => {
                let ratio =
                    oha.map_or("–".to_string(), |o| format!("{:.2}", runs.median(nth) / o.median(nth)));
                cells.extend([value, ratio + &goal(words)]);
            }
        }
    }
    cells
}
