//! The tables `[[login]]` and `[sessions]` of a profile: the requests that begin a session, and what is captured of
//! their answers.
//!
//! Comes in: the tables. Goes out: a [`SessionsPlan`] whose requests are yet without their templates, which
//! `vary.rs` adds.

use std::time::Duration;

use reqwest::StatusCode;
use reqwest::header::HeaderName;

use super::host::Host;
use super::request::{self, RequestPlan};
use super::table_reader::{TableReader, table_place};
use super::template::{SessionSlots, Slot, Template};
use super::url::redacted_url;
use crate::error::{Error, Result};
use crate::evidence::{LoginRecord, SessionsRecord};
use crate::settings::{CaptureTable, Layer, Layers, RawValue, SessionsTable, Sourced};
use crate::units::Span;

/// Each is logged in before the load and kept in memory.
const MOST_SESSIONS: u64 = 10_000;
/// A session takes a few requests to begin, not a script.
const MOST_LOGINS: usize = 8;

/// The sessions that requests belong to.
#[derive(Debug, Clone)]
pub struct SessionsPlan {
    /// What begins one, in order.
    pub logins: Vec<LoginPlan>,
    /// How many.
    pub count: u64,
    /// How long each is good for; none where that is not known.
    pub renew: Option<Duration>,
    /// Statuses that say that a session has ended.
    pub on_status: Vec<StatusCode>,
}

/// One request that begins a session, or goes on with that.
#[derive(Debug, Clone)]
pub struct LoginPlan {
    /// What is sent. The key of each is the number of its session.
    pub request: RequestPlan,
    /// What is taken from its answer.
    pub captures: Vec<Capture>,
}

/// A value of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Capture {
    /// As in `{{session.NAME}}`.
    pub name: String,
    /// Where it is found.
    pub from: CaptureFrom,
}

/// Where in an answer a value is found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CaptureFrom {
    /// In its JSON body, by pointer (RFC 6901).
    Json(String),
    /// In this header.
    Header(HeaderName),
    /// In the cookie of this name that it sets.
    Cookie(String),
}

impl SessionsPlan {
    /// What slots need to know of them.
    pub fn slots(&self) -> SessionSlots {
        let captures = self.logins.iter().flat_map(|login| &login.captures);
        SessionSlots { count: self.count, names: captures.map(|capture| capture.name.clone()).collect() }
    }

    /// What may be written down of them.
    pub(super) fn record(&self) -> SessionsRecord {
        let login = |LoginPlan { request, captures }: &LoginPlan| {
            let (url, origin) = (redacted_url(&request.url), request.url.origin().ascii_serialization());
            LoginRecord {
                name: request.name.clone(),
                method: request.method.to_string(),
                path: url.strip_prefix(&origin).unwrap_or("/").to_string(),
                captures: captures.iter().map(|capture| capture.name.clone()).collect(),
            }
        };
        SessionsRecord {
            count: self.count,
            renew: self.renew.map(Span),
            on_status: self.on_status.iter().map(StatusCode::as_u16).collect(),
            logins: self.logins.iter().map(login).collect(),
        }
    }
}

