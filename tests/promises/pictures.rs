//! Pictures are light, and dark where that was asked for; those inside report.html are light in any case.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use super::support::{copy, recorded, run_soak, text};

/// How light the ground of a picture is: red, green and blue of its first pixel.
fn ground(path: &Path) -> [u8; 3] {
    let mut reader = png::Decoder::new(BufReader::new(File::open(path).unwrap())).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size()];
    reader.next_frame(&mut pixels).unwrap();
    [pixels[0], pixels[1], pixels[2]]
}

#[test]
fn the_pictures_of_a_run_and_of_a_comparison_are_dark_where_that_was_asked_for() {
    let place = tempfile::tempdir().unwrap();
    copy(&recorded().dir, place.path());
    let run = place.path().to_str().unwrap();
    let (png, svg, page) = ("soak.png", "soak.svg", "report.html");
    let at = |name: &str| place.path().join(name);
    assert_eq!(ground(&at(png)), [255; 3]);
    let page_before = text(at(page));
    run_soak(&["report", run, "--dark"]).ends_with(0);
    assert!(ground(&at(png)).iter().all(|v| *v < 40), "{:?}", ground(&at(png)));
    assert!(text(at(svg)).contains("#111620"), "the ground of soak.svg");
    assert_eq!(text(at(page)), page_before, "paper is light");
    run_soak(&["compare", run, run, "--dark"]);
    assert!(ground(&at("compare.png")).iter().all(|v| *v < 40));
}
