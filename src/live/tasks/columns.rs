//! The columns of the table, and which of them a screen has room for.

/// A column, in the order from left to right; the table can be sorted by each but the curve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Column {
    /// By name.
    Name,
    /// By what it waits for.
    State,
    /// By what it does: proven leak, growing, steady, gone.
    Movement,
    /// By how many there are.
    Count,
    /// By growth since the start.
    Growth,
    /// By growth per request.
    PerRequest,
    /// By growth since the mark.
    SinceMark,
    /// By how long it is known.
    Age,
    /// Its counts over time as a curve.
    Curve,
}

/// What there is to show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Available {
    /// Requests are counted.
    pub per_request: bool,
    /// A mark is set.
    pub mark: bool,
}

/// A name has at least so much room before a further column may take some.
const LEAST_NAME: usize = 24;
/// Room for an interval, too.
const WIDE: usize = 130;

/// The columns from left to right, each with its width. Those that matter most come first where there is no room for
/// all.
pub fn columns(width: usize, available: Available) -> Vec<(Column, usize)> {
    let per_request = if width >= WIDE { 22 } else { 13 };
    let by_weight = [
        (Column::Count, 8, true),
        (Column::Growth, 9, true),
        (Column::SinceMark, 12, available.mark),
        (Column::PerRequest, per_request, available.per_request),
        (Column::Movement, 12, true),
        (Column::State, if width >= 100 { 18 } else { 14 }, true),
        (Column::Curve, 14, true),
        (Column::Age, 10, true),
    ];
    let mut left = width;
    let mut chosen: Vec<(Column, usize)> = Vec::new();
    for (column, room, _) in by_weight.into_iter().filter(|(.., there)| *there) {
        if left < LEAST_NAME + room && !matches!(column, Column::Count | Column::Growth) {
            break;
        }
        left = left.saturating_sub(room);
        chosen.push((column, room));
    }
    chosen.push((Column::Name, left));
    chosen.sort_unstable();
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(width: usize, available: Available) -> Vec<Column> {
        columns(width, available).into_iter().map(|(column, _)| column).collect()
    }

    #[test]
    fn a_narrow_screen_has_what_matters_most_and_a_wide_one_all() {
        let all = Available { per_request: true, mark: true };
        assert_eq!(shown(40, all), [Column::Name, Column::Count, Column::Growth]);
        let of_80 = [
            Column::Name,
            Column::State,
            Column::Movement,
            Column::Count,
            Column::Growth,
            Column::PerRequest,
        ];
        assert_eq!(shown(80, Available { per_request: true, mark: false }), of_80);
        assert_eq!(shown(80, Available::default())[..3], [Column::Name, Column::State, Column::Movement]);
        assert_eq!(shown(160, all).len(), 9);
        for width in [0, 1, 17, 60, 79, 100, 131, 300] {
            let total: usize = columns(width, all).iter().map(|(_, room)| room).sum();
            assert!(total <= width.max(17), "{width}");
        }
    }
}
