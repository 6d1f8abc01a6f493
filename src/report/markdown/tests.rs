//! report.md as a parser of GitHub's Markdown reads it.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use super::*;
use crate::report::testing;

/// What the parser makes of a page: its tables as rows of cells' text, its links and pictures, and its raw HTML.
#[derive(Default)]
struct Read {
    tables: Vec<Vec<Vec<String>>>,
    links: Vec<String>,
    html: Vec<String>,
    headings: usize,
    code_blocks: usize,
}

fn read(page: &str) -> Read {
    let mut read = Read::default();
    let mut cell: Option<String> = None;
    for event in Parser::new_ext(page, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH) {
        match event {
            Event::Start(Tag::Table(_)) => read.tables.push(Vec::new()),
            Event::Start(Tag::TableHead | Tag::TableRow) => read.tables.last_mut().unwrap().push(Vec::new()),
            Event::Start(Tag::TableCell) => cell = Some(String::new()),
            Event::End(TagEnd::TableCell) => {
                read.tables.last_mut().unwrap().last_mut().unwrap().push(cell.take().unwrap());
            }
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                read.links.push(dest_url.to_string());
            }
            Event::Start(Tag::Heading { .. }) => read.headings += 1,
            Event::Start(Tag::CodeBlock(_)) => read.code_blocks += 1,
            Event::Html(html) | Event::InlineHtml(html) => read.html.push(html.to_string()),
            Event::Text(text) | Event::Code(text) => {
                if let Some(cell) = &mut cell {
                    cell.push_str(&text);
                }
            }
            _ => {}
        }
    }
    read
}

fn table<'a>(read: &'a Read, head: &str) -> &'a [Vec<String>] {
    let found = read.tables.iter().find(|table| table[0][0].starts_with(head));
    found.unwrap_or_else(|| panic!("no table of {head}: {:?}", read.tables))
}

#[test]
fn an_incident_has_what_it_needs_in_forty_lines() {
    let case = testing::leak();
    let page = render(&case.evidence, &case.findings);
    for what in [
        "# LEAK: memory grows 2.8 KiB",
        "`main.fanOut.func1 /srv/app/main.go:36`",
        "| **private memory** | growing |",
        "live heap ",
        "| `memory.slope < 1MiB/h` | failed |",
        "goroutines 240 × 2 ms, 700 µs CPU without load",
        "soak http://127.0.0.1:8080/work -z 2m -q 50/s",
    ] {
        assert!(page.contains(what), "{what}\n{page}");
    }
    assert!(without_picture(&case.evidence, &case.findings).lines().count() + 2 == page.lines().count());
}

#[test]
fn every_page_is_short_its_tables_are_tables_and_its_links_are_sound() {
    for case in testing::cases() {
        let page = render(&case.evidence, &case.findings);
        let name = case.name;
        assert!(page.lines().count() <= 40, "{name}: {} lines\n{page}", page.lines().count());
        assert!(page.starts_with(&format!("# {}: ", case.findings.badge)), "{name}");
        let read = read(&page);
        let rows = page.lines().filter(|line| line.starts_with('|')).count();
        // the line of dashes is no row
        let parsed: usize = read.tables.iter().map(|table| table.len() + 1).sum();
        assert_eq!(parsed, rows, "{name}: a row is no row of a table\n{page}");
        for table in &read.tables {
            assert!(table.iter().all(|row| row.len() == table[0].len()), "{name}: {table:?}");
        }
        assert_eq!((read.links, read.headings), (vec!["soak.png".to_string()], 1), "{name}");
        assert_eq!(read.code_blocks, 1, "{name}: the line that does it again\n{page}");
        assert!(read.html.iter().all(|html| html == "<br>"), "{name}: {:?}", read.html);
    }
}

#[test]
fn the_table_of_series_has_ends_slope_and_growth_a_request() {
    let case = testing::leak();
    let page = read(&render(&case.evidence, &case.findings));
    let series = table(&page, "series");
    assert_eq!(series[0][1..], ["trend", "start", "end", "slope (95 %)", "per request (95 %)"]);
    assert!(series[1][4].contains("MiB/h (") && series[1][5].contains(" to "), "{series:?}");
}

#[test]
fn what_the_target_says_stays_text_in_its_cell() {
    for evil in [
        "<script>alert(1)</script>",
        "a|b \\| c \\\\| d",
        "``` `` ` tick`",
        "` | `<b>",
        "[x](http://y) ![z](w) <http://a>",
        "# h\n- l | **b** _i_ ~~s~~ $m$ &lt;",
    ] {
        let mut case = testing::leak();
        let culprit = &mut case.findings.culprits[0];
        (culprit.name, culprit.why) = (evil.into(), evil.into());
        (culprit.state, culprit.stack, culprit.created_by) = (None, vec![evil.into()], None);
        case.findings.gates[0].expr = evil.into();
        case.findings.summary = evil.into();
        case.findings.notes = vec![evil.into()];
        let page = render(&case.evidence, &case.findings);
        let parsed = read(&page);
        let said = clean(evil);
        let culprits = table(&parsed, "culprit");
        assert_eq!(culprits[1], [format!("1. {said}"), said.clone(), said.clone()], "{page}");
        assert_eq!(table(&parsed, "gate")[1][0], said, "{page}");
        assert_eq!((parsed.links.len(), parsed.headings), (1, 1), "{page}");
        assert!(parsed.html.iter().all(|html| html == "<code>" || html == "</code>"), "{:?}", parsed.html);
    }
}

fn clean(text: &str) -> String {
    crate::report::clean_text::clean_text(text)
}
