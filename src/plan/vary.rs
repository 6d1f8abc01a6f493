//! --vary: which parts of the requests differ from one to the next, and which keys they have.
//!
//! A key is a number, from 1; what a request is filled with follows from its key, so that a repeated key gives the same
//! request again. Comes in: the requests as they were read. Goes out: the same, with their templates; where `reuse`
//! asks for repeated keys, each request becomes two kinds, one with new keys and one with repeated ones, which are dealt
//! to blocks like any requests by name.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::Arc;

use reqwest::header::{HeaderName, HeaderValue};

use super::misbehave::read_share;
use super::request::RequestPlan;
use super::rows::{Rows, read_rows};
use super::sessions::SessionsPlan;
use super::template::{RequestTemplate, Slot, Template, Vary};
use crate::error::{Error, Result, unknown_name};
use crate::evidence::{KeyUse, RequestKeys, VaryRecord};
use crate::settings::{Layers, Sourced};
use crate::workload::ONLY;

/// Where in a request a slot is.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Place {
    Url,
    Header(HeaderName),
    Data,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Place::Url => f.write_str("URL"),
            Place::Header(name) => write!(f, "header {name}"),
            Place::Data => f.write_str("data"),
        }
    }
}

/// Three bytes of a URL may stand for one of a cell, and a URL ends at 64 KiB.
const LONGEST_CELL: usize = 2048;
/// The slots of a request choose from no more combinations: a draw of them is one number.
const MOST_COMBINATIONS: u64 = 1 << 62;
/// TOML's whole numbers end here.
const LARGEST_SEED: u64 = i64::MAX.unsigned_abs();
/// A seed that a person can copy.
const SHORT_SEED: u64 = u32::MAX as u64;

/// The requests with their templates; the same where --vary is not given.
///
/// # Errors
/// In one line, with the place: an unknown slot, column or captured value, --vary without any slot, data or logins
/// without --vary, and logins that no request needs.
pub(super) fn add_templates(
    layers: &Layers,
    requests: &mut [RequestPlan],
    sessions: Option<&mut SessionsPlan>,
) -> Result<()> {
    let rows = read_rows(layers)?.map(Arc::new);
    if !layers.is_on(|s| s.vary) {
        let table = rows.map(|_| "[rows]").or(sessions.map(|_| "[[login]]"));
        let seed = layers.get("seed", |s| &s.seed).map(|_| "--seed");
        return table.or(seed).map_or(Ok(()), |table| {
            let reason = "its values are used with --vary alone: expected vary = true";
            Err(Error::usage(format!("{table}: {reason}")))
        });
    }
    let seed = match layers.read("seed", |s| &s.seed, |n| n.whole_number(LARGEST_SEED))? {
        Some(seed) => seed,
        // another for each run, so that a second run against the same service has new keys
        None => RandomState::new().build_hasher().finish() & SHORT_SEED,
    };
    let slots = sessions.as_ref().map(|sessions| Arc::new(sessions.slots()));
    let add = |request: &mut RequestPlan, number: usize, known: &[String]| {
        let template = RequestTemplate::new(&request.url, &request.headers, &request.body)?;
        request.vary = Some(Vary {
            seed,
            template,
            rows: rows.clone(),
            sessions: slots.clone(),
            keys: KeyUse::Next,
            request: number,
            origin: request.name.clone(),
        });
        check_slots(request, known)
    };
    let all_names = slots.as_ref().map_or(&[][..], |slots| &slots.names);
    for (number, request) in requests.iter_mut().enumerate() {
        let place = match request.name.as_str() {
            ONLY => "--vary".into(),
            name => format!("request '{name}'"),
        };
        add(request, number, all_names).map_err(|reason| Error::usage(format!("{place}: {reason}")))?;
    }
    let mut captured = 0;
    for (number, login) in sessions.into_iter().flat_map(|sessions| &mut sessions.logins).enumerate() {
        let place = format!("login '{}'", login.request.name);
        add(&mut login.request, number, &all_names[..captured])
            .map_err(|reason| Error::usage(format!("{place}: {reason}")))?;
        captured += login.captures.len();
    }
    if requests.iter().all(|request| request.slots().is_empty()) {
        let expected = "expected one such as {{seq}} in the URL, a header or the data";
        return Err(Error::usage(format!("--vary: the request has no slot: {expected}")));
    }
    // a login may use them, too
    if let Some(rows) =
        rows.as_ref().filter(|_| slots.is_none() && !requests.iter().any(RequestPlan::takes_rows))
    {
        let expected = "expected one such as {{row.COLUMN}} in the URL, a header or the data";
        return Err(Error::usage(format!("[rows]: no slot uses {}: {expected}", rows.record.file)));
    }
    match all_names.first() {
        Some(name) if !requests.iter().any(RequestPlan::has_session) => Err(Error::usage(format!(
            "[[login]]: no request needs it: expected {} in the URL, a header or the data",
            Slot::Session(name.clone())
        ))),
        _ => Ok(()),
    }
}

