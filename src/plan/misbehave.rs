//! The mix of misbehaving clients: which behaviours, with which share of the requests, in blocks of which length.

use std::collections::BTreeMap;

use super::blocks::blocks;
use super::request::RequestPlan;
use crate::error::{Error, Result};
use crate::settings::Layers;
use crate::units::{Rate, Span, Unit, parse_amount};
use crate::workload::{Behaviour, MisbehavePlan, Pattern};

/// So much must be left to those that behave: they are the load, and what the others are compared with.
const MOST: f64 = 0.8;

/// The mix that was asked for; none where every client behaves.
///
/// # Errors
/// In one line, with the place: no such behaviour, no share, too much in all, another protocol, a closed loop, or a
/// load that is not even.
pub(super) fn read_mix(
    layers: &Layers,
    requests: &[RequestPlan],
    rate: Rate,
    pattern: &Pattern,
    interval: Span,
) -> Result<Option<MisbehavePlan>> {
    let all = layers.get_list("misbehave", |s| &s.misbehave);
    let mut mix = BTreeMap::new();
    for written in &all {
        for item in written.text.split(',').map(str::trim).filter(|item| !item.is_empty() && *item != "off") {
            let Some((name, share)) = item.split_once('=') else {
                return Err(
                    written.usage_error(format!("'{item}' has no share: expected a share such as {item}=5%"))
                );
            };
            let behaviour: Behaviour = name.trim().parse().map_err(|e| written.usage_error(e))?;
            let share = read_share(share).map_err(|reason| written.usage_error(reason))?;
            if mix.insert(behaviour, share).is_some() {
                return Err(written.usage_error(format!("'{behaviour}' is given twice")));
            }
        }
    }
    let (Some(first), false) = (all.first(), mix.is_empty()) else { return Ok(None) };
    let sum: f64 = mix.values().sum();
    if sum > MOST + 1e-9 {
        return Err(first.usage_error(format!(
            "{} of the requests would misbehave: expected at most {}, because they are compared with the others",
            Unit::Ratio.show(sum),
            Unit::Ratio.show(MOST)
        )));
    }
    let ways = [
        ("http2", layers.is_on(|s| s.http2)),
        ("unix-socket", layers.get("unix-socket", |s| &s.unix_socket).is_some()),
    ];
    let proxy = ("proxy", layers.get("proxy", |s| &s.proxy).is_some());
    if let Some((way, _)) = ways.into_iter().chain([proxy]).find(|(_, asked)| *asked) {
        return Err(
            first.usage_error(format!("misbehaving clients use HTTP/1.1 over TCP: leave out --{way}"))
        );
    }
    let Some(rate) = rate.per_second() else {
        return Err(Error::usage("--rate: --misbehave needs a rate such as 100/s, not max"));
    };
    if !pattern.is_even() {
        let has = if pattern.shape.is_some() { "a shape" } else { "Poisson arrivals" };
        let reason = format!("its blocks need the same requests each second, and the load has {has}");
        return Err(first.usage_error(format!("{reason}: leave one of them out")));
    }
    Ok(Some(MisbehavePlan { blocks: blocks(requests, rate, sum, interval), mix }))
}

/// A share of the requests: of some and not of all.
pub(super) fn read_share(text: &str) -> std::result::Result<f64, String> {
    match parse_amount(text.trim()) {
        Ok((share, Unit::Ratio | Unit::Count)) if share > 0.0 && share < 1.0 => Ok(share),
        _ => Err(format!("invalid share '{}': expected a share such as 5% or 0.05", text.trim())),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::settings::Settings;

    fn asked(mix: &str, url: &str, rate: f64) -> Result<Option<MisbehavePlan>> {
        let flags = Settings { misbehave: vec![mix.into()], ..Settings::default() };
        let layers = Layers::new(flags, Settings::default(), None);
        let rate = if rate > 0.0 { Rate::PerSecond(rate) } else { Rate::Max };
        let request = RequestPlan::get(url.parse().unwrap());
        read_mix(&layers, &[request], rate, &Pattern::default(), Span(Duration::from_millis(200)))
    }

    #[test]
    fn a_mix_is_shares_by_name_and_off_is_none() {
        let plan = asked("hang-up=5%, reset = 0.02", "http://h/", 50.0).unwrap().unwrap();
        assert_eq!(plan.mix, BTreeMap::from([(Behaviour::HangUp, 0.05), (Behaviour::Reset, 0.02)]));
        assert_eq!(plan.blocks.block, Span(Duration::from_secs(1)));
        assert_eq!(asked("hang-up=5%,reset=0.02", "https://h/", 50.0).unwrap(), Some(plan));
        assert_eq!(asked("off", "http://h/", 50.0).unwrap(), None);
        assert_eq!(asked("churn=1%", "http://h/", 0.5).unwrap().unwrap().blocks.block.secs(), 20.0);
    }

    #[test]
    fn what_cannot_be_sent_is_refused_in_a_line() {
        for (mix, url, rate, reason) in [
            (
                "hangup=5%",
                "http://h/",
                50.0,
                "--misbehave: unknown behaviour 'hangup', did you mean 'hang-up'?",
            ),
            (
                "hang-up",
                "http://h/",
                50.0,
                "--misbehave: 'hang-up' has no share: expected a share such as hang-up=5%",
            ),
            ("reset=much", "http://h/", 50.0, "--misbehave: invalid share 'much'"),
            ("reset=0", "http://h/", 50.0, "--misbehave: invalid share '0'"),
            ("reset=1%,reset=2%", "http://h/", 50.0, "--misbehave: 'reset' is given twice"),
            ("reset=50%,churn=40%", "http://h/", 50.0, "--misbehave: 90 % of the requests would misbehave"),
            ("reset=5%", "http://h/", 0.0, "--rate: --misbehave needs a rate"),
        ] {
            let line = asked(mix, url, rate).unwrap_err().to_string();
            assert!(line.starts_with(reason), "{line}");
        }
    }
}
