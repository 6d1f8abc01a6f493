//! Live objects by class from GC.class_histogram: the page that a JVM makes after a full collection.
//!
//! A row is `rank: instances bytes class (module)`. The sum of all rows is the live heap, exactly.

/// Rows looked at; a large service has some 30,000 classes.
const MOST_ROWS: usize = 200_000;

/// Live objects of one class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Class {
    /// As Java writes it: `byte[]`, `java.lang.String`.
    pub name: String,
    /// What they take, without what they refer to, in bytes.
    pub bytes: u64,
}

/// Each class, in the order of the page: most bytes first.
pub fn parse(page: &str) -> Vec<Class> {
    page.lines().filter_map(row).take(MOST_ROWS).collect()
}

/// The live heap, in bytes.
pub fn total(classes: &[Class]) -> u64 {
    classes.iter().fold(0, |sum, class| sum.saturating_add(class.bytes))
}

fn row(line: &str) -> Option<Class> {
    let mut words = line.split_whitespace();
    words.next()?.strip_suffix(':')?.parse::<u64>().ok()?;
    words.next()?.parse::<u64>().ok()?;
    let bytes = words.next()?.parse().ok()?;
    Some(Class { name: written(words.next()?), bytes })
}

/// `[[J` is `long[][]` and `[Ljava.lang.String;` is `java.lang.String[]`. Addresses go from the names of hidden
/// classes.
fn written(name: &str) -> String {
    let element = name.trim_start_matches('[');
    let dimensions = name.len() - element.len();
    let element = match element {
        _ if dimensions == 0 => element,
        "B" => "byte",
        "C" => "char",
        "D" => "double",
        "F" => "float",
        "I" => "int",
        "J" => "long",
        "S" => "short",
        "Z" => "boolean",
        object => object.strip_prefix('L').and_then(|o| o.strip_suffix(';')).unwrap_or(object),
    };
    let element = element.split("/0x").next().unwrap_or(element);
    format!("{element}{}", "[]".repeat(dimensions.min(255)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::jvm::testing::saved_text;

    #[test]
    fn a_saved_page_tells_each_class_and_the_live_heap() {
        let page = saved_text("class-histogram.txt");
        let classes = parse(&page);
        assert_eq!(classes[0].name, "byte[]");
        assert!(classes.iter().any(|class| class.name == "java.lang.String[]"));
        assert!(classes.windows(2).all(|two| two[0].bytes >= two[1].bytes));
        // the page's own sum, in its last row
        let last = page.lines().last().unwrap();
        assert!(last.starts_with("Total") && last.ends_with(&total(&classes).to_string()), "{last}");
    }

    #[test]
    fn names_are_written_as_in_java() {
        assert_eq!(written("[[J"), "long[][]");
        assert_eq!(written("[Ljava.lang.Object;"), "java.lang.Object[]");
        assert_eq!(written("Server$$Lambda$14/0x00007f2268001000"), "Server$$Lambda$14");
        assert_eq!(written("Bean"), "Bean");
    }

    #[test]
    fn anything_else_is_no_class() {
        for page in ["", "1: 2", "x: 1 2 A", "1: -1 2 A", "Total 3 4", "1: 1 99999999999999999999 A"] {
            assert!(parse(page).is_empty(), "{page}");
        }
        assert_eq!(total(&parse("1: 1 18446744073709551615 A\n2: 1 5 B\n")), u64::MAX);
    }
}