/// The requests, each that repeats keys, in the share that comes with it, as two.
///
/// # Errors
/// In one line, with the place: a share outside 0 to 1, and a request without a slot that is new each time.
pub(super) fn split_by_keys(
    requests: impl IntoIterator<Item = (RequestPlan, Option<Sourced>)>,
) -> Result<Vec<RequestPlan>> {
    let mut all = Vec::new();
    for (request, reuse) in requests {
        let Some(written) = reuse else {
            all.push(request);
            continue;
        };
        let share = read_share(&written.text).map_err(|reason| written.usage_error(reason))?;
        if !request.slots().iter().any(|(_, slot)| slot.is_new_each_time()) {
            let reason = "no key is new each time: expected --vary and a slot such as {{seq}} or {{uuid}}";
            return Err(written.usage_error(reason));
        }
        for (keys, share) in [(KeyUse::New, 1.0 - share), (KeyUse::Repeated, share)] {
            all.push(RequestPlan {
                name: keys.name_of(&request.name),
                weight: request.weight * share,
                vary: request.vary.clone().map(|vary| Vary { keys, ..vary }),
                ..request.clone()
            });
        }
    }
    Ok(all)
}

/// What may be written down of how requests differ; none where they do not.
pub(super) fn record(requests: &[RequestPlan], sessions: Option<&SessionsPlan>) -> Option<VaryRecord> {
    let first = requests.iter().find_map(|request| request.vary.as_ref())?;
    let mut slots = Vec::new();
    for slot in requests.iter().flat_map(RequestPlan::slots).map(|(place, slot)| format!("{place} {slot}")) {
        if !slots.contains(&slot) {
            slots.push(slot);
        }
    }
    let keys = requests.iter().filter(|request| request.slots().iter().any(|(_, slot)| is_key(slot)));
    let keys = keys.filter_map(|request| {
        let Vary { keys, origin, .. } = request.vary.as_ref()?;
        let new = |slot: &Slot| slot.is_new_each_time() && *slot != Slot::Seq;
        let distinct = distinct(request);
        let from_one = distinct.is_none() && !request.slots().iter().any(|(_, slot)| new(slot));
        let (request, origin) = (request.name.clone(), origin.clone());
        Some(RequestKeys { request, origin, keys: *keys, distinct, from_one })
    });
    let rows = first.rows.as_ref().map(|rows| rows.record.clone());
    let sessions = sessions.map(SessionsPlan::record);
    Some(VaryRecord { seed: first.seed, slots, rows, sessions, keys: keys.collect() })
}

impl RequestPlan {
    /// A slot in its URL, a header or its body that is sent as it is written, because --vary is not given.
    pub fn slot_without_vary(&self) -> Option<Slot> {
        if self.vary.is_some() {
            return None;
        }
        let template = RequestTemplate::new(&self.url, &self.headers, &self.body).ok()?;
        let headers = self.headers.values().filter_map(|value| Template::parse(value.to_str().ok()?).ok());
        let all = [template.target, template.body].into_iter().chain(headers);
        all.into_iter().find_map(|template| template.slots().next().cloned())
    }

    /// Whether it is filled from rows.
    fn takes_rows(&self) -> bool {
        self.slots().iter().any(|(_, slot)| matches!(slot, Slot::Row(_)))
    }

    /// Whether it belongs to a session.
    pub fn has_session(&self) -> bool {
        self.slots().iter().any(|(_, slot)| matches!(slot, Slot::Session(_)))
    }

