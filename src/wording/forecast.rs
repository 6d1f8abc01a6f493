//! What the rest of a run is likely to decide, in words.

use crate::findings::{Forecast, GateBelowDetectable, Per};
use crate::units::Span;

/// The smallest growth that steady is likely to decide; none where warm-up showed too little.
pub fn detectable_growth(forecast: &Forecast) -> Option<String> {
    let growths: Vec<String> = forecast
        .detectable
        .iter()
        .map(|series| {
            let (unit, label) = (series.id.unit(), series.id.label());
            let growth = match series.per_request {
                Some(each) => format!("{} per request", unit.show(each)),
                None => unit.show_slope(series.per_s),
            };
            format!("{label} by {growth}")
        })
        .collect();
    let steady = Span::from_secs_f64(forecast.steady_s);
    (!growths.is_empty()).then(|| {
        format!("forecast: {steady} of steady can detect growth of {} or more", growths.join(", of "))
    })
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
    use crate::findings::DetectableSeries;
    use crate::units::Unit;

    #[test]
    fn a_forecast_names_each_series_and_each_gate_below_it() {
        let memory =
            DetectableSeries { id: SeriesId::Rss, per_s: 1024.0 * 1024.0 / 3600.0, per_request: Some(35.0) };
        let forecast = Forecast { steady_s: 20.0, detectable: vec![memory], gates_below: Vec::new() };
        assert_eq!(
            detectable_growth(&forecast).as_deref(),
            Some("forecast: 20 s of steady can detect growth of resident memory by 35 B per request or more")
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
