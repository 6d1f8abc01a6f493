//! What the views on a terminal share: keys, colours, boxes, and the terminal itself.

mod boxed;
mod keys;
mod panel;
pub(super) mod terminal;
mod text;
mod theme;

pub use boxed::draw_box;
pub use keys::{Key, keys};
#[cfg(test)]
pub use keys::{Means, every_key, keys_that, written};
pub use panel::{title, title_with_hint};
pub use text::{cut, cut_front, cut_items};
pub use theme::Theme;
