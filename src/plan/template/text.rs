//! A text with slots: literal pieces, and what is filled in between them.

use super::slot::Slot;

/// A parsed text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Template(Vec<Piece>);

/// A part of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// As it was written.
    Text(String),
    /// To be filled in.
    Slot(Slot),
}

impl Template {
    /// Splits a text at its slots; `{{{{` is a pair of braces.
    ///
    /// # Errors
    /// A slot without an end, or one that is unknown: what is wrong and what is expected, without the place.
    pub fn parse(written: &str) -> Result<Template, String> {
        let mut pieces = Vec::new();
        let mut literal = String::new();
        let mut rest = written;
        while let Some(at) = rest.find("{{") {
            literal.push_str(&rest[..at]);
            let inside = &rest[at + 2..];
            if let Some(after) = inside.strip_prefix("{{") {
                literal.push_str("{{");
                rest = after;
                continue;
            }
            let (slot, after) = inside.split_once("}}").ok_or_else(|| {
                // what follows may be a secret, and may be long
                "'{{' without '}}': expected a slot such as {{seq}}; two braces are written {{{{".to_string()
            })?;
            if !literal.is_empty() {
                pieces.push(Piece::Text(std::mem::take(&mut literal)));
            }
            pieces.push(Piece::Slot(Slot::parse(slot)?));
            rest = after;
        }
        literal.push_str(rest);
        if !literal.is_empty() {
            pieces.push(Piece::Text(literal));
        }
        Ok(Template(pieces))
    }

    /// The same with each literal text changed.
    ///
    /// # Errors
    /// The first that `change` finds.
    pub fn map_text<E>(self, mut change: impl FnMut(&str) -> Result<String, E>) -> Result<Template, E> {
        let changed = self.0.into_iter().map(|piece| match piece {
            Piece::Text(text) => change(&text).map(Piece::Text),
            Piece::Slot(slot) => Ok(Piece::Slot(slot)),
        });
        changed.collect::<Result<Vec<Piece>, E>>().map(Template)
    }

    /// Its pieces in order.
    pub fn pieces(&self) -> &[Piece] {
        &self.0
    }

    /// Its slots in order.
    pub fn slots(&self) -> impl Iterator<Item = &Slot> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Slot(slot) => Some(slot),
            Piece::Text(_) => None,
        })
    }

    /// Whether there is anything to fill in.
    pub fn has_slots(&self) -> bool {
        self.slots().next().is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Piece {
        Piece::Text(text.into())
    }

    #[test]
    fn a_text_is_split_at_its_slots() {
        let parse = |written: &str| Template::parse(written).unwrap().0;
        assert_eq!(parse(""), []);
        assert_eq!(parse("{}"), [text("{}")]);
        assert_eq!(parse("/u/{{seq}}?x"), [text("/u/"), Piece::Slot(Slot::Seq), text("?x")]);
        let nested = [text(r#"{"a":{"b":"#), Piece::Slot(Slot::Seq), text("}}")];
        assert_eq!(parse(r#"{"a":{"b":{{seq}}}}"#), nested);
        assert_eq!(parse("{{{{ not a slot }}"), [text("{{ not a slot }}")]);
        assert_eq!(parse("{{seq}}{{uuid}}"), [Piece::Slot(Slot::Seq), Piece::Slot(Slot::Uuid)]);
    }

    #[test]
    fn a_slot_without_an_end_is_refused_and_nothing_of_it_repeated() {
        assert!(Template::parse("key {{s3cret").unwrap_err().starts_with("'{{' without '}}'"));
    }
}
