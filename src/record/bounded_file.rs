//! The files of a watch, which may go on for weeks: no longer than they need be, and no shorter than memory is.
//!
//! Comes in: the mirror, which forgets no part of the time (see `mirror`). Goes out: now and then a file that holds
//! what the mirror does, put whole in the place of one that had grown too long. A run's files are never touched.

use std::fmt::Write as _;

use super::append_file::AppendFile;
use super::lines::{group_line, json_line, load_line, sample_line};
use crate::error::Result;
use crate::evidence::Evidence;

/// Lines from which a file is rewritten: a week of samples every 10 s has 60,480.
pub(super) const MOST_LINES: usize = 1 << 16;

/// The files that grow with time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BoundedFile {
    Samples,
    Groups,
    Instances,
    Load,
    Events,
}

impl BoundedFile {
    pub(super) const ALL: [BoundedFile; 5] = [
        BoundedFile::Samples,
        BoundedFile::Groups,
        BoundedFile::Instances,
        BoundedFile::Load,
        BoundedFile::Events,
    ];

    /// How many lines of it the mirror holds.
    fn mirrored(self, evidence: &Evidence) -> usize {
        match self {
            BoundedFile::Samples => evidence.recording.len(),
            BoundedFile::Groups => evidence.groups.len(),
            BoundedFile::Instances => evidence.instances.len(),
            BoundedFile::Load => evidence.load.len(),
            BoundedFile::Events => evidence.events.len(),
        }
    }

    /// Those lines.
    fn lines(self, evidence: &Evidence) -> Result<String> {
        let mut text = String::new();
        match self {
            BoundedFile::Samples => {
                let r = &evidence.recording;
                for i in 0..r.len() {
                    let values: Vec<_> = r.series.iter().map(|series| series.samples[i]).collect();
                    let line = sample_line(r.elapsed_s[i], r.phases[i], r.requests_total[i], &values);
                    let _ = writeln!(text, "{line}"); // writing to a String cannot fail
                }
            }
            BoundedFile::Groups => evidence.groups.iter().for_each(|row| text += &group_line(row)),
            BoundedFile::Instances => evidence.instances.iter().for_each(|row| text += &group_line(row)),
            BoundedFile::Load => {
                for row in &evidence.load {
                    let _ = writeln!(text, "{}", load_line(row));
                }
            }
            BoundedFile::Events => {
                for event in &evidence.events {
                    text += &json_line(event)?;
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
    pub(super) fn shorten(
        self,
        sink: &mut AppendFile,
        evidence: &Evidence,
        most: usize,
    ) -> Result<Option<usize>> {
        let rows = self.mirrored(evidence);
        // rewriting for little would be done again and again
        if sink.lines() <= most || sink.lines() < 2 * rows {
            return Ok(None);
        }
        sink.replace(&self.lines(evidence)?)?;
        Ok(Some(rows))
    }
}

#[cfg(test)]
mod tests;
