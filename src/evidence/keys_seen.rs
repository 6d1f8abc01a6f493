//! How far the requests of a run have gone through their keys, where there are only so many.
//!
//! Every key comes once before any comes again (`workload::Deck`), so that as many requests as there are keys have seen
//! all of them.

use super::{EventKind, Evidence, KeyUse, RowOrder};

/// Keys that have not been used yet.
#[derive(Debug, Clone, PartialEq)]
pub struct UnseenKeys {
    /// How many were used so far,
    pub seen: u64,
    /// of so many.
    pub distinct: u64,
    /// How long the run must go on until all were used, in seconds; none where no rate is known.
    pub left_s: Option<f64>,
}

/// How far a run has gone through rows that were meant for one time.
#[derive(Debug, Clone, PartialEq)]
pub struct RowsUsed {
    /// Their file, without the directory.
    pub file: String,
    /// How many there are.
    pub rows: u64,
    /// How many were asked for, by the request that asked for most.
    pub asked: u64,
}

impl Evidence {
    /// Keys that are still new to the service, of the request that has the longest way to go. None where all were used,
    /// and where each request has a new one: those never end.
    pub fn unseen_keys(&self) -> Option<UnseenKeys> {
        let vary = self.driven()?.vary.as_ref()?;
        if self.events.iter().any(|event| matches!(event.kind, EventKind::KeysSeen { .. })) {
            return None;
        }
        let of_request = vary.keys.iter().filter_map(|keys| {
            let distinct = keys.distinct?;
            let rows = || self.load.iter().filter(|row| row.request == keys.request);
            let seen: u64 = rows().map(|row| row.sent).sum();
            (seen < distinct).then(|| {
                // baseline and settle, which send nothing, take no part in the rate
                let loaded = || rows().filter(|row| row.sent > 0).map(|row| row.elapsed_s);
                let last_s = loaded().fold(0.0, f64::max);
                let first_s = loaded().fold(f64::INFINITY, f64::min);
                // from the end of the first second with load
                let rate = seen as f64 / (last_s - first_s + 1.0);
                let left_s = (distinct - seen) as f64 / rate;
                UnseenKeys {
                    seen,
                    distinct,
                    left_s: Some(left_s).filter(|left| left.is_finite() && *left > 0.0),
                }
            })
        });
        let left = |keys: &UnseenKeys| keys.distinct - keys.seen;
        of_request.max_by(|a, b| left(a).cmp(&left(b)))
    }

    /// How many rows were asked for, where each is meant for one time.
    pub fn rows_used(&self) -> Option<RowsUsed> {
        let vary = self.driven()?.vary.as_ref()?;
        let rows = vary.rows.as_ref().filter(|rows| rows.order == RowOrder::Once)?;
        // a repeated key has the row that it had before
        let takes_rows = vary.keys.iter().filter(|keys| keys.rows && keys.keys != KeyUse::Repeated);
        let sent = |name: &str| self.load.iter().filter(|row| row.request == name).map(|row| row.sent).sum();
        let asked = takes_rows.map(|keys| sent(&keys.request)).max()?;
        Some(RowsUsed { file: rows.file.clone(), rows: rows.count, asked })
    }

    /// How many keys there are, where they are only so many.
    pub fn distinct_keys(&self) -> Option<u64> {
        self.driven()?.vary.as_ref()?.keys.iter().filter_map(|keys| keys.distinct).max()
    }
}

#[cfg(test)]
mod tests {
    use super::super::{DrivenPlan, Event, KeyUse, LoadRow, PlanRecord, RequestKeys, RowsRecord, VaryRecord};
    use super::*;

    fn evidence(distinct: Option<u64>, sent: &[u64]) -> Evidence {
        let (request, origin) = ("all".to_string(), "all".to_string());
        let keys = RequestKeys { request, origin, keys: KeyUse::Next, distinct, rows: true };
        let rows = RowsRecord { file: "u.csv".into(), hash: "0".into(), count: 300, order: RowOrder::Once };
        let vary = Some(VaryRecord { keys: vec![keys], rows: Some(rows), ..VaryRecord::default() });
        let row = |(second, sent): (usize, &u64)| LoadRow {
            elapsed_s: second as f64,
            request: "all".into(),
            sent: *sent,
            ..LoadRow::default()
        };
        Evidence {
            plan: Some(PlanRecord::example_of(DrivenPlan { vary, ..DrivenPlan::example() })),
            load: sent.iter().enumerate().map(row).collect(),
            ..Evidence::default()
        }
    }

    #[test]
    fn as_many_requests_as_there_are_keys_have_seen_all() {
        let unseen = evidence(Some(1000), &[0, 100, 100]).unseen_keys().unwrap();
        assert_eq!((unseen.seen, unseen.distinct, unseen.left_s), (200, 1000, Some(8.0)));
        assert_eq!(evidence(Some(1000), &[0, 500, 500]).unseen_keys(), None);
        assert_eq!(evidence(None, &[0, 5]).unseen_keys(), None, "there is no end of them");
        let nothing_yet = evidence(Some(10), &[]).unseen_keys().unwrap();
        assert_eq!((nothing_yet.seen, nothing_yet.left_s), (0, None));
        let mut seen = evidence(Some(1000), &[0, 100]);
        seen.events = vec![Event { elapsed_s: 1.0, kind: EventKind::KeysSeen { keys: 1000 } }];
        assert_eq!(seen.unseen_keys(), None, "what was seen stays seen");
    }

    #[test]
    fn seconds_without_load_do_not_slow_the_rate() {
        let unseen = evidence(Some(1000), &[0, 0, 0, 100, 100, 100, 0, 0]).unseen_keys().unwrap();
        assert_eq!((unseen.seen, unseen.left_s), (300, Some(7.0)));
    }

    #[test]
    fn rows_that_are_meant_for_one_time_are_counted() {
        let used = evidence(None, &[0, 200, 200]).rows_used().unwrap();
        assert_eq!((used.file.as_str(), used.rows, used.asked), ("u.csv", 300, 400));
    }
}
