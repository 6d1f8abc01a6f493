//! Requests that differ: the slots of a template are filled in for each request.
//!
//! Comes in: the plan of a request. Goes out: keys, which are numbers from 1, and the path and query, headers and body of
//! the request with a key. What it is filled with follows from the key and the seed of the run alone: nothing is kept of
//! a value, and a key that is repeated gives the same request again.

mod filling;
mod keys;
mod renderer;
#[cfg(test)]
mod tests;
mod value;

pub(super) use filling::Filling;
pub(super) use keys::Keys;
pub(super) use renderer::Renderer;
