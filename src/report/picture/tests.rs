//! What must hold of every picture. With SOAK_PICTURES set to a directory the pictures are left there to be looked at.

use super::*;
use crate::evidence::SeriesId;
use crate::findings::{GateResult, Report, Verdict};
use crate::report::testing::{self, Case};
use crate::report::{png, svg};
use crate::units::Unit;

fn no_text_covers_another(scene: &Scene, name: &str) {
    let texts: Vec<&Text> = scene.texts().collect();
    assert!(texts.len() > 3, "{name}: {} texts", texts.len());
    let canvas = Rect::sized(0.0, 0.0, SIZE.0 as f32, SIZE.1 as f32);
    for (i, a) in texts.iter().enumerate() {
        let box_a = a.bounds();
        assert!(
            box_a.left >= canvas.left - 0.5
                && box_a.right <= canvas.right + 0.5
                && box_a.top >= canvas.top
                && box_a.bottom <= canvas.bottom,
            "{name}: '{}' leaves the picture: {box_a:?}",
            a.text
        );
        for b in &texts[i + 1..] {
            assert!(
                // a pixel of shared ascent cannot be seen
                !box_a.padded(-1.0).overlaps(&b.bounds().padded(-1.0)),
                "{name}: '{}' at {box_a:?} covers '{}' at {:?}",
                a.text,
                b.text,
                b.bounds()
            );
        }
    }
}

#[test]
fn no_text_covers_another_or_leaves_any_picture() {
    for case in testing::cases() {
        for theme in [&LIGHT, &DARK] {
            no_text_covers_another(&compose(&case.evidence, &case.findings, theme), case.name);
        }
    }
}

/// A leak with long names next to its fix.
fn pair(theme: &Palette) -> Scene {
    let mut cases = testing::cases().into_iter();
    let before = cases.find(|case| case.name == "long-headline").unwrap();
    let after = testing::cases().into_iter().find(|case| case.name == "stable").unwrap();
    let runs = [(&before.evidence, &before.findings), (&after.evidence, &after.findings)];
    compose_pair(runs, &testing::comparison(), theme, PairLayout::Full)
}

#[test]
fn a_comparison_cuts_no_label() {
    let scene = pair(&LIGHT);
    no_text_covers_another(&scene, "pair");
    let cut = scene.texts().find(|text| text.text.contains('…'));
    assert!(cut.is_none(), "{cut:?}");
}

#[test]
fn the_badge_is_filled_with_the_colour_of_the_exit_and_the_gates_that_did_not_hold_are_named() {
    for (name, badge, colour) in [
        ("gate-failed", "GATE FAILED", LIGHT.warn),
        ("gate-undecided", "GATE UNDECIDED", LIGHT.verdict(Verdict::Inconclusive)),
        ("stable", "NO LEAK", LIGHT.verdict(Verdict::Stable)),
    ] {
        let Case { evidence, findings, .. } = testing::cases().into_iter().find(|c| c.name == name).unwrap();
        let scene = compose(&evidence, &findings, &LIGHT);
        let has = |what: &str| scene.texts().any(|t| t.text.contains(what));
        assert!(has(badge), "{name}");
        let filled =
            |s: &Shape| matches!(s, Shape::Rect { rect, colour: c } if *c == colour && rect.top < 40.0);
        assert!(scene.shapes.iter().any(filled), "{name}");
        for gate in &findings.gates {
            let named =
                gate.result != GateResult::Held && !gate.expr.starts_with("fds") || name != "gate-failed";
            assert_eq!(has(&gate.expr), named, "{name}: {}", gate.expr);
        }
    }
}

#[test]
fn no_text_is_too_small_to_read_at_600_pixels() {
    for case in testing::cases() {
        let scene = compose(&case.evidence, &case.findings, &LIGHT);
        assert!(scene.texts().all(|t| t.size >= 22.0), "{}", case.name);
    }
}

#[test]
fn the_leak_is_named_in_the_picture_and_the_colour_of_what_is_wrong_is_kept_for_it() {
    let Case { evidence, findings, .. } = testing::leak();
    let scene = compose(&evidence, &findings, &LIGHT);
    let has = |what: &str| scene.texts().any(|t| t.text.contains(what));
    for what in
        ["LEAK", "main.fanOut.func1 · chan send", "1.0 per request · proven by the runtime", "limit 512 MiB"]
    {
        assert!(has(what), "{what}");
    }
    let wrong = |scene: &Scene| {
        scene.shapes.iter().any(|s| matches!(s, Shape::Area { colour, .. } if *colour == LIGHT.warn))
    };
    assert!(wrong(&scene));
    let stable = testing::cases().into_iter().find(|c| c.name == "stable").unwrap();
    assert!(!wrong(&compose(&stable.evidence, &stable.findings, &LIGHT)));
}

#[test]
fn the_line_of_a_growth_is_drawn_where_it_was_found() {
    let Case { evidence, mut findings, .. } = testing::leak();
    let length = |findings: &Report| {
        let scene = compose(&evidence, findings, &LIGHT);
        let line = scene.shapes.iter().find_map(|s| match s {
            Shape::Line { points, width, .. } if *width == 4.0 => Some(points[1].0 - points[0].0),
            _ => None,
        });
        line.unwrap()
    };
    let whole = length(&findings);
    for series in &mut findings.series {
        series.slope_over_s = Some(0.25 * testing::Made::default().seconds);
    }
    let part = length(&findings);
    assert!(whole > 0.0 && part > 0.25 * whole && part < 0.6 * whole, "{part} of {whole}");
}