/// The sessions of the profile, where it has any.
///
/// # Errors
/// In one line, with the place: what is wrong with a request, a capture, a count or a time.
pub(super) fn read(layers: &Layers, host: &mut Host<'_>) -> Result<Option<SessionsPlan>> {
    let holder = layers.iter().enumerate().find(|(_, layer)| !layer.settings.login.is_empty());
    let settings = layers.iter().enumerate().find(|(_, layer)| layer.settings.sessions.is_some());
    let Some((number, layer)) = holder else {
        return match settings {
            Some((_, layer)) => {
                let reason = "nothing begins a session: expected a [[login]] table";
                Err(Error::usage(format!("{}: {reason}", layer.place("sessions"))))
            }
            None => Ok(None),
        };
    };
    let Some(common) = request::for_logins(layers, host)? else { return Ok(None) };
    let (place, tables) = (layer.place("login"), &layer.settings.login);
    if tables.len() > MOST_LOGINS {
        return Err(Error::usage(format!(
            "{place}: {} logins, expected at most {MOST_LOGINS}",
            tables.len()
        )));
    }
    let mut logins: Vec<LoginPlan> = Vec::new();
    let mut names: Vec<String> = Vec::new();
    for (i, table) in tables.iter().enumerate() {
        let place = table_place(&place, table.name.as_ref(), i);
        let request = table.request();
        let reader =
            TableReader { layers, layer: number, table: &request, place: place.clone(), method: None };
        let request = reader.read(&without_later_values(&common, &names), host)?;
        let mut captures = Vec::new();
        for (name, table) in &table.capture {
            let place = format!("{place} capture.{name}");
            if names.contains(name) {
                return Err(Error::usage(format!("{place}: '{name}' is captured twice")));
            }
            captures.push(Capture { name: name.clone(), from: read_capture(table, &place)? });
        }
        names.extend(captures.iter().map(|capture| capture.name.clone()));
        logins.push(LoginPlan { request, captures });
    }
    if names.is_empty() {
        let expected = "expected capture.token = { json = \"/token\" }, a header or a cookie";
        return Err(Error::usage(format!("{place}: nothing is captured: {expected}")));
    }
    let plan = SessionsPlan { logins, count: 1, renew: None, on_status: vec![StatusCode::UNAUTHORIZED] };
    match settings.and_then(|(number, layer)| Some((number, layer, layer.settings.sessions.as_ref()?))) {
        Some((number, layer, table)) => read_settings(plan, table, number, layer).map(Some),
        None => Ok(Some(plan)),
    }
}

/// A header that all requests have may need what this login does not know yet.
fn without_later_values(common: &RequestPlan, names: &[String]) -> RequestPlan {
    let is_known = |value: &Template| {
        value.slots().all(|slot| !matches!(slot, Slot::Session(name) if !names.contains(name)))
    };
    let mut request = common.clone();
    request.slot_headers.retain(|(_, value)| is_known(value));
    request
}

fn read_capture(table: &CaptureTable, place: &str) -> Result<CaptureFrom> {
    let wrong = |reason: String| Error::usage(format!("{place}: {reason}"));
    let text = |value: &RawValue| value.0.trim().to_string();
    match (&table.json, &table.header, &table.cookie) {
        (Some(pointer), None, None) => match text(pointer) {
            pointer if pointer.is_empty() || pointer.starts_with('/') => Ok(CaptureFrom::Json(pointer)),
            other => Err(wrong(format!("invalid JSON pointer '{other}': expected one such as /data/token"))),
        },
        (None, Some(name), None) => match text(name).parse() {
            Ok(name) => Ok(CaptureFrom::Header(name)),
            Err(_) => Err(wrong(format!("invalid header name '{}'", text(name)))),
        },
        (None, None, Some(name)) if !text(name).is_empty() => Ok(CaptureFrom::Cookie(text(name))),
        _ => Err(wrong("expected one of json = \"/POINTER\", header = \"NAME\", cookie = \"NAME\"".into())),
    }
}

fn read_settings(
    mut plan: SessionsPlan,
    table: &SessionsTable,
    number: usize,
    layer: &Layer,
) -> Result<SessionsPlan> {
    let place = layer.place("sessions");
    let sourced = |key: &str, typed: &RawValue| Sourced {
        text: typed.0.clone(),
        place: format!("{place} {key}"),
        layer: number,
    };
    if let Some(count) = &table.count {
        plan.count = sourced("count", count).whole_number(MOST_SESSIONS)?;
    }
    if let Some(renew) = &table.renew {
        plan.renew = Some(sourced("renew", renew).positive_span()?.0);
    }
    if !table.on_status.is_empty() {
        let all: Vec<Sourced> = table.on_status.iter().map(|code| sourced("on-status", code)).collect();
        plan.on_status = request::expect_status(&all)?;
    }
    Ok(plan)
}

#[cfg(test)]
mod tests;
