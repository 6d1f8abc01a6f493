//! What makes an answer right: its status, and a text that its body must contain.
//!
//! The body is searched as it streams by. Only its last bytes are kept, since the text may begin in one piece and end
//! in the next.

use std::cell::RefCell;
use std::error::Error;

use bytes::Bytes;
use memchr::memmem::Finder;
use reqwest::StatusCode;
use reqwest::header::HeaderMap;

use super::failure_detail::FailureDetail;
use super::kept_answer::KeptAnswer;
use crate::drive::outcome::Outcome;
use crate::evidence::ErrorKind;
use crate::plan::RequestPlan;

/// What the answer to one request of the plan must be.
pub(super) struct Expectation {
    status: Vec<StatusCode>,
    text: Option<Finder<'static>>,
}

impl Expectation {
    pub(super) fn from_plan(plan: &RequestPlan) -> Expectation {
        let text = (!plan.expect_text.is_empty()).then(|| Finder::new(&plan.expect_text).into_owned());
        Expectation { status: plan.expect_status.clone(), text }
    }

    /// For one answer.
    pub(super) fn check(&self) -> AnswerCheck<'_> {
        AnswerCheck {
            expectation: self,
            found: self.text.is_none(),
            tail: Vec::new(),
            detail: None,
            kept: None,
        }
    }
}

/// One answer, as it comes.
pub(super) struct AnswerCheck<'a> {
    expectation: &'a Expectation,
    found: bool,
    /// The end of the body so far, shorter than the text.
    tail: Vec<u8>,
    /// Where more is kept of what goes wrong, where that is wanted.
    detail: Option<&'a RefCell<FailureDetail>>,
    /// Where the answer is kept, where it is wanted.
    kept: Option<&'a RefCell<KeptAnswer>>,
}

impl<'a> AnswerCheck<'a> {
    /// The same, which keeps here what goes wrong.
    pub(super) fn keep_detail(self, detail: &'a RefCell<FailureDetail>) -> AnswerCheck<'a> {
        AnswerCheck { detail: Some(detail), ..self }
    }

    /// The same, which keeps the answer here.
    pub(super) fn keep_answer(self, kept: &'a RefCell<KeptAnswer>) -> AnswerCheck<'a> {
        AnswerCheck { kept: Some(kept), ..self }
    }

    /// There is no answer, or no more of it.
    pub(super) fn fail(&self, kind: ErrorKind, error: &(dyn Error + 'static), outcome: &mut Outcome) {
        outcome.error = Some(kind);
        self.detail.iter().for_each(|detail| FailureDetail::read_cause(detail, error));
    }

    /// The head of the answer has come. A 2xx is always right, any other status where the plan expects it.
    pub(super) fn head(&self, status: StatusCode, headers: &HeaderMap, outcome: &mut Outcome) {
        self.detail.iter().for_each(|detail| FailureDetail::read_head(detail, headers));
        self.kept.iter().for_each(|kept| kept.borrow_mut().headers = headers.clone());
        outcome.answered = true;
        outcome.status = Some(status.as_u16());
        let error = ErrorKind::of_status(status.as_u16());
        outcome.error = error.filter(|_| !self.expectation.status.contains(&status));
    }

    /// A piece of the body has come.
    pub(super) fn body(&mut self, piece: &Bytes, outcome: &mut Outcome) {
        outcome.bytes += piece.len() as u64;
        self.kept.iter().for_each(|kept| kept.borrow_mut().add(piece));
        let Some(text) = self.expectation.text.as_ref().filter(|_| !self.found) else { return };
        let across = text.needle().len() - 1;
        // the text may begin in what came before and end in the first bytes of this
        self.tail.extend_from_slice(&piece[..piece.len().min(across)]);
        self.found = text.find(&self.tail).is_some() || text.find(piece).is_some();
        if piece.len() >= across {
            self.tail.clear();
            self.tail.extend_from_slice(&piece[piece.len() - across..]);
        } else {
            self.tail.drain(..self.tail.len().saturating_sub(across));
        }
    }

    /// The body has come to its end. What was wrong before stays what it was.
    pub(super) fn end(self, outcome: &mut Outcome) {
        if !self.found && outcome.error.is_none() {
            outcome.error = Some(ErrorKind::Text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drive::testing::request_to;

    fn found(text: &str, body: &str, piece: usize) -> bool {
        let plan = RequestPlan {
            expect_text: Bytes::copy_from_slice(text.as_bytes()),
            ..request_to(([127, 0, 0, 1], 1).into())
        };
        let expected = Expectation::from_plan(&plan);
        let (mut check, mut outcome) = (expected.check(), Outcome::default());
        check.head(StatusCode::OK, &HeaderMap::new(), &mut outcome);
        for piece in body.as_bytes().chunks(piece) {
            check.body(&Bytes::copy_from_slice(piece), &mut outcome);
            assert!(check.tail.len() < text.len(), "no more is kept than may be cut");
        }
        check.end(&mut outcome);
        assert_eq!(outcome.bytes, body.len() as u64);
        outcome.error.is_none()
    }

    #[test]
    fn a_text_is_found_however_the_body_is_cut_and_only_where_it_is() {
        for piece in 1..20 {
            assert!(found("abcab", "xxabcabcabyy", piece), "{piece}");
            assert!(found("aab", "aaaaab", piece), "{piece}");
            assert!(found("x", "yyx", piece), "{piece}");
            assert!(!found("abcab", "abca bcab", piece), "{piece}");
            assert!(!found("long text", "", piece));
        }
    }

    #[test]
    fn a_wrong_status_stays_what_was_wrong() {
        let plan =
            RequestPlan { expect_text: Bytes::from_static(b"ok"), ..request_to(([127, 0, 0, 1], 1).into()) };
        let (expected, mut outcome) = (Expectation::from_plan(&plan), Outcome::default());
        let check = expected.check();
        check.head(StatusCode::NOT_FOUND, &HeaderMap::new(), &mut outcome);
        check.end(&mut outcome);
        assert_eq!(outcome.error, Some(ErrorKind::Status4xx));
    }
}
