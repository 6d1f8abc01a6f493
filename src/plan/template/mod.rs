//! Requests that differ: text with slots, parsed once.
//!
//! Comes in: what was written as path, query, header or body. Goes out: a [`Template`] of literal text and [`Slot`]s for
//! each, and how its values are escaped ([`Escape`]). What fills a slot is up to `drive/`.

mod escape;
mod request_template;
mod slot;
mod text;
mod variation;

pub use escape::Escape;
pub use request_template::RequestTemplate;
pub use request_template::with_slots;
pub use slot::Slot;
pub use text::{Piece, Template};
pub use variation::{SessionSlots, Vary};
