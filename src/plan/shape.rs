//! The table `[shape]` of a profile: how the rate goes over steady, checked for what contradicts itself.
//!
//! A rate in it is one of its own, `50/s`, or a share of --rate, `20%`; a time that is left out is steady's.

use crate::error::{Error, Result, unknown_name};
use crate::settings::{Layers, RawValue, ShapeTable, Sourced};
use crate::units::{Level, Span};
use crate::workload::LoadShape;

/// Which keys each kind has.
const KINDS: [(&str, &[&str]); 5] = [
    ("constant", &[]),
    ("ramp", &["from", "to", "over"]),
    ("steps", &["rates", "each"]),
    ("spikes", &["to", "every", "for"]),
    ("sine", &["low", "high", "period"]),
];

/// A shape before it is known how long steady is.
#[derive(Debug, Clone)]
pub(super) struct WantedShape {
    shape: LoadShape,
    /// Its time was left out, and is steady's.
    whole: bool,
    /// Its rates are shares of --rate, or some of them.
    pub(super) of_rate: bool,
    /// Where it was written: `profiles/x.toml: shape`.
    pub(super) place: String,
}

impl WantedShape {
    /// The strongest layer's; none where the rate is constant. `base` is what shares are of.
    ///
    /// # Errors
    /// In one line, with the place: no such kind, a key that is missing or another kind's, rates or times that
    /// contradict each other.
    pub(super) fn read(layers: &Layers, base: Level) -> Result<Option<WantedShape>> {
        let tables = layers.iter().enumerate();
        let mut tables = tables.filter_map(|(i, layer)| Some((i, layer, layer.settings.shape.as_ref()?)));
        let Some((layer, written, table)) = tables.next() else { return Ok(None) };
        Reader { table, place: written.place("shape"), layer, base }.read()
    }

    /// The shape of a steady that takes so long.
    pub(super) fn over(&self, steady: Span) -> LoadShape {
        let mut shape = self.shape.clone();
        if self.whole {
            match &mut shape {
                LoadShape::Ramp { over: time, .. } | LoadShape::Sine { period: time, .. } => *time = steady,
                LoadShape::Steps { rates, each } => *each = Span(steady.0 / rates.len().max(1) as u32),
                LoadShape::Spikes { .. } => {}
            }
        }
        shape
    }

    /// The same, where steady's time is final.
    ///
    /// # Errors
    /// When steady would be over before the shape has shown what it is.
    pub(super) fn within(&self, steady: Span) -> Result<LoadShape> {
        let shape = self.over(steady);
        let (key, takes, phrase) = match &shape {
            LoadShape::Ramp { over, .. } => ("over", *over, "the ramp takes"),
            LoadShape::Steps { rates, each } => ("each", Span(each.0 * rates.len() as u32), "the steps take"),
            LoadShape::Spikes { every, .. } => ("every", *every, "the first spike ends after"),
            // a part of a day is a load, too
            LoadShape::Sine { .. } => return Ok(shape),
        };
        if takes > steady {
            let place = &self.place;
            return Err(Error::usage(format!("{place}.{key}: {phrase} {takes}, and steady only {steady}")));
        }
        Ok(shape)
    }
}

/// Reads one table.
struct Reader<'a> {
    table: &'a ShapeTable,
    place: String,
    layer: usize,
    base: Level,
}

