//! The files of a watch, which may go on for weeks: no longer than they need be, and no shorter than memory is.
//!
//! Comes in: the mirror, which forgets no part of the time (see `mirror`). Goes out: now and then a file that holds what
//! the mirror does, put whole in the place of one that had grown too long. A run's files are never touched.

use std::fmt::Write as _;

use super::rows;
use super::sink::Sink;
use crate::error::Result;
use crate::evidence::Evidence;

/// Lines from which a file is rewritten: a week of samples every 10 s has 60,480.
pub(super) const MOST_LINES: usize = 1 << 16;

/// The files that grow with time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Grows {
    Samples,
    Groups,
    Instances,
    Load,
    Events,
}

impl Grows {
    pub(super) const ALL: [Grows; 5] =
        [Grows::Samples, Grows::Groups, Grows::Instances, Grows::Load, Grows::Events];

    /// How many lines of it the mirror holds.
    fn mirrored(self, evidence: &Evidence) -> usize {
        match self {
            Grows::Samples => evidence.recording.len(),
            Grows::Groups => evidence.groups.len(),
            Grows::Instances => evidence.instances.len(),
            Grows::Load => evidence.load.len(),
            Grows::Events => evidence.events.len(),
        }
    }

    /// Those lines.
    fn lines(self, evidence: &Evidence) -> Result<String> {
        let mut text = String::new();
        match self {
            Grows::Samples => {
                let r = &evidence.recording;
                for i in 0..r.len() {
                    let values: Vec<_> = r.series.iter().map(|series| series.samples[i]).collect();
                    let line = rows::sample(r.elapsed_s[i], r.phases[i], r.requests_total[i], &values);
                    let _ = writeln!(text, "{line}"); // writing to a String cannot fail
                }
            }
            Grows::Groups => evidence.groups.iter().for_each(|row| text += &rows::group(row)),
            Grows::Instances => evidence.instances.iter().for_each(|row| text += &rows::group(row)),
            Grows::Load => {
                for row in &evidence.load {
                    let _ = writeln!(text, "{}", rows::load(row));
                }
            }
            Grows::Events => {
                for event in &evidence.events {
                    text += &rows::json(event)?;
                    text.push('\n');
                }
            }
        }
        Ok(text)
    }

    /// Rewrites the file if it has more than `most` lines and at least twice as many as there would be then; tells how
    /// many there are, if it did. Takes a tenth of a second for the longest, a few times a month.
    ///
    /// # Errors
    /// When the disk says so; the file then stays as it was.
    pub(super) fn shorten(self, sink: &mut Sink, evidence: &Evidence, most: usize) -> Result<Option<usize>> {
        let rows = self.mirrored(evidence);
        // rewriting for little would be done again and again
        if sink.lines() <= most || sink.lines() < 2 * rows {
            return Ok(None);
        }
        sink.replace(&self.lines(evidence)?)?;
        Ok(Some(rows))
    }
}
