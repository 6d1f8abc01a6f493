//! Seven rules that people use instead of soak, in their simplest sound form. Each sees what soak sees, times and values of
//! one series, and says whether it grows; none has a third answer.

mod levels;
mod ranks;
mod regression;

/// A series that has no more readings than this is left alone by every rule.
const FEWEST: usize = 4;

/// One of the seven.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// The mean of the last tenth is more than 10 % above that of the first tenth.
    EndAboveStart,
    /// Ordinary least squares: the slope is positive and its p value below .05.
    LeastSquares,
    /// The Mann–Kendall test: it rises, at p below .05.
    MannKendall,
    /// Theil and Sen's slope: the 95 % interval of its bootstrap is above zero.
    TheilSen,
    /// An alert on `deriv()`: positive over the last fifth of the recording, for a tenth of it.
    DerivAlert,
    /// Coroot's leak rule, with 50 MB per hour as the least that counts.
    Coroot,
    /// Five parts of equal length: the lowest reading of each is above that of the part before.
    EveryCycleRose,
}

impl Rule {
    pub const ALL: [Rule; 7] = [
        Rule::EndAboveStart,
        Rule::LeastSquares,
        Rule::MannKendall,
        Rule::TheilSen,
        Rule::DerivAlert,
        Rule::Coroot,
        Rule::EveryCycleRose,
    ];

    /// What a table calls it.
    pub fn name(self) -> &'static str {
        match self {
            Rule::EndAboveStart => "end above start",
            Rule::LeastSquares => "least squares",
            Rule::MannKendall => "Mann–Kendall",
            Rule::TheilSen => "Theil–Sen",
            Rule::DerivAlert => "deriv alert",
            Rule::Coroot => "Coroot's rule",
            Rule::EveryCycleRose => "every cycle rose",
        }
    }

    /// Whether it calls the series growing.
    pub fn says_growing(self, series: &Readings<'_>) -> bool {
        series.values.len() > FEWEST
            && match self {
                Rule::EndAboveStart => levels::end_above_start(series.values),
                Rule::LeastSquares => regression::slope_is_significant(series.times, series.values),
                Rule::MannKendall => ranks::mann_kendall(series.values),
                Rule::TheilSen => ranks::theil_sen(series.times, series.values),
                Rule::DerivAlert => regression::deriv_alert(series.times, series.values),
                Rule::Coroot => levels::coroot(series),
                Rule::EveryCycleRose => levels::every_cycle_rose(series.values),
            }
    }
}

/// What a rule sees: times in seconds, as many values, and whether these are counts of tasks and not bytes.
pub struct Readings<'a> {
    pub times: &'a [f64],
    pub values: &'a [f64],
    pub counts: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answers(values: &[f64]) -> Vec<Rule> {
        let times: Vec<f64> = (0..values.len()).map(|i| 60.0 * i as f64).collect();
        let series = Readings { times: &times, values, counts: false };
        Rule::ALL.into_iter().filter(|rule| rule.says_growing(&series)).collect()
    }

    #[test]
    fn all_seven_see_a_steep_line_and_none_a_constant() {
        let steep: Vec<f64> = (0..200).map(|i| 1e8 + 2e6 * f64::from(i)).collect();
        assert_eq!(answers(&steep), Rule::ALL);
        assert_eq!(answers(&[1e8; 200]), []);
        assert_eq!(answers(&[1e8, 2e8, 3e8]), []);
    }

    #[test]
    fn a_warm_up_that_ended_long_ago_deceives_five_of_them() {
        let warm: Vec<f64> =
            (0..200).map(|i| 1e8 + 1e8 * (1.0 - (-f64::from(i) / 8.0).exp()) + f64::from(i % 7)).collect();
        let deceived = answers(&warm);
        let not = |rule: &Rule| !deceived.contains(rule);
        assert_eq!(Rule::ALL.into_iter().filter(not).collect::<Vec<_>>(), [Rule::DerivAlert, Rule::Coroot]);
    }
}
