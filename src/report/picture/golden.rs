//! Golden pictures: what each kind of run looks like, as grids of grey in tests/golden.
//!
//! A cell is the mean lightness of eight by eight pixels. Up to [`MAY_DIFFER`] of a picture's 25,000 cells may differ
//! by more than [`BY`] of 255: fonts are rasterised with floats, and the version in the corner changes. A label more or
//! less is beyond that, which a test checks. `SOAK_GOLDEN=write` draws them again, to be looked at before they are
//! committed.

use std::fs::{self, File};
use std::io::BufReader;
use std::path::PathBuf;

use super::*;
use crate::report::png::coarse;
use crate::report::testing::{self, Case};

/// Pixels to a cell, in both directions.
const CELL: usize = 8;
const WIDE: usize = SIZE.0 as usize / CELL;
const HIGH: usize = SIZE.1 as usize / CELL;
const BY: u8 = 32;
const MAY_DIFFER: usize = 12;

fn grid(scene: &Scene) -> Vec<u8> {
    let pixels = coarse(scene);
    let row = SIZE.0 as usize * 3;
    let cell = |i: usize| {
        let (left, top) = (i % WIDE * CELL * 3, i / WIDE * CELL);
        let mut sums = [0u32; 3];
        for y in top..top + CELL {
            for pixel in pixels[y * row + left..][..CELL * 3].chunks_exact(3) {
                sums.iter_mut().zip(pixel).for_each(|(sum, v)| *sum += u32::from(*v));
            }
        }
        // ITU-R BT.601
        let [r, g, b] = sums.map(|sum| sum / (CELL * CELL) as u32);
        ((299 * r + 587 * g + 114 * b) / 1000) as u8
    };
    (0..WIDE * HIGH).map(cell).collect()
}

fn place(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("tests/golden/{name}.png"))
}

fn kept(name: &str) -> Vec<u8> {
    let path = place(name);
    let file = File::open(&path).unwrap_or_else(|e| panic!("{}: {e}; SOAK_GOLDEN=write", path.display()));
    let mut reader = ::png::Decoder::new(BufReader::new(file)).read_info().unwrap();
    let mut cells = vec![0; reader.output_buffer_size()];
    let info = reader.next_frame(&mut cells).unwrap();
    assert_eq!((info.width as usize, info.height as usize), (WIDE, HIGH), "{name}");
    cells
}

fn keep(name: &str, cells: &[u8]) {
    let file = File::create(place(name)).unwrap();
    let mut encoder = ::png::Encoder::new(file, WIDE as u32, HIGH as u32);
    encoder.set_color(::png::ColorType::Grayscale);
    encoder.set_depth(::png::BitDepth::Eight);
    encoder.set_compression(::png::Compression::Best);
    encoder.write_header().unwrap().write_image_data(cells).unwrap();
}

/// The cells that differ, by column and row.
fn different(a: &[u8], b: &[u8]) -> Vec<(usize, usize)> {
    let all = a.iter().zip(b).enumerate().filter(|(_, (a, b))| a.abs_diff(**b) > BY);
    all.map(|(i, _)| (i % WIDE, i / WIDE)).collect()
}

fn looks_as_before(name: &str, scene: &Scene) {
    let now = grid(scene);
    if std::env::var_os("SOAK_GOLDEN").is_some_and(|v| v == "write") {
        keep(name, &now);
    }
    let size = fs::metadata(place(name)).map_or(0, |file| file.len());
    assert!(size <= 30 << 10, "{name}: {size} bytes");
    let cells = different(&kept(name), &now);
    assert!(
        cells.len() <= MAY_DIFFER,
        "{name}.png looks otherwise than before in {} cells of {CELL} pixels, from {:?} on. SOAK_PICTURES=DIR has the \
         pictures drawn; if they are right, SOAK_GOLDEN=write keeps them",
        cells.len(),
        cells[0],
    );
}

fn case(name: &str) -> Case {
    testing::cases().into_iter().find(|case| case.name == name).unwrap()
}

fn as_before(name: &str) {
    let Case { evidence, findings, .. } = case(name);
    looks_as_before(name, &compose(&evidence, &findings, &LIGHT));
}

macro_rules! as_before {
    ($($test:ident: $name:literal),+ $(,)?) => { $(#[test] fn $test() { as_before($name); })+ };
}

// one test each, so that they run beside each other
as_before! {
    a_leak_looks_as_before: "leak",
    a_stable_run_looks_as_before: "stable",
    a_plateau_looks_as_before: "plateau",
    a_step_looks_as_before: "step",
    a_sawtooth_looks_as_before: "sawtooth",
    a_restart_looks_as_before: "restart",
    a_target_that_died_looks_as_before: "died",
    cycles_look_as_before: "cycles",
    a_run_without_a_task_source_looks_as_before: "rss-only",
    five_samples_look_as_before: "five-samples",
}

#[test]
fn a_day_looks_as_before() {
    let Case { evidence, findings, name } = testing::day();
    looks_as_before(name, &compose(&evidence, &findings, &LIGHT));
}

#[test]
fn a_dark_leak_looks_as_before() {
    let Case { evidence, findings, .. } = testing::leak();
    looks_as_before("leak-dark", &compose(&evidence, &findings, &DARK));
}

#[test]
fn a_label_more_or_less_is_seen() {
    let Case { evidence, findings, .. } = case("restart");
    let scene = compose(&evidence, &findings, &LIGHT);
    let whole = grid(&scene);
    assert_eq!(different(&whole, &grid(&scene)), []);
    for gone in ["restart", "collections", "stacks 4.8 MiB", "no errors"] {
        let mut without = scene.clone();
        without.shapes.retain(|shape| !matches!(shape, Shape::Text(text) if text.text == gone));
        assert!(without.shapes.len() < scene.shapes.len(), "there is no '{gone}'");
        let cells = different(&whole, &grid(&without)).len();
        assert!(cells > MAY_DIFFER, "without '{gone}' {cells} cells differ");
    }
}
