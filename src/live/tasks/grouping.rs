//! Groups put together by less than their whole stack and state.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::evidence::sort_by_wait;
use crate::findings::{Grouping, ListedGroup};
use crate::wording::{unknown_creator, unknown_state};

/// What the key of this digit chooses.
pub fn grouping_of_key(key: char) -> Option<Grouping> {
    Some(match key {
        '1' => Grouping::Stack,
        '2' => Grouping::Function,
        '3' => Grouping::Creator,
        '4' => Grouping::State,
        '5' => Grouping::Label,
        _ => return None,
    })
}

/// The name of the row that this group belongs to.
fn name_of_row(by: Grouping, group: &ListedGroup) -> String {
    match by {
        Grouping::Stack | Grouping::Function | Grouping::Label => group.name.clone(),
        Grouping::Creator => match &group.created_by {
            Some(frame) => frame.func.clone(),
            None => unknown_creator(group.kind),
        },
        Grouping::State => group.state.clone().unwrap_or_else(|| unknown_state(group.kind)),
    }
}

/// One row: a group as it was read, or several as one, with how many more there are than at the mark.
#[derive(Debug, Clone, PartialEq)]
pub struct Shown<'a> {
    /// The group.
    pub group: Cow<'a, ListedGroup>,
    /// Growth since the mark; none without one.
    pub since_mark: Option<f64>,
}

/// Puts those together that have the same in common. A row made of several has what the one with the most tasks has of
/// stack and creator.
pub fn put_together(rows: Vec<Shown<'_>>, by: Grouping) -> Vec<Shown<'_>> {
    if matches!(by, Grouping::Stack | Grouping::Label) {
        return rows;
    }
    let mut places = HashMap::new();
    let mut all: Vec<(Shown<'_>, f64)> = Vec::new();
    for row in rows {
        let key = (row.group.kind, name_of_row(by, &row.group));
        match places.get(&key) {
            Some(at) => {
                let (whole, largest): &mut (Shown<'_>, f64) = &mut all[*at];
                add(whole, largest, row);
            }
            None => {
                places.insert(key.clone(), all.len());
                let count = row.group.count;
                let mut group = row.group.into_owned();
                (group.id, group.name) = (key.1.clone(), key.1);
                all.push((Shown { group: Cow::Owned(group), since_mark: row.since_mark }, count));
            }
        }
    }
    all.into_iter().map(|(row, _)| row).collect()
}

fn add(whole: &mut Shown<'_>, largest: &mut f64, part: Shown<'_>) {
    let group = whole.group.to_mut();
    let other = part.group.as_ref();
    if other.count > *largest {
        *largest = other.count;
        group.stack.clone_from(&other.stack);
        group.created_by.clone_from(&other.created_by);
    }
    group.count += other.count;
    group.growth += other.growth;
    group.per_request = group.per_request.zip(other.per_request).map(|(a, b)| a + b);
    // an interval of a sum would need how far its parts move together
    group.per_request_interval = None;
    group.movement = group.movement.max(other.movement);
    group.age_s = group.age_s.max(other.age_s);
    group.longest_wait_s = group.longest_wait_s.max(other.longest_wait_s);
    group.proven = group.proven.zip(other.proven).map(|(a, b)| a + b).or(group.proven).or(other.proven);
    group.times = group.times.zip(other.times).map(|(a, b)| a.and(b)).or(group.times).or(other.times);
    group.ids = std::mem::take(&mut group.ids).and(other.ids.clone(), |mut ids, more| {
        ids.extend(more);
        sort_by_wait(&mut ids);
        ids
    });
    if group.state != other.state {
        group.state = None;
    }
    group.history.iter_mut().zip(&other.history).for_each(|(sum, n)| *sum += n);
    whole.since_mark = whole.since_mark.zip(part.since_mark).map(|(a, b)| a + b);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Frame;
    use crate::findings::Movement;
    use crate::live::tasks::testing::group;

    #[test]
    fn what_has_the_same_in_common_is_one_row_with_the_sum_of_all() {
        let frame = |func: &str| Some(Frame { func: func.into(), file: None, line: None });
        let groups = [
            ListedGroup { created_by: frame("main.serve"), ..group("main.produce", "chan send", 5.0, 4.0) },
            ListedGroup {
                created_by: frame("main.serve"),
                movement: Movement::Growing,
                ..group("main.produce", "select", 7.0, 2.0)
            },
            group("main.poll", "select", 1.0, 0.0),
        ];
        let rows = |by: Grouping| -> Vec<(String, f64, f64)> {
            let shown = groups.iter().map(|g| Shown { group: Cow::Borrowed(g), since_mark: Some(1.0) });
            let rows = put_together(shown.collect(), by);
            rows.iter()
                .map(|row| (row.group.name.clone(), row.group.count, row.since_mark.unwrap()))
                .collect()
        };
        let row = |name: &str, count: f64, since: f64| (name.to_string(), count, since);
        assert_eq!(rows(Grouping::Stack).len(), 3);
        assert_eq!(rows(Grouping::Function), [row("main.produce", 12.0, 2.0), row("main.poll", 1.0, 1.0)]);
        assert_eq!(rows(Grouping::State), [row("chan send", 5.0, 1.0), row("select", 8.0, 2.0)]);
        let unknown = "creator not known: goroutines";
        assert_eq!(rows(Grouping::Creator), [row("main.serve", 12.0, 2.0), row(unknown, 1.0, 1.0)]);

        let shown = groups.iter().map(|g| Shown { group: Cow::Borrowed(g), since_mark: None });
        let whole = put_together(shown.collect(), Grouping::Function).remove(0).group.into_owned();
        assert_eq!((whole.state, whole.movement, whole.growth), (None, Movement::Growing, 6.0));
    }
}
