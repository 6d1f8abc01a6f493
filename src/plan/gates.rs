//! Gates as people write them: `fds.slope < 1/h`, `latency.p99 < 50ms`, `rate.held > 95%`, and flags that mean one.

use super::probes::ProbePlan;
use crate::error::{Error, Result, nearest_names, unknown_name};
use crate::evidence::{Aspect, Gate, GateLimit, Judging, Quantity, SeriesId};
use crate::settings::{Layers, RawValue, Settings, Sourced};
use crate::units::{Slope, Unit, parse_amount};

/// So many are offered in place of an unknown aspect.
const NEAREST: usize = 3;

/// The flags that are gates, and what each puts a limit on.
#[expect(clippy::type_complexity, reason = "a table read once, three lines below")]
const FLAGS: [(&str, fn(&Settings) -> &Option<RawValue>, &str); 4] = [
    ("max-memory-slope", |s| &s.max_memory_slope, "memory.slope"),
    ("max-rss-slope", |s| &s.max_rss_slope, "rss.slope"),
    ("max-task-slope", |s| &s.max_task_slope, "tasks.slope"),
    ("max-memory-per-request", |s| &s.max_memory_per_request, "memory.per_request"),
];

/// All gates, the profile's first. One of a stronger layer replaces those on the same quantity and aspect.
/// Series beyond the known ones are those of --metric, --task-metric and --series.
///
/// # Errors
/// The first that cannot be meant, in one line with where it stands.
pub(super) fn read_gates(layers: &Layers, judging: &Judging, probes: &ProbePlan) -> Result<Vec<Gate>> {
    let mut named = judging.series.clone();
    named.extend(probes.metric.iter().cloned());
    named.extend(probes.task_metric.iter().map(|metric| metric.name.clone()));
    let mut gates: Vec<Gate> = Vec::new();
    for (number, layer) in layers.iter().enumerate().rev() {
        let mut own = Vec::new();
        let written = |key: &str, typed: &RawValue| Sourced {
            text: typed.0.clone(),
            place: layer.place(key),
            layer: number,
        };
        for (key, get, what) in FLAGS {
            if let Some(typed) = get(&layer.settings) {
                let value = written(key, typed);
                own.push(
                    parse_gate(&format!("{what} < {}", value.text.trim()), &named)
                        .map_err(|e| value.usage_error(e))?,
                );
            }
        }
        for typed in &layer.settings.gate {
            let value = written("gate", typed);
            own.push(parse_gate(&value.text, &named).map_err(|e| value.usage_error(e))?);
        }
        gates
            .retain(|weaker| !own.iter().any(|g| g.quantity == weaker.quantity && g.aspect == weaker.aspect));
        gates.extend(own);
    }
    if judging.gates_only && gates.is_empty() && layers.get("compare-to", |s| &s.compare_to).is_none() {
        return Err(Error::usage(
            "--gates-only: no gate is given, so nothing could fail: add --gate, or leave out --gates-only",
        ));
    }
    Ok(gates)
}

/// One gate.
///
/// # Errors
/// What of it cannot be meant, and the nearest that can.
fn parse_gate(expr: &str, named: &[String]) -> std::result::Result<Gate, String> {
    let expr = expr.trim();
    let malformed = || {
        format!(
            "invalid gate '{expr}': expected a condition such as 'fds.slope < 1/h' or 'latency.p99 < 50ms'"
        )
    };
    let at = expr.rfind(['<', '>', '≤', '≥']).ok_or_else(malformed)?;
    let left = expr[..at].trim();
    let mut right = expr[at..].chars();
    let at_least = matches!(right.next(), Some('>' | '≥'));
    let limit = right.as_str().trim_start_matches('=').trim();
    if left.is_empty() || limit.is_empty() {
        return Err(malformed());
    }
    let (quantity, unit, aspect) = parse_left_side(left, named)?;
    let held = quantity == Quantity::Rate;
    if held != at_least {
        return Err(if held {
            format!("invalid gate '{expr}': expected 'rate.held > {limit}'")
        } else {
            format!("invalid gate '{expr}': expected '{left} < {limit}'; only rate.held has a lower limit")
        });
    }
    let limit = GateLimit { value: value(limit, unit, aspect)?, unit, at_least };
    Ok(Gate { expr: expr.to_string(), quantity, aspect, limit })
}

