//! Pages of metrics: [`text`] reads their format, [`table`] says which metric fills which series, [`probe`] samples
//! them.
//!
//! Comes in: a page of the service. Goes out: the series of [`table`], those that the user names, and task groups by
//! the labels of a gauge.

pub mod find;
pub mod probe;
mod table;
pub mod text;
