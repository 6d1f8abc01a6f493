//! Headers as they were written: each a line or a file of lines, `$NAME` from the environment, with slots or without.
//!
//! Errors name the place and the header, never a value.

use reqwest::header::{HeaderName, HeaderValue};

use super::host::Host;
use super::request::RequestPlan;
use super::template::Template;
use crate::error::{Error, Result, io_reason};
use crate::settings::{Layer, Layers, RawValue};

/// One header.
pub(super) struct Header {
    pub(super) name: HeaderName,
    value: Value,
}

enum Value {
    Fixed(HeaderValue),
    WithSlots(Template),
}

/// Whether `{{…}}` in a value is a slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Braces {
    Slots,
    Text,
}

impl Braces {
    /// As --vary says.
    pub(super) fn read(layers: &Layers) -> Braces {
        if layers.is_on(|s| s.vary) { Braces::Slots } else { Braces::Text }
    }
}

impl RequestPlan {
    /// Adds these headers, in the place of those of the same names.
    pub(super) fn replace_headers(&mut self, own: Vec<Header>) {
        for Header { name, .. } in &own {
            self.headers.remove(name);
            self.slot_headers.retain(|(other, _)| other != name);
        }
        for Header { name, value } in own {
            match value {
                Value::Fixed(value) => drop(self.headers.append(name, value)),
                Value::WithSlots(template) => self.slot_headers.push((name, template)),
            }
        }
    }

    /// The headers of all layers; one of a stronger layer replaces those of the same name.
    pub(super) fn add_headers_of(&mut self, layers: &Layers, host: &Host<'_>) -> Result<()> {
        let braces = Braces::read(layers);
        for layer in layers.iter().rev() {
            self.replace_headers(layer_headers(layer, host, braces)?);
        }
        Ok(())
    }
}

/// Those of one layer.
pub(super) fn layer_headers(layer: &Layer, host: &Host<'_>, braces: Braces) -> Result<Vec<Header>> {
    read_headers(&layer.settings.header, &layer.place("header"), host, braces)
}

/// Headers as they were written, each a line or a file of lines.
pub(super) fn read_headers(
    written: &[RawValue],
    place: &str,
    host: &Host<'_>,
    braces: Braces,
) -> Result<Vec<Header>> {
    let wrong = |reason: String| Error::usage(format!("{place}: {reason}"));
    let mut own = Vec::new();
    for typed in written {
        match typed.0.trim().strip_prefix('@') {
            None => own.push(header(&typed.0, host, braces).map_err(wrong)?),
            Some(file) => {
                let text = std::fs::read_to_string(file)
                    .map_err(|e| wrong(format!("@{file}: {}", io_reason(&e))))?;
                for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
                    let at = |reason| wrong(format!("@{file}:{}: {reason}", number + 1));
                    own.push(header(line, host, braces).map_err(at)?);
                }
            }
        }
    }
    Ok(own)
}

fn header(line: &str, host: &Host<'_>, braces: Braces) -> std::result::Result<Header, String> {
    // the whole line may be the secret, so none of it is repeated
    let (name, value) = line.split_once(':').ok_or("invalid header: expected 'Name: value'")?;
    let name = name.trim();
    let parsed: HeaderName =
        name.parse().map_err(|_| format!("invalid header name '{name}': expected 'Name: value'"))?;
    let value = value.trim();
    let expand = |text: &str| expanded(text, host.var).map_err(|var| format!("{name}: ${var} is not set"));
    let valid = |text: &str| HeaderValue::try_from(text).map_err(|_| format!("{name}: invalid header value"));
    let template = match braces {
        Braces::Slots => Some(Template::parse(value).map_err(|e| format!("{name}: {e}"))?),
        Braces::Text => None,
    };
    // slots are those that were written: the value of a variable is text
    let value = match template.filter(Template::has_slots) {
        Some(template) => {
            let template = template.map_text(expand)?;
            Value::WithSlots(template.map_text(|text| valid(text).map(|_| text.to_string()))?)
        }
        None => {
            let mut value = valid(&expand(value)?)?;
            value.set_sensitive(true);
            Value::Fixed(value)
        }
    };
    Ok(Header { name: parsed, value })
}

/// `$NAME` and `${NAME}` from the environment, `$$` for a dollar; a dollar before anything else stands for itself.
/// The error is the name of a variable that is not set.
fn expanded(text: &str, var: &dyn Fn(&str) -> Option<String>) -> std::result::Result<String, String> {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        out.push_str(&rest[..at]);
        let after = &rest[at + 1..];
        let braced = after.strip_prefix('{').and_then(|inside| inside.split_once('}'));
        let bare = after.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(after.len());
        let (name, remaining) = braced.unwrap_or_else(|| after.split_at(bare));
        if let Some(literal) = after.strip_prefix('$') {
            out.push('$');
            rest = literal;
        } else if name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
            out.push_str(&var(name).ok_or_else(|| name.to_string())?);
            rest = remaining;
        } else {
            out.push('$');
            rest = after;
        }
    }
    out.push_str(rest);
    Ok(out)
}