/// What stands before the sign: a quantity, its unit, and what of it.
fn parse_left_side(left: &str, named: &[String]) -> std::result::Result<(Quantity, Unit, Aspect), String> {
    // a metric's labels may hold dots, the names before them may not
    let dot = left.find('}').map_or_else(|| left.find('.'), |end| left[end..].find('.').map(|dot| end + dot));
    let (name, aspect) = dot.map_or((left, ""), |dot| (&left[..dot], &left[dot + 1..]));
    let Some(quantity) = all_quantities(named).find(|quantity| is_called(quantity, name)) else {
        let offered = |q: Quantity| aspect_names(&q).into_iter().map(move |aspect| format!("{q}.{aspect}"));
        let all: Vec<String> = all_quantities(named).flat_map(offered).collect();
        let unknown = unknown_name("quantity", left, all.iter().map(String::as_str));
        let examples = if unknown.ends_with('?') {
            ""
        } else {
            "; expected a quantity such as memory.slope, fds.slope or latency.p99"
        };
        return Err(unknown + examples);
    };
    let spelled = if aspect == "p99.9" { "p999" } else { aspect };
    let found =
        offered_aspects(&quantity).iter().find(|offered| spell_aspect(&quantity, **offered) == spelled);
    let Some(found) = found else {
        let offered: Vec<String> =
            aspect_names(&quantity).into_iter().map(|aspect| format!("{name}.{aspect}")).collect();
        let near = nearest_names(left, offered.iter().map(String::as_str), NEAREST);
        return Err(format!(
            "unknown quantity '{left}', did you mean {}? All: soak run --help",
            or_list(&near)
        ));
    };
    let unit = quantity.unit();
    Ok((quantity, unit, *found))
}

/// "a, b or c".
fn or_list(names: &[&str]) -> String {
    match names {
        [first @ .., last] if !first.is_empty() => format!("{} or {last}", first.join(", ")),
        _ => names.concat(),
    }
}

/// What of a quantity can have a limit.
fn offered_aspects(quantity: &Quantity) -> &'static [Aspect] {
    match quantity {
        Quantity::Latency => &[
            Aspect::Percentile(500),
            Aspect::Percentile(900),
            Aspect::Percentile(990),
            Aspect::Percentile(999),
            Aspect::Max,
        ],
        Quantity::Errors | Quantity::Rate => &[Aspect::Ratio],
        Quantity::Memory | Quantity::Series(_) => {
            &[Aspect::Slope, Aspect::PerRequest, Aspect::End, Aspect::Max]
        }
    }
}

/// An aspect as an expression has it: the share of the rate that was held is `rate.held`.
fn spell_aspect(quantity: &Quantity, aspect: Aspect) -> String {
    match (quantity, aspect) {
        (Quantity::Rate, Aspect::Ratio) => "held".into(),
        (_, aspect) => aspect.to_string(),
    }
}

fn aspect_names(quantity: &Quantity) -> Vec<String> {
    offered_aspects(quantity).iter().map(|aspect| spell_aspect(quantity, *aspect)).collect()
}

/// Everything that a gate can be set on: soak's own quantities, the series that soak records and those that the user
/// named.
fn all_quantities(named: &[String]) -> impl Iterator<Item = Quantity> {
    let named = named.iter().map(|name| SeriesId::from(name.as_str()));
    let series = SeriesId::recorded().cloned().chain(named).map(Quantity::Series);
    Quantity::OVERALL.into_iter().chain(series)
}

/// Whether an expression names this quantity so; a series may be named with its unit or without it.
fn is_called(quantity: &Quantity, name: &str) -> bool {
    match quantity {
        Quantity::Memory | Quantity::Latency | Quantity::Errors | Quantity::Rate => {
            quantity.to_string() == name
        }
        Quantity::Series(id) => id.name() == name || id.gate_name() == name,
    }
}