    /// Its slots, each with its place: none of its text, which may be secret.
    fn slots(&self) -> Vec<(Place, Slot)> {
        let template = self.vary.as_ref().map(|vary| &vary.template);
        let url = template.map(|template| (Place::Url, &template.target));
        let headers = self.slot_headers.iter().map(|(name, value)| (Place::Header(name.clone()), value));
        let data = template.map(|template| (Place::Data, &template.body));
        let texts = url.into_iter().chain(headers).chain(data);
        texts.flat_map(|(place, text)| text.slots().map(move |slot| (place.clone(), slot.clone()))).collect()
    }
}

/// How many different keys a request has; none where each is new, or nothing says when all were seen.
fn distinct(request: &RequestPlan) -> Option<u64> {
    let mut choices: u64 = 1;
    let (mut has_rows, mut has_session) = (false, false);
    for (_, slot) in request.slots() {
        has_rows |= matches!(slot, Slot::Row(_));
        has_session |= matches!(slot, Slot::Session(_));
        if slot.is_new_each_time() {
            return None;
        }
        choices = choices.saturating_mul(slot.choices().unwrap_or(1));
    }
    let vary = request.vary.as_ref();
    let rows = vary.and_then(|vary| vary.rows.as_ref()).filter(|_| has_rows);
    let sessions = vary.and_then(|vary| vary.sessions.as_ref()).filter(|_| has_session);
    let rows = rows.map_or(1, |rows| rows.count());
    // sessions go round with the rows that they logged in with
    Some(choices.saturating_mul(rows.max(sessions.map_or(1, |sessions| sessions.count))))
}

/// Whether a slot makes one request differ from another; the time does so for every request, and names nothing.
fn is_key(slot: &Slot) -> bool {
    !matches!(slot, Slot::Now | Slot::NowMs)
}

/// Whether what the slots of a request need is there: columns, and captured values, of which these are known.
fn check_slots(request: &RequestPlan, captured: &[String]) -> std::result::Result<(), String> {
    let all = request.slots();
    let choices = all.iter().filter_map(|(_, slot)| slot.choices());
    let combinations = choices.into_iter().try_fold(1_u64, u64::checked_mul);
    if combinations.is_none_or(|all| all > MOST_COMBINATIONS) {
        return Err(
            "its slots have more combinations than can be counted: use {{seq}} or {{uuid}} for one".into()
        );
    }
    let has_logins = request.vary.as_ref().is_some_and(|vary| vary.sessions.is_some());
    let rows = request.vary.as_ref().and_then(|vary| vary.rows.as_ref());
    for (place, slot) in all {
        match slot {
            Slot::Session(ref name) if captured.contains(name) => {}
            Slot::Session(_) if captured.is_empty() => {
                let which = if has_logins { "an earlier [[login]]" } else { "a [[login]]" };
                return Err(format!("{place}: {slot} needs {which} that captures it"));
            }
            Slot::Session(ref name) => {
                let unknown = unknown_name("captured value", name, captured.iter().map(String::as_str));
                return Err(format!("{place}: {unknown}"));
            }
            Slot::Row(ref column) => {
                let Some(rows) = rows else {
                    return Err(format!(
                        "{place}: {slot} needs data: expected [rows] with file in a profile"
                    ));
                };
                let number =
                    rows.column(column).ok_or_else(|| format!("{place}: {}", rows.unknown_column(column)))?;
                check_values(rows, number, column, &place)?;
            }
            _ => {}
        }
    }
    Ok(())
}

/// What a URL or a header cannot carry is found now, and not in the middle of a run: in a header line breaks and control
/// characters, in a URL what is long, and what a path would be shortened by.
fn check_values(rows: &Rows, number: usize, column: &str, place: &Place) -> std::result::Result<(), String> {
    let bad = |cell: &str| match place {
        Place::Url if cell == "." || cell == ".." => {
            Some("in a URL: expected a value other than '.' and '..'")
        }
        Place::Url if cell.len() > LONGEST_CELL => Some("in a URL: expected at most 2048 bytes"),
        Place::Header(_) if HeaderValue::from_str(cell).is_err() => {
            Some("in a header: expected no line breaks or control characters")
        }
        Place::Url | Place::Header(_) | Place::Data => None,
    };
    let first = (0..rows.count()).find_map(|row| Some((row, bad(rows.cell(row, number))?)));
    first.map_or(Ok(()), |(row, why)| {
        Err(format!("column '{column}': row {} of {} cannot be sent {why}", row + 1, rows.record.file))
    })
}

#[cfg(test)]
mod tests;
