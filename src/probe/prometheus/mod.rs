//! Pages of metrics: [`text`] reads their format, [`table`] says which metric fills which series, [`probe`] samples them.

pub mod find;
pub mod probe;
mod table;
pub mod text;