/// The limit in the quantity's unit; slopes each second.
fn value(text: &str, unit: Unit, aspect: Aspect) -> std::result::Result<f64, String> {
    let example = match (unit, aspect) {
        (Unit::Bytes, Aspect::Slope) => "1MiB/h",
        (_, Aspect::Slope) => "10/min",
        (Unit::Bytes, Aspect::PerRequest) => "100B",
        (Unit::Bytes, _) => "512MiB",
        (Unit::Count, Aspect::PerRequest) => "0.01",
        (Unit::Count, _) => "100",
        (Unit::Seconds, _) => "50ms",
        (Unit::Ratio, _) => "1%",
    };
    let bad = || match text.trim().parse::<f64>() {
        Ok(_) => format!("invalid limit '{text}': the unit is missing; expected a limit such as {example}"),
        Err(_) => format!("invalid limit '{text}': expected a limit such as {example}"),
    };
    let (value, written) = if aspect == Aspect::Slope {
        // without a slash it would be per second, which is never meant by '1MiB'
        let slope = text.contains('/').then(|| text.parse::<Slope>().ok()).flatten().ok_or_else(bad)?;
        if slope.per_second == 0.0 {
            return Err(format!(
                "invalid limit '{text}': expected a slope above 0 such as {example}: no growth can be shown to be exactly zero"
            ));
        }
        (slope.per_second, slope.unit)
    } else {
        parse_amount(text).map_err(|_| bad())?
    };
    let fits = written == unit
        // 50 alone hardly ever means seconds
        // and 1 alone would be all of them where one percent is meant
        || (written == Unit::Count && (unit == Unit::Ratio && value < 1.0 || unit == Unit::Seconds && value == 0.0))
        || (unit == Unit::Count && written == Unit::Ratio && aspect == Aspect::PerRequest);
    if !fits || (unit == Unit::Ratio && aspect == Aspect::Ratio && value > 1.0) {
        return Err(bad());
    }
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ok(expr: &str) -> Gate {
        parse_gate(expr, &[]).unwrap()
    }

    fn no(expr: &str) -> String {
        parse_gate(expr, &[]).unwrap_err()
    }

    #[test]
    fn gates_mean_what_they_say() {
        let gate = ok("memory.slope < 1MiB/h");
        assert_eq!((gate.quantity, gate.aspect), (Quantity::Memory, Aspect::Slope));
        assert_eq!(gate.limit, GateLimit { value: 1_048_576.0 / 3600.0, unit: Unit::Bytes, at_least: false });
        assert_eq!(gate.expr, "memory.slope < 1MiB/h");
        assert_eq!(ok("latency.p99<50ms").limit.value, 0.05);
        assert_eq!(ok("latency.p99.9 < 200ms").aspect, Aspect::Percentile(999));
        assert_eq!(ok("errors.ratio <= 1%").limit.value, 0.01);
        assert_eq!(ok("fds.slope < 1/h").quantity, Quantity::Series(SeriesId::Fds));
        assert_eq!(ok("rss_bytes.end < 512MiB").quantity, Quantity::Series(SeriesId::Rss));
        assert_eq!(ok("goroutines.max < 1000").limit.value, 1000.0);
        assert_eq!(ok("memory.per_request < 100B").aspect, Aspect::PerRequest);
        assert_eq!(ok("cpu.max < 80%").limit.unit, Unit::Ratio);
        assert_eq!(ok("cpu.max < 150%").limit.value, 1.5);
        let held = ok("rate.held ≥ 95%");
        assert_eq!((held.quantity, held.aspect, held.limit.at_least), (Quantity::Rate, Aspect::Ratio, true));
    }

    #[test]
    fn metrics_that_were_asked_for_are_quantities_too() {
        let named = ["cache_bytes".to_string(), "jobs{queue=\"a.b\"}".to_string()];
        assert_eq!(parse_gate("cache.slope < 1MiB/h", &named).unwrap().limit.unit, Unit::Bytes);
        let gate = parse_gate("jobs{queue=\"a.b\"}.end < 10", &named).unwrap();
        assert_eq!(gate.quantity, Quantity::Series("jobs{queue=\"a.b\"}".into()));
        assert!(parse_gate("cache.slope < 1MiB/h", &[]).is_err());
    }

    #[test]
    fn what_cannot_be_meant_says_what_can() {
        assert_eq!(no("mem.slope < 1MiB/h"), "unknown quantity 'mem.slope', did you mean 'memory.slope'?");
        assert_eq!(no("latancy.p99 < 1ms"), "unknown quantity 'latancy.p99', did you mean 'latency.p99'?");
        assert_eq!(
            no("latency.p98 < 1ms"),
            "unknown quantity 'latency.p98', did you mean latency.p90, latency.p99 or latency.p999? All: soak run --help"
        );
        assert!(no("latency.slope < 1ms").contains("did you mean latency."));
        assert!(no("memory < 1MiB/h").contains("memory.slope"));
        assert!(no("memory.slope").starts_with("invalid gate"));
        assert!(no("< 5").starts_with("invalid gate"));
        assert!(no("memory.slope > 1MiB/h").contains("only rate.held"));
        assert!(no("rate.held < 95%").contains("rate.held > 95%"));
        assert_eq!(no("memory.slope < 1MiB"), "invalid limit '1MiB': expected a limit such as 1MiB/h");
        assert!(no("rss.slope < 1/h").contains("1MiB/h"));
        assert!(no("fds.slope < 1MiB/h").contains("10/min"));
        assert!(no("fds.slope < 0/h").contains("above 0 such as 10/min"));
        for bad in ["NaN/h", "-1/h", "inf/h", "x/h", "1/fortnight"] {
            assert!(parse_gate(&format!("fds.slope < {bad}"), &[]).is_err(), "{bad}");
        }
        assert!(no("errors.ratio < 150%").starts_with("invalid limit"));
        assert!(no("latency.p99 < 50MiB").contains("50ms"));
        assert!(no("latency.p99 < NaN").contains("50ms"));
    }
}
