//! Two readings of a series, as levels or as the change between them.
//!
//! No amount of memory is negative. Native memory counts from where it was first read, and what is reserved and not yet
//! resident counts below zero: of these only the change says something, and is written as one.

use crate::units::Unit;

use super::growth::UNKNOWN;

/// "13.0 MiB → 15.5 MiB", or "changed by −140 KiB" of what has no level.
pub fn from_to(unit: Unit, start: Option<f64>, end: Option<f64>) -> String {
    match change_without_level(unit, start, end) {
        Some(change) => changed_by(unit, change),
        None => format!("{} → {}", show(unit, start), show(unit, end)),
    }
}

/// The same as cells of a table, of the start and of the end.
pub fn end_cells(unit: Unit, start: Option<f64>, end: Option<f64>) -> [String; 2] {
    match change_without_level(unit, start, end) {
        Some(change) => [UNKNOWN.into(), changed_by(unit, change)],
        None => [show(unit, start), show(unit, end)],
    }
}

/// "changed by −140 KiB".
pub fn changed_by(unit: Unit, change: f64) -> String {
    format!("changed by {}", show_change(unit, change))
}

/// A change, always with its sign: "+140 KiB", "−140 KiB"; "0 B" is none.
pub fn show_change(unit: Unit, change: f64) -> String {
    let shown = unit.show(change.abs());
    match change {
        _ if shown == unit.show(0.0) => shown,
        change if change < 0.0 => format!("−{shown}"),
        _ => format!("+{shown}"),
    }
}

/// Whether these readings of memory are no levels.
pub fn has_no_level(unit: Unit, start: Option<f64>, end: Option<f64>) -> bool {
    change_without_level(unit, start, end).is_some()
}

/// From the one to the other, where one of them is memory below zero.
fn change_without_level(unit: Unit, start: Option<f64>, end: Option<f64>) -> Option<f64> {
    let (start, end) = start.zip(end)?;
    (unit == Unit::Bytes && start.min(end) < 0.0).then_some(end - start)
}

fn show(unit: Unit, level: Option<f64>) -> String {
    level.map_or_else(|| UNKNOWN.into(), |level| unit.show(level))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_below_zero_is_written_as_a_change() {
        let said = |start, end| from_to(Unit::Bytes, Some(start), Some(end));
        assert_eq!(said(1024.0, 2048.0), "1.0 KiB → 2.0 KiB");
        assert_eq!(said(28_672.0, -114_688.0), "changed by −140 KiB");
        assert_eq!(said(-2048.0, 1024.0), "changed by +3.0 KiB");
        assert_eq!(said(-2048.0, -2048.0), "changed by 0 B");
        let cells = end_cells(Unit::Bytes, Some(0.0), Some(-2048.0));
        assert_eq!(cells, ["–", "changed by −2.0 KiB"]);
        assert_eq!(end_cells(Unit::Count, Some(2.0), None), ["2", "–"]);
        assert_eq!(
            from_to(Unit::Count, Some(0.0), Some(-3.0)),
            "0 → −3",
            "a user's own count may be below zero"
        );
    }

    #[test]
    fn a_change_has_its_sign() {
        assert_eq!(
            [3072.0, -3072.0, 0.0].map(|v| show_change(Unit::Bytes, v)),
            ["+3.0 KiB", "−3.0 KiB", "0 B"]
        );
        assert_eq!(show_change(Unit::Count, 1200.0), "+1,200");
    }
}
