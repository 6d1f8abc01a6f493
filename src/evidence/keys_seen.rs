//! How far the requests of a run have gone through their keys, where there are only so many.
//!
//! Every key comes once before any comes again (`workload::Deck`), so that as many requests as there are keys have seen
//! all of them.

use super::{EventKind, Evidence, KeyUse, RequestKeys, RowOrder, RowsRecord, steady_stretches};

/// Keys that were new to the service while it was judged.
#[derive(Debug, Clone, PartialEq)]
pub struct UnseenKeys {
    /// How many were used so far: all of them where nothing was judged after that.
    pub seen: u64,
    /// of so many.
    pub distinct: u64,
    /// How long the run must go on until all were used, in seconds; none where no rate is known, or all were used.
    pub left_s: Option<f64>,
}

impl Evidence {
    /// Keys that were new in the part of the run that is judged, of the request that has the longest way to go. None
    /// where all were used before, and where each request has a new one: those never end.
    pub fn unseen_keys(&self) -> Option<UnseenKeys> {
        let distinct = self.distinct_keys()?;
        let all_seen = UnseenKeys { seen: distinct, distinct, left_s: None };
        match self.keys_seen_at_s() {
            None => Some(self.keys_left().unwrap_or(all_seen)),
            // blocks are judged as a whole
            Some(seen_s) if self.is_dealt_to_blocks() => {
                let begins = steady_stretches(self).first()?.0;
                (seen_s > begins).then_some(all_seen)
            }
            Some(_) => None,
        }
    }

    /// When the last of all keys was used, in seconds since the run began; none as long as some were not.
    pub fn keys_seen_at_s(&self) -> Option<f64> {
        let seen = self.events.iter().find(|event| matches!(event.kind, EventKind::KeysSeen { .. }));
        seen.map(|event| event.elapsed_s)
    }

    /// Keys that were not used so far, of the request that has most of them; none once all were used.
    pub fn keys_left(&self) -> Option<UnseenKeys> {
        let keys = &self.driven()?.vary.as_ref()?.keys;
        let of_request = keys.iter().filter_map(|keys| {
            let distinct = keys.distinct?;
            let rows = || self.load.iter().filter(|row| row.request == keys.request);
            let seen: u64 = rows().map(|row| row.sent).sum();
            (seen < distinct).then(|| {
                // baseline and settle, which send nothing, take no part in the rate; the first second with load does
                let loaded = || rows().filter(|row| row.sent > 0).map(|row| row.elapsed_s);
                let last_s = loaded().fold(0.0, f64::max);
                let first_s = loaded().fold(f64::INFINITY, f64::min);
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

    /// Of rows that were meant to be used once: how many requests had one of them, of the request that used most.
    pub fn rows_used_once(&self) -> Option<(&RowsRecord, u64)> {
        let vary = self.driven()?.vary.as_ref()?;
        let rows = vary.rows.as_ref().filter(|rows| rows.order == RowOrder::Once)?;
        let sent = |keys: &RequestKeys| -> u64 {
            self.load.iter().filter(|row| row.request == keys.request).map(|row| row.sent).sum()
        };
        let used = vary.keys.iter().filter(|keys| keys.keys != KeyUse::Repeated).map(sent).max()?;
        Some((rows, used))
    }

    /// How many keys there are, where there are several and only so many.
    pub fn distinct_keys(&self) -> Option<u64> {
        let distinct = self.driven()?.vary.as_ref()?.keys.iter().filter_map(|keys| keys.distinct);
        distinct.max().filter(|keys| *keys > 1)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{DrivenPlan, Event, LoadRow, PlanRecord, VaryRecord};
    use super::*;

    fn evidence(distinct: Option<u64>, sent: &[u64]) -> Evidence {
        let keys = RequestKeys {
            request: "all".into(),
            origin: "all".into(),
            keys: KeyUse::Next,
            distinct,
            from_one: false,
        };
        let vary = Some(VaryRecord { keys: vec![keys], ..VaryRecord::default() });
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
    fn rows_that_are_meant_for_once_are_counted() {
        let with_rows = |order: RowOrder| {
            let mut evidence = evidence(Some(100), &[0, 40, 70]);
            let rows = RowsRecord { file: "u.csv".into(), hash: "0".into(), count: 100, order };
            if let Some(crate::evidence::Workload::Driven(load)) =
                evidence.plan.as_mut().map(|p| &mut p.workload)
            {
                load.vary.as_mut().unwrap().rows = Some(rows);
            }
            evidence
        };
        let once = with_rows(RowOrder::Once);
        assert_eq!(once.rows_used_once().map(|(rows, used)| (rows.count, used)), Some((100, 110)));
        assert!(with_rows(RowOrder::Random).rows_used_once().is_none());
    }

    #[test]
    fn as_many_requests_as_there_are_keys_have_used_all() {
        let left = evidence(Some(1000), &[0, 100, 100]).keys_left().unwrap();
        assert_eq!((left.seen, left.distinct, left.left_s), (200, 1000, Some(8.0)));
        assert_eq!(evidence(Some(1000), &[0, 500, 500]).keys_left(), None);
        assert_eq!(evidence(None, &[0, 5]).unseen_keys(), None, "there is no end of them");
        let nothing_yet = evidence(Some(10), &[]).keys_left().unwrap();
        assert_eq!((nothing_yet.seen, nothing_yet.left_s), (0, None));
    }

    #[test]
    fn keys_are_unseen_until_steady_began_anew_after_the_last_of_them() {
        let mut run = evidence(Some(1000), &[0, 500, 500]);
        let unseen = run.unseen_keys().unwrap();
        assert_eq!((unseen.seen, unseen.left_s), (1000, None), "nothing was judged since");
        run.events = vec![Event { elapsed_s: 2.0, kind: EventKind::KeysSeen { keys: 1000 } }];
        assert_eq!(run.unseen_keys(), None);
        if let Some(crate::evidence::Workload::Driven(load)) =
            run.plan.as_mut().map(|plan| &mut plan.workload)
        {
            load.blocks = DrivenPlan::example_in_blocks().blocks;
        }
        let steady_at =
            |elapsed_s| Event { elapsed_s, kind: EventKind::Phase { phase: super::super::Phase::Steady } };
        run.recording.elapsed_s = vec![0.0, 9.0];
        run.recording.phases = vec![super::super::Phase::Steady; 2];
        run.events.insert(0, steady_at(1.0));
        assert!(run.unseen_keys().is_some(), "blocks are judged as a whole");
        run.events[0] = steady_at(2.5);
        assert_eq!(run.unseen_keys(), None, "all came in warm-up");
    }

    #[test]
    fn seconds_without_load_do_not_slow_the_rate() {
        let unseen = evidence(Some(1000), &[0, 0, 0, 100, 100, 100, 0, 0]).unseen_keys().unwrap();
        assert_eq!((unseen.seen, unseen.left_s), (300, Some(7.0)));
    }
}