#[test]
fn the_dots_are_what_the_table_says_of_the_line_that_is_drawn() {
    let Case { evidence, mut findings, .. } = testing::leak();
    let rss = findings.series.iter().position(|s| s.id == SeriesId::Rss).unwrap();
    (findings.series[rss].start, findings.series[rss].end) = (Some(12_345_678.0), Some(23_456_789.0));
    let scene = compose(&evidence, &findings, &LIGHT);
    for bytes in [12_345_678.0, 23_456_789.0] {
        let says = crate::units::Unit::Bytes.show(bytes);
        assert!(scene.texts().any(|text| text.text == says), "{says}");
    }
}

#[test]
fn a_figure_that_settle_has_moved_says_so() {
    let Case { evidence, mut findings, .. } = testing::leak();
    let text = |findings: &Report| {
        let scene = compose(&evidence, findings, &LIGHT);
        let texts: Vec<String> = scene.texts().map(|text| text.text.clone()).collect();
        let edge = texts.iter().position(|text| text.starts_with("resident ")).unwrap();
        texts[edge..edge + 2].join(" ")
    };
    let rss = findings.series.iter().position(|s| s.id == SeriesId::Rss).unwrap();
    let end = Unit::Bytes.show(findings.series[rss].end.unwrap());
    assert!(text(&findings).starts_with(&format!("resident {end}, ")), "{}", text(&findings));
    assert!(text(&findings).ends_with(" after settle"), "{}", text(&findings));
    findings.series[rss].end =
        evidence.recording.series(SeriesId::Rss).unwrap().samples.last().unwrap().get();
    assert!(!text(&findings).contains("after"), "{}", text(&findings));
}

#[test]
fn every_number_of_panels_fills_the_picture() {
    for case in testing::cases().iter().filter(|c| c.name != "nothing") {
        let scene = compose(&case.evidence, &case.findings, &LIGHT);
        let lowest = scene
            .shapes
            .iter()
            .filter_map(|s| match s {
                Shape::Line { points, .. } => points.iter().map(|p| p.1).max_by(f32::total_cmp),
                _ => None,
            })
            .fold(0.0, f32::max);
        assert!(lowest > 780.0 && lowest < 960.0, "{}: {lowest}", case.name);
    }
}

#[test]
fn a_day_of_seconds_is_laid_out_as_few_points() {
    let Case { evidence, findings, .. } = testing::day();
    let scene = compose(&evidence, &findings, &LIGHT);
    let points: usize = scene
        .shapes
        .iter()
        .map(|s| match s {
            Shape::Line { points, .. } => points.len(),
            Shape::Area { points, .. } => points.len(),
            _ => 1,
        })
        .sum();
    assert!(points < 60_000, "{points} points");
}

#[test]
fn a_png_has_the_size_it_says_and_something_in_every_quarter() {
    let Case { evidence, findings, .. } = testing::leak();
    let bytes = png::render(&compose(&evidence, &findings, &LIGHT)).unwrap();
    let mut reader = ::png::Decoder::new(&bytes[..]).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size()];
    let info = reader.next_frame(&mut pixels).unwrap();
    assert_eq!((info.width, info.height), SIZE);
    let paper = [LIGHT.paper.0, LIGHT.paper.1, LIGHT.paper.2];
    for quarter in 0..4 {
        let (left, top) = (quarter % 2 * 800, quarter / 2 * 500);
        let painted = (0..500 * 800)
            .filter(|i| {
                let at = ((top + i / 800) * 1600 + left + i % 800) * 3;
                pixels[at..at + 3] != paper
            })
            .count();
        assert!(painted > 500 * 800 / 20, "quarter {quarter}: {painted}");
    }
    assert!(bytes.len() < 400_000, "{} bytes", bytes.len());
}

#[test]
fn an_svg_says_all_that_the_png_says_and_escapes_what_is_not_its_own() {
    let Case { mut evidence, mut findings, .. } = testing::leak();
    evidence.group_names[0].name = "<script>alert(1)</script>".into();
    findings.culprits[0].name = evidence.group_names[0].name.clone();
    let scene = compose(&evidence, &findings, &LIGHT);
    let text = svg::render(&scene).unwrap();
    assert!(text.starts_with("<svg ") && text.trim_end().ends_with("</svg>"));
    assert!(!text.contains("<script") && text.contains("&lt;script&gt;"));
    assert_eq!(text.matches("<text ").count(), scene.texts().count());
    assert!(text.len() < 400_000, "{} bytes", text.len());
}

fn keep(scene: &Scene, name: &str, png: &[u8]) {
    if let Some(dir) = std::env::var_os("SOAK_PICTURES") {
        let dir = std::path::PathBuf::from(dir);
        std::fs::write(dir.join(format!("{name}.png")), png).unwrap();
        std::fs::write(dir.join(format!("{name}.svg")), svg::render(scene).unwrap()).unwrap();
    }
}

#[test]
#[ignore = "paints every picture into SOAK_PICTURES, to be looked at by a person"]
fn every_picture_to_be_looked_at() {
    for case in testing::cases() {
        let scene = compose(&case.evidence, &case.findings, &LIGHT);
        keep(&scene, case.name, &png::render(&scene).unwrap());
    }
    let Case { evidence, findings, .. } = testing::leak();
    let scene = compose(&evidence, &findings, &DARK);
    keep(&scene, "leak-dark", &png::render(&scene).unwrap());
    let scene = pair(&LIGHT);
    keep(&scene, "pair", &png::render(&scene).unwrap());
}
