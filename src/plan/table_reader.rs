//! One table of a profile that describes a request, `[[request]]` or `[[login]]`.

use std::collections::HashSet;

use reqwest::Url;
use reqwest::header::HeaderName;

use super::headers::{Braces, layer_headers, read_headers};
use super::host::Host;
use super::request::{self, RequestPlan};
use super::template::with_slots;
use crate::error::{Error, Result};
use crate::evidence::KeyUse;
use crate::settings::{Layers, RawValue, RequestTable, Sourced, without_secrets};
use crate::workload::ONLY;

/// A name is a cell of a table and a word in a sentence.
const LONGEST_NAME: usize = 60;

/// What a table is called in errors: a name says more than a number, where it is a valid one.
pub(super) fn table_place(place: &str, name: Option<&RawValue>, index: usize) -> String {
    let name = name.map(|name| name.0.trim()).filter(|name| problem(name).is_none());
    name.map_or_else(|| format!("{place} {}", index + 1), |name| format!("{place} '{name}'"))
}

/// Why this can be no name.
pub(super) fn problem(name: &str) -> Option<String> {
    let bad = |c: char| c.is_control() || matches!(c, ',' | '"');
    if name.is_empty() {
        Some("missing name".into())
    } else if name.chars().count() > LONGEST_NAME {
        Some(format!("the name is longer than {LONGEST_NAME} characters"))
    } else if name.contains(bad) {
        Some(format!("invalid name '{name}': expected no comma, quotation mark or control character"))
    } else if KeyUse::is_named(name) {
        Some(format!("invalid name '{name}': it is reserved for requests with --reuse"))
    } else if name == ONLY {
        Some(format!("invalid name '{ONLY}': it is reserved for a request without a name"))
    } else {
        None
    }
}

/// One table, with what it takes from elsewhere.
pub(super) struct TableReader<'a> {
    pub(super) layers: &'a Layers,
    /// Which of the layers holds the table.
    pub(super) layer: usize,
    pub(super) table: &'a RequestTable,
    /// `profiles/x.toml: request 'name'`.
    pub(super) place: String,
    /// How it is sent where the table does not say that.
    pub(super) method: Option<Sourced>,
}

impl TableReader<'_> {
    fn sourced(&self, key: &str, typed: &RawValue) -> Sourced {
        Sourced { text: typed.0.clone(), place: format!("{} {key}", self.place), layer: self.layer }
    }

    pub(super) fn read(&self, common: &RequestPlan, host: &mut Host<'_>) -> Result<RequestPlan> {
        let table = self.table;
        let mut plan = common.clone();
        if let Some(path) = &table.path {
            plan.url = self.url(common, &self.sourced("path", path))?;
        }
        self.headers(&mut plan, host)?;
        let method = table.method.as_ref().map(|method| self.sourced("method", method));
        let data = table.data.as_ref().map(|data| self.sourced("data", data));
        plan.send(method.as_ref().or(self.method.as_ref()), data.as_ref(), host)?;
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
        let unnamed = || format!("{} {}", plan.method, with_slots(plan.url.path()));
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
        // one that a login cannot have yet replaces none
        let is_stronger = |name: &HeaderName| stronger.contains(name) && plan.has_header(name);
        let own = own.into_iter().filter(|header| !is_stronger(&header.name)).collect();
        plan.replace_headers(own);
        Ok(())
    }
}