impl Reader<'_> {
    fn read(self) -> Result<Option<WantedShape>> {
        let kinds = || KINDS.map(|(kind, _)| kind);
        let Some(kind) = &self.table.kind else {
            return Err(self.usage_error("kind", format!("missing, expected one of: {}", kinds().join(", "))));
        };
        let Some((kind, keys)) = KINDS.into_iter().find(|(known, _)| *known == kind.0.trim()) else {
            return Err(self.usage_error("kind", unknown_name("shape", &kind.0, kinds())));
        };
        if let Some((key, _)) = self.keys().into_iter().find(|(key, there)| *there && !keys.contains(key)) {
            let has = if keys.is_empty() { "no other key".into() } else { keys.join(", ") };
            return Err(self.usage_error(key, format!("unknown key for kind {kind}: expected {has}")));
        }
        let Some((shape, whole)) = self.shape(kind)? else { return Ok(None) };
        let of_rate =
            matches!(shape, LoadShape::Spikes { .. }) || self.levels().any(|text| is_share(&text.0));
        Ok(Some(WantedShape { shape, whole, of_rate, place: self.place }))
    }

    /// The shape of this kind, and whether its time is steady's; none where it is constant.
    fn shape(&self, kind: &str) -> Result<Option<(LoadShape, bool)>> {
        let table = self.table;
        Ok(Some(match kind {
            "ramp" => {
                let (from, to) = (self.level("from", &table.from)?, self.level("to", &table.to)?);
                if from == to {
                    return Err(self.usage_error("to", format!("a ramp from {from} to {to} is constant")));
                }
                let over = self.span("over", &table.over)?;
                (LoadShape::Ramp { from, to, over: over.unwrap_or_default() }, over.is_none())
            }
            "steps" => {
                let rates = table.rates.iter().map(|text| self.level_of("rates", text));
                let rates = rates.collect::<Result<Vec<Level>>>()?;
                if rates.iter().all(|rate| rate.0 == 0.0) {
                    return Err(self.usage_error(
                        "rates",
                        "expected at least one rate above zero, such as [\"50/s\", \"100/s\"]",
                    ));
                }
                let each = self.span("each", &table.each)?;
                (LoadShape::Steps { rates, each: each.unwrap_or_default() }, each.is_none())
            }
            "spikes" => {
                let (from, to) = (self.base, self.level("to", &table.to)?);
                let every = self.span("every", &table.every)?.ok_or_else(|| self.missing("every"))?;
                let lasts = self.span("for", &table.lasts)?.ok_or_else(|| self.missing("for"))?;
                if lasts >= every {
                    let reason = format!("a spike of {lasts} every {every} leaves no time between them");
                    return Err(self.usage_error("for", reason));
                }
                if to <= from {
                    return Err(self
                        .usage_error("to", format!("a spike to {to} does not rise above the rate, {from}")));
                }
                (LoadShape::Spikes { from, to, every, lasts }, false)
            }
            "sine" => {
                let (low, high) = (self.level("low", &table.low)?, self.level("high", &table.high)?);
                if low >= high {
                    return Err(self.usage_error("high", format!("{high} is not above low, {low}")));
                }
                let period = self.span("period", &table.period)?;
                (LoadShape::Sine { low, high, period: period.unwrap_or_default() }, period.is_none())
            }
            _ => return Ok(None),
        }))
    }

    /// Every key but the kind, and whether it is there.
    fn keys(&self) -> [(&'static str, bool); 10] {
        let t = self.table;
        [
            ("from", t.from.is_some()),
            ("to", t.to.is_some()),
            ("over", t.over.is_some()),
            ("rates", !t.rates.is_empty()),
            ("each", t.each.is_some()),
            ("every", t.every.is_some()),
            ("for", t.lasts.is_some()),
            ("low", t.low.is_some()),
            ("high", t.high.is_some()),
            ("period", t.period.is_some()),
        ]
    }

    fn levels(&self) -> impl Iterator<Item = &RawValue> {
        let t = self.table;
        [&t.from, &t.to, &t.low, &t.high].into_iter().flatten().chain(&t.rates)
    }

    fn level(&self, key: &str, typed: &Option<RawValue>) -> Result<Level> {
        typed.as_ref().map_or_else(|| Err(self.missing(key)), |typed| self.level_of(key, typed))
    }

    fn level_of(&self, key: &str, typed: &RawValue) -> Result<Level> {
        self.sourced(key, typed).level(self.base)
    }

    fn span(&self, key: &str, typed: &Option<RawValue>) -> Result<Option<Span>> {
        typed.as_ref().map(|typed| self.sourced(key, typed).positive_span()).transpose()
    }

    fn sourced(&self, key: &str, typed: &RawValue) -> Sourced {
        Sourced { text: typed.0.clone(), place: format!("{}.{key}", self.place), layer: self.layer }
    }

    fn missing(&self, key: &str) -> Error {
        let example =
            if matches!(key, "every" | "for") { "30s" } else { "50/s, or a share of the rate, 20%" };
        self.usage_error(key, format!("missing, expected a value such as {example}"))
    }

    fn usage_error(&self, key: &str, reason: impl std::fmt::Display) -> Error {
        Error::usage(format!("{}.{key}: {reason}", self.place))
    }
}

fn is_share(text: &str) -> bool {
    text.trim().ends_with('%')
}
