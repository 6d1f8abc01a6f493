//! How requests arrive: shape, arrivals and warm-up's ramp become a [`Pattern`], and the time that --requests take.

use super::shape::WantedShape;
use crate::error::{Error, Result, unknown_name};
use crate::settings::{LONGEST_SPAN, Layers, SLOWEST_RATE};
use crate::units::{Level, Rate, Span};
use crate::workload::{Arrivals, LoadShape, Pattern};

/// What was asked for, before it is known how long steady is.
pub(super) struct LoadSettings {
    rate: Rate,
    shape: Option<WantedShape>,
    arrivals: Arrivals,
    warmup_ramp: bool,
    /// How long --requests take in steady, where they are given and the rate tells.
    pub(super) requests_take: Option<Span>,
}

impl LoadSettings {
    /// `rate` is --rate or its default.
    ///
    /// # Errors
    /// In one line, with the place: what is wrong with the shape, a shape or arrivals without a rate, a rate that the
    /// shape makes no use of, requests that it never comes to.
    pub(super) fn read(layers: &Layers, rate: Rate, requests: Option<u64>) -> Result<LoadSettings> {
        let base = Level(rate.per_second().unwrap_or(0.0));
        let arrivals = read_arrivals(layers)?;
        let no_rate =
            |what: &str| Error::usage(format!("{what}, and --rate max has none: leave out one of them"));
        if rate == Rate::Max && arrivals == Arrivals::Poisson {
            return Err(no_rate("--arrivals: Poisson arrivals need a rate"));
        }
        let place =
            layers.iter().find(|layer| layer.settings.shape.is_some()).map(|layer| layer.place("shape"));
        if let (Rate::Max, Some(place)) = (rate, place) {
            return Err(no_rate(&format!("{place}: a shape needs a rate")));
        }
        let shape = WantedShape::read(layers, base)?;
        if let (Some(shape), Some(written)) = (&shape, layers.get("rate", |s| &s.rate))
            && !shape.of_rate
        {
            return Err(written.usage_error(format!(
                "{} sets the rates: leave out this one, or write those as shares of it, such as 20%",
                shape.place
            )));
        }
        let warmup_ramp = rate != Rate::Max && !layers.is_on(|s| s.no_warmup_ramp);
        let mut load = LoadSettings { rate, shape, arrivals, warmup_ramp, requests_take: None };
        load.requests_take = requests.map(|n| load.time_of(layers, n)).transpose()?.flatten();
        Ok(load)
    }

    /// How long so many take; none in a closed loop, whose rate is not known.
    fn time_of(&self, layers: &Layers, requests: u64) -> Result<Option<Span>> {
        let Some(rate) = self.rate.per_second() else { return Ok(None) };
        let count = match self.arrivals {
            Arrivals::Even => requests as f64,
            // by chance there may be fewer: of as many as this, by six deviations, and of a few never
            Arrivals::Poisson => requests as f64 + 6.0 * (requests as f64).sqrt() + 18.0,
        };
        let seconds = match &self.shape {
            None => count / rate,
            // the shape itself may be as long as steady; the count grows with it all the same
            Some(wanted) => {
                let enough = |seconds: f64| wanted.over(Span::from_secs_f64(seconds)).count(seconds) >= count;
                let (mut short, mut long) = (0.0, LONGEST_SPAN.secs());
                if !enough(long) {
                    let place = layers.get("requests", |s| &s.requests).map(|written| written.place);
                    let (place, shape) = (place.unwrap_or_default(), &wanted.place);
                    return Err(Error::usage(format!("{place}: {shape} never comes to {requests} requests")));
                }
                while long - short > 1e-3 {
                    let middle = 0.5 * (short + long);
                    if enough(middle) { long = middle } else { short = middle }
                }
                long
            }
        };
        // a second more than the last request needs, so that it is sent and not dropped
        Ok(Some(Span::from_secs_f64(seconds + 1.0)))
    }

    /// The mean rate over a steady of this length, and how requests arrive at it.
    ///
    /// # Errors
    /// In one line, with the place: a shape longer than steady, or one that sends next to nothing.
    pub(super) fn fit_to(self, steady: Span) -> Result<(Rate, Pattern)> {
        let LoadSettings { rate, shape: wanted, arrivals, warmup_ramp, .. } = self;
        let Some(wanted) = wanted else {
            return Ok((rate, Pattern { arrivals, warmup_ramp, of: None, shape: None }));
        };
        let shape: LoadShape = wanted.within(steady)?;
        let mean = shape.mean(steady);
        if mean.0 < SLOWEST_RATE {
            return Err(Error::usage(format!("{}: less than one request per day", wanted.place)));
        }
        let of = rate.per_second().map(Level).filter(|_| wanted.of_rate);
        Ok((Rate::PerSecond(mean.0), Pattern { arrivals, warmup_ramp, of, shape: Some(shape) }))
    }
}

fn read_arrivals(layers: &Layers) -> Result<Arrivals> {
    let Some(written) = layers.get("arrivals", |s| &s.arrivals) else { return Ok(Arrivals::Even) };
    match written.text.trim() {
        "even" => Ok(Arrivals::Even),
        "poisson" => Ok(Arrivals::Poisson),
        other => Err(written.usage_error(unknown_name("arrivals", other, ["even", "poisson"]))),
    }
}

#[cfg(test)]
mod tests;
