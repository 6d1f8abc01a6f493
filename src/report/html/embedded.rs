//! report.json inside report.html, and out of it again, byte for byte.
//!
//! Comes in: JSON text, which goes into the page with `<`, `>` and `&` as JSON's own escapes, so that no HTML parser
//! sees the end of a script in it. Goes out: the same text. soak's JSON never writes these three so by itself; a
//! backslash that stands before `u003c` in a string is itself escaped there, which is why escapes are read in pairs.

/// What report.json stands behind in the page. Texts of the target cannot hold it: their `<` is escaped.
const BEGIN: &str = "<script type=\"application/json\" id=\"report\">";
const END: &str = "</script>";
const ESCAPES: [(char, &str); 3] = [('<', "\\u003c"), ('>', "\\u003e"), ('&', "\\u0026")];

/// JSON that no HTML parser takes for the end of its script.
pub fn packed(json: &str) -> String {
    ESCAPES.iter().fold(json.to_string(), |text, (c, escape)| text.replace(*c, escape))
}

/// report.json out of a page that this module made; none where it is no such page.
pub fn document(page: &str) -> Option<String> {
    let (_, rest) = page.split_once(BEGIN)?;
    let (packed, _) = rest.split_once(END)?;
    Some(unpacked(packed))
}

fn unpacked(packed: &str) -> String {
    let mut out = String::with_capacity(packed.len());
    let mut rest = packed;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let ours = ESCAPES.iter().find(|(_, escape)| rest.starts_with(escape));
        let length = match ours {
            Some((c, escape)) => {
                out.push(*c);
                escape.len()
            }
            // the backslash and what it escapes, which may be another one
            None => {
                let pair = 1 + rest[1..].chars().next().map_or(0, char::len_utf8);
                out.push_str(&rest[..pair]);
                pair
            }
        };
        rest = &rest[length..];
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_text_comes_out_as_it_went_in(text in r#"([<>&\\"/u]|u003c|\\u003e|</script>|<!--|\PC)*"#) {
            let json = serde_json::to_string_pretty(&serde_json::json!({ "text": text })).unwrap();
            let page = format!("<p>{BEGIN}{}{END}<p>", packed(&json));
            prop_assert_eq!(page.matches("</script").count(), 1);
            prop_assert_eq!(document(&page), Some(json));
        }
    }

    #[test]
    fn what_is_no_page_of_ours_has_none() {
        for page in ["", "<html></html>", "<script type=\"application/json\" id=\"report\">{"] {
            assert_eq!(document(page), None, "{page}");
        }
    }
}
