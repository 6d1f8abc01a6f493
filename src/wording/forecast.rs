//! What the rest of a run is likely to decide, in words.

use crate::findings::{DetectableSeries, Forecast, GateBelowDetectable, Per};
use crate::units::{Span, Unit};

use super::phrase::list;

/// The smallest growth that steady is likely to decide; none where warm-up showed too little.
pub fn detectable_growth(forecast: &Forecast) -> Option<String> {
    let all_per_request = forecast.detectable.iter().all(|series| series.per_request.is_some());
    let growth = |series: &DetectableSeries| {
        let (unit, label) = (series.id.unit(), series.id.label());
        // said once, at the end
        let (amount, per) = match series.per_request {
            Some(each) => (unit.show(each), if all_per_request { "" } else { " per request" }),
            None => (unit.show_slope(series.per_s), ""),
        };
        let of = if unit == Unit::Count { "" } else { "of " };
        format!("{amount} {of}{label}{per}")
    };
    let growths: Vec<String> = forecast.detectable.iter().map(growth).collect();
    let steady = Span::from_secs_f64(forecast.steady_s);
    let per = if all_per_request { " per request" } else { "" };
    (!growths.is_empty())
        .then(|| format!("forecast: {steady} of steady can detect {}{per}", list(&growths, "or")))
}

/// That a gate asks for less than that.
pub fn gate_below_detectable(gate: &GateBelowDetectable) -> String {
    let finds = match gate.per {
        Per::Second => gate.unit.show_slope(gate.detectable),
        Per::Request => format!("{} per request", gate.unit.show(gate.detectable)),
    };
    let longer = gate.needs_s.map(|s| format!("; --load-duration of about {} would", Span::from_secs_f64(s)));
    format!(
        "gate '{}' asks for less than this run is likely to decide, which is {finds}{}",
        gate.expr,
        longer.unwrap_or_default()
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::SeriesId;

    #[test]
    fn a_forecast_names_each_series_and_each_gate_below_it() {
        let memory =
            DetectableSeries { id: SeriesId::Rss, per_s: 1024.0 * 1024.0 / 3600.0, per_request: Some(35.0) };
        let threads = DetectableSeries { id: SeriesId::Threads, per_s: 0.38, per_request: Some(0.0038) };
        let said = |detectable: Vec<DetectableSeries>| {
            detectable_growth(&Forecast { steady_s: 20.0, detectable, gates_below: Vec::new() })
        };
        let forecast = said(vec![memory.clone(), threads.clone()]);
        let both =
            "forecast: 20 s of steady can detect 35 B of resident memory or 0.0038 threads per request";
        assert_eq!(forecast.as_deref(), Some(both));
        let watched = DetectableSeries { per_request: None, ..memory };
        assert_eq!(
            said(vec![watched, threads]).as_deref(),
            Some(
                "forecast: 20 s of steady can detect 1.0 MiB/h of resident memory or 0.0038 threads per request"
            )
        );
        assert_eq!(detectable_growth(&Forecast::default()), None);
        let gate = GateBelowDetectable {
            expr: "memory.per_request<10B".into(),
            per: Per::Request,
            detectable: 35.0,
            unit: Unit::Bytes,
            needs_s: Some(60.0),
        };
        assert_eq!(
            gate_below_detectable(&gate),
            "gate 'memory.per_request<10B' asks for less than this run is likely to decide, which is 35 B per request; \
             --load-duration of about 60 s would"
        );
    }
}
