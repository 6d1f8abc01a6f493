//! The tables `[[request]]` of a profile: several requests by name, each with its share of the load.
//!
//! They go to one origin, that of the URL. What stands above the tables, or in flags and the environment, holds for
//! all of them: headers as they do everywhere, a method and statuses where a table has none of its own. A body
//! belongs to one.

use std::collections::HashSet;

use super::headers::{Braces, layer_headers, read_headers};
use super::host::Host;
use super::request::{self, RequestPlan};
use super::url::redacted_url;
use super::vary;
use crate::error::{Error, Result};
use crate::evidence::RequestRecord;
use crate::settings::{Layer, Layers, RawValue, RequestTable, Sourced, without_secrets};
use crate::workload::ONLY;
use reqwest::Url;

/// A report with more of them would be too long to read.
const MOST: usize = 64;
/// A name is a cell of a table and a word in a sentence.
const LONGEST_NAME: usize = 60;

/// What is sent, and where.
pub(super) struct Sent {
    /// As it was given; the requests may have paths of their own.
    pub(super) url: Url,
    /// The commonest first.
    pub(super) requests: Vec<RequestPlan>,
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
        let (url, mut requests) = (request.url.clone(), vec![request]);
        vary::add_templates(layers, &mut requests)?;
        let requests = vary::split_by_keys(requests, |_| layers.get("reuse", |s| &s.reuse))?;
        return Ok(Sent { url, requests: commonest_first(requests) });
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
    let mut names_in_order = Vec::new();
    for (i, table) in tables.iter().enumerate() {
        // a name says more than a number, where it is a valid one
        let called = table.name.as_ref().map(|name| name.0.trim()).filter(|name| problem(name).is_none());
        let called = called.map_or_else(|| format!("{place} {}", i + 1), |name| format!("{place} '{name}'"));
        let request = Reader { layers, layer: number, table, place: called }.read(&common, host)?;
        if !names.insert(request.name.clone()) {
            let reason =
                format!("{place}: the name '{}' is given twice: give each request its own", request.name);
            return Err(Error::usage(reason));
        }
        names_in_order.push(request.name.clone());
        all.push(request);
    }
    vary::add_templates(layers, &mut all)?;
    let own =
        |request: &RequestPlan| tables.iter().zip(&names_in_order).find(|(_, name)| **name == request.name);
    let reuse = |request: &RequestPlan| {
        let own = own(request).and_then(|(table, name)| {
            let text = table.reuse.as_ref()?.0.clone();
            Some(Sourced { text, place: format!("{place} '{name}' reuse"), layer: number })
        });
        own.or_else(|| layers.get("reuse", |s| &s.reuse))
    };
    let all = vary::split_by_keys(all, reuse)?;
    Ok(Sent { url: common.url, requests: commonest_first(all) })
}

fn commonest_first(mut requests: Vec<RequestPlan>) -> Vec<RequestPlan> {
    requests.sort_by(|a, b| b.weight.total_cmp(&a.weight));
    requests
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

/// Why this can be no name.
fn problem(name: &str) -> Option<String> {
    let bad = |c: char| c.is_control() || matches!(c, ',' | '"');
    if name.is_empty() {
        Some("missing name".into())
    } else if name.chars().count() > LONGEST_NAME {
        Some(format!("the name is longer than {LONGEST_NAME} characters"))
    } else if name.contains(bad) {
        Some(format!("invalid name '{name}': expected no comma, quotation mark or control character"))
    } else if name == ONLY {
        Some(format!("invalid name '{ONLY}': it is reserved for a request without a name"))
    } else {
        None
    }
}

/// One table.
struct Reader<'a> {
    layers: &'a Layers,
    /// Which of the layers holds the table.
    layer: usize,
    table: &'a RequestTable,
    /// `profiles/x.toml: request 'name'`.
    place: String,
}

impl Reader<'_> {
    fn sourced(&self, key: &str, typed: &RawValue) -> Sourced {
        Sourced { text: typed.0.clone(), place: format!("{} {key}", self.place), layer: self.layer }
    }

    fn read(&self, common: &RequestPlan, host: &mut Host<'_>) -> Result<RequestPlan> {
        let table = self.table;
        let mut plan = common.clone();
        if let Some(path) = &table.path {
            plan.url = self.url(common, &self.sourced("path", path))?;
        }
        self.headers(&mut plan, host)?;
        let method = table.method.as_ref().map(|method| self.sourced("method", method));
        let method = method.or_else(|| self.layers.get("method", |s| &s.method));
        let data = table.data.as_ref().map(|data| self.sourced("data", data));
        plan.send(method.as_ref(), data.as_ref(), host)?;
        if let Some(weight) = &table.weight {
            let written = self.sourced("weight", weight);
            let number = written.text.trim().parse::<f64>().ok();
            let valid = number.filter(|weight| *weight > 0.0 && weight.is_finite());
            plan.weight = valid.ok_or_else(|| {
                written.usage_error(format!(
                    "invalid weight '{}': expected a number above 0",
                    written.text.trim()
                ))
            })?;
        }
        if !table.expect_status.is_empty() {
            let all = table.expect_status.iter().map(|code| self.sourced("expect-status", code));
            plan.expect_status = request::expect_status(&all.collect::<Vec<_>>())?;
        }
        if let Some(text) = &table.expect_text {
            if text.0.is_empty() {
                let written = self.sourced("expect-text", text);
                return Err(written.usage_error("invalid text '': every answer contains it; leave it out"));
            }
            plan.expect_text = text.0.clone().into_bytes().into();
        }
        let unnamed = || format!("{} {}", plan.method, plan.url.path());
        let name = table.name.as_ref().map_or_else(unnamed, |name| name.0.trim().to_string());
        match problem(&name) {
            Some(reason) => Err(Error::usage(format!("{}: {reason}", self.place))),
            None => Ok(RequestPlan { name, ..plan }),
        }
    }

    /// On the origin of all.
    fn url(&self, common: &RequestPlan, written: &Sourced) -> Result<Url> {
        let text = written.text.trim();
        if !text.starts_with('/') || text.starts_with("//") {
            let reason = "expected a path such as /cart; all requests go to the origin of the URL";
            return Err(written.usage_error(format!("invalid path '{}': {reason}", without_secrets(text))));
        }
        let mut url = common.url.join(text).map_err(|e| written.usage_error(e))?;
        url.set_fragment(None);
        // a backslash or the like may lead away from it
        if url.origin() != common.url.origin() {
            return Err(written.usage_error(format!(
                "invalid path '{}': it leads to another origin",
                without_secrets(text)
            )));
        }
        Ok(url)
    }

    /// Its own, in the place of those of the same name in the profile; flags and the environment go before both.
    fn headers(&self, plan: &mut RequestPlan, host: &Host<'_>) -> Result<()> {
        let braces = Braces::read(self.layers);
        let own = read_headers(&self.table.header, &format!("{} header", self.place), host, braces)?;
        let stronger: HashSet<_> = self
            .layers
            .iter()
            .take(self.layer)
            .map(|layer| layer_headers(layer, host, braces))
            .collect::<Result<Vec<_>>>()?
            .into_iter()
            .flatten()
            .map(|header| header.name)
            .collect();
        plan.replace_headers(own.into_iter().filter(|header| !stronger.contains(&header.name)).collect());
        Ok(())
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
