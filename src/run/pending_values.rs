//! Values that wait for the next row of samples, and the count of tasks that every row repeats as `tasks`.

use crate::evidence::SeriesId;

/// Values of inspections, to be written with the next row.
#[derive(Debug)]
pub(super) struct PendingValues {
    values: Vec<(SeriesId, f64)>,
    /// The series that `tasks` repeats.
    tasks_from: Option<SeriesId>,
}

impl PendingValues {
    /// For a run with these series.
    pub(super) fn new(series: &[SeriesId]) -> PendingValues {
        PendingValues { values: Vec::new(), tasks_from: best_task_count(series) }
    }

    pub(super) fn keep(&mut self, values: Vec<(SeriesId, f64)>) {
        self.values.extend(values);
    }

    /// What waits was read from a process that is gone.
    pub(super) fn restarted(&mut self) {
        self.values.clear();
    }

    pub(super) fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Adds what waits to the values of a row, and the best count of tasks under its common name.
    pub(super) fn complete(&mut self, row: &mut Vec<(SeriesId, f64)>) {
        row.append(&mut self.values);
        if let Some(from) = &self.tasks_from
            && let Some((_, n)) = row.iter().find(|(id, _)| id == from)
        {
            row.push((SeriesId::Tasks, *n));
        }
    }
}

/// The series that `tasks` repeats; none where nothing counts tasks, and then there is no such column.
pub fn best_task_count(series: &[SeriesId]) -> Option<SeriesId> {
    let mut counts = SeriesId::task_counts().into_iter().filter(|id| *id != SeriesId::Tasks);
    counts.find(|count| series.contains(count))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_count_is_repeated_as_tasks() {
        let mut pending = PendingValues::new(&[SeriesId::Rss, SeriesId::Threads, SeriesId::Goroutines]);
        let mut row = vec![(SeriesId::Threads, 8.0), (SeriesId::Goroutines, 505.0)];
        pending.keep(vec![(SeriesId::MemLive, 1.0)]);
        pending.complete(&mut row);
        assert!(row.contains(&(SeriesId::Tasks, 505.0)) && row.contains(&(SeriesId::MemLive, 1.0)));
        assert!(pending.is_empty());
    }
}
