//! The tables `[[request]]` of a profile: several requests by name, each with its share of the load.
//!
//! They go to one origin, that of the URL. What stands above the tables, or in flags and the environment, holds for
//! all of them: headers as they do everywhere, a method and statuses where a table has none of its own. A body
//! belongs to one.

use std::collections::HashSet;

use super::host::Host;
use super::request::{self, RequestPlan};
use super::sessions::{self, SessionsPlan};
use super::table_reader::{TableReader, table_place};
use super::url::redacted_url;
use super::vary;
use crate::error::{Error, Result};
use crate::evidence::RequestRecord;
use crate::settings::{Layer, Layers, Sourced};
use crate::workload::ONLY;
use reqwest::Url;

/// A report with more of them would be too long to read.
const MOST: usize = 64;

/// What is sent, and where.
pub(super) struct Sent {
    /// As it was given; the requests may have paths of their own.
    pub(super) url: Url,
    /// The commonest first.
    pub(super) requests: Vec<RequestPlan>,
    /// The logins that requests need, where they do.
    pub(super) sessions: Option<SessionsPlan>,
}

/// What the tables say, or the one request of a plan without any.
///
/// # Errors
/// In one line, with the place: as [`request::resolve`] for each, a weight that is none, a path elsewhere, a name that
/// is taken or cannot be one, and what a flag says of the one request that there is not.
pub(super) fn resolve(layers: &Layers, host: &mut Host<'_>) -> Result<Sent> {
    let holder = layers.iter().enumerate().find(|(_, layer)| !layer.settings.request.is_empty());
    let Some((number, layer)) = holder else {
        let request = request::resolve(layers, host)?;
        return complete(layers, host, request.url.clone(), vec![(request, None)]);
    };
    let place = layer.place("request");
    let tables = &layer.settings.request;
    if tables.len() > MOST {
        return Err(Error::usage(format!("{place}: {} requests, expected at most {MOST}", tables.len())));
    }
    for_one_alone(layers, layer)?;
    let common = request::resolve(layers, host)?;
    if common.url.path() != "/" && tables.iter().all(|table| table.path.is_some()) {
        let origin = common.url.origin().ascii_serialization();
        let reason = format!("the requests of this profile have their own paths: expected {origin}");
        return Err(layers
            .get("url", |s| &s.url)
            .map_or(Error::usage(&reason), |url| url.usage_error(&reason)));
    }
    let mut all = Vec::new();
    let mut names = HashSet::new();
    for (i, table) in tables.iter().enumerate() {
        let place_of_table = table_place(&place, table.name.as_ref(), i);
        let method = layers.get("method", |s| &s.method);
        let reader = TableReader { layers, layer: number, table, place: place_of_table, method };
        let request = reader.read(&common, host)?;
        if !names.insert(request.name.clone()) {
            let reason =
                format!("{place}: the name '{}' is given twice: give each request its own", request.name);
            return Err(Error::usage(reason));
        }
        let reuse = table.reuse.as_ref().map(|typed| Sourced {
            text: typed.0.clone(),
            place: format!("{place} '{}' reuse", request.name),
            layer: number,
        });
        all.push((request, reuse));
    }
    complete(layers, host, common.url, all)
}

/// With templates, logins, and repeated keys; each request comes with the share of those that its table asks for.
fn complete(
    layers: &Layers,
    host: &mut Host<'_>,
    url: Url,
    written: Vec<(RequestPlan, Option<Sourced>)>,
) -> Result<Sent> {
    let (mut requests, own): (Vec<RequestPlan>, Vec<Option<Sourced>>) = written.into_iter().unzip();
    let mut sessions = sessions::read(layers, host)?;
    vary::add_templates(layers, &mut requests, sessions.as_mut())?;
    let reuse = own.into_iter().map(|own| own.or_else(|| layers.get("reuse", |s| &s.reuse)));
    let mut requests = vary::split_by_keys(requests.into_iter().zip(reuse))?;
    requests.sort_by(|a, b| b.weight.total_cmp(&a.weight));
    Ok(Sent { url, requests, sessions })
}

/// Refuses what flags and the environment say of one request without saying which; a body above the tables as well.
fn for_one_alone(layers: &Layers, holder: &Layer) -> Result<()> {
    let data = layers.get("data", |s| &s.data);
    let above = holder.place("method");
    let method = layers.get("method", |s| &s.method).filter(|written| written.place != above);
    match data.or(method) {
        Some(written) => {
            Err(written
                .usage_error("the profile has [[request]] tables: set it in the one that it applies to"))
        }
        None => Ok(()),
    }
}

/// What may be written down of them; nothing where the plan names none.
pub(super) fn records(requests: &[RequestPlan]) -> Vec<RequestRecord> {
    let named = requests.iter().filter(|request| request.name != ONLY);
    let record = |request: &RequestPlan| {
        let (url, origin) = (redacted_url(&request.url), request.url.origin().ascii_serialization());
        RequestRecord {
            name: request.name.clone(),
            method: request.method.to_string(),
            path: url.strip_prefix(&origin).unwrap_or("/").to_string(),
            weight: request.weight,
            headers: request.header_names(),
            body_bytes: request.body.len() as u64,
            expect_status: request.expect_status.iter().map(reqwest::StatusCode::as_u16).collect(),
            expect_text_bytes: request.expect_text.len() as u64,
        }
    };
    named.map(record).collect()
}

#[cfg(test)]
mod tests;
