//! The picture one shares: the verdict as its title, memory, tasks, rate and latency over the same time.
//!
//! Comes in: the evidence of a run and its report. Goes out: a [`Scene`], which `png.rs` and `svg.rs` paint. What is
//! wrong has one warm colour and nothing else has it; lines are labelled at the right edge, so that no legend is
//! needed.
//!
//! `one_run` and `pair` lay out the panels (`memory`, `tasks`, `rate`, `latency`); `labels` says where words go, `text`
//! how wide they are and where they are cut.

mod account;
mod asked_rate;
mod axis;
mod bins;
mod counted_rate;
mod edge_figure;
mod fit;
mod head;
mod labels;
mod latency;
mod layers;
mod marks;
mod memory;
mod memory_limit;
mod one_run;
mod page;
mod pair;
mod panel;
mod phase_spans;
mod rate;
mod run_time;
mod scene;
mod stage;
mod task_stack;
mod tasks;
mod text;
mod theme;
mod timeline;
mod trace;

pub use bins::{Bin, collect_bins, whole_intervals};
pub use layers::{FittedLine, LayerArea, Layers, MemoryLayers, TaskLayers, memory_layers, task_layers};
pub use marks::Mark;
pub use one_run::compose;
pub use page::SIZE;
pub use pair::{PairLayout, compose_pair};
pub use run_time::{RunTime, run_time};
pub use scene::{Anchor, Point, Rect, Scene, Shape, Text};
pub use text::{Weight, font, scale};
pub use theme::{DARK, LIGHT, Palette, Rgb, Theme, Tint};

#[cfg(test)]
mod golden;
#[cfg(test)]
mod tests;
