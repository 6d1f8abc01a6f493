//! One request of the plan, filled in over and over.

use std::cell::RefCell;

use bytes::{Bytes, BytesMut};
use reqwest::header::{HeaderName, HeaderValue};

use super::filling::Filling;
use super::value::{Compiler, Part, Source};
use crate::plan::{Escape, RequestPlan};

/// Room for the text of many requests; once all of those have been sent, the same memory is used again.
const BUFFER_BYTES: usize = 32 * 1024;

/// The parts of a request that differ.
pub(in crate::drive) struct Renderer {
    source: Source,
    target: Vec<Part>,
    headers: Vec<(HeaderName, Vec<Part>)>,
    body: Vec<Part>,
    body_escape: Escape,
    buffer: RefCell<BytesMut>,
}

impl Renderer {
    /// None where all requests of the plan are the same.
    pub(in crate::drive) fn from_plan(plan: &RequestPlan) -> Option<Renderer> {
        let vary = plan.vary.as_ref()?;
        let mut compiler = Compiler::new(vary);
        let target = compiler.parts(&vary.template.target);
        let header = |(name, template): &(HeaderName, _)| (name.clone(), compiler.parts(template));
        let headers = plan.slot_headers.iter().map(header).collect();
        let body = compiler.parts(&vary.template.body);
        Some(Renderer {
            source: compiler.source(),
            target,
            headers,
            body,
            body_escape: vary.template.body_escape,
            buffer: RefCell::new(BytesMut::with_capacity(BUFFER_BYTES)),
        })
    }

    /// Path and query of the request.
    pub(in crate::drive) fn target(&self, filling: &Filling) -> Bytes {
        self.render(&self.target, Escape::Percent, filling)
    }

    /// Its headers with slots. A value that cannot be sent is left out; the plan checks data for such.
    pub(in crate::drive) fn headers(
        &self,
        filling: &Filling,
    ) -> impl Iterator<Item = (&HeaderName, HeaderValue)> {
        self.headers.iter().filter_map(move |(name, parts)| {
            let value = self.render(parts, Escape::None, filling);
            Some((name, HeaderValue::from_maybe_shared(value).ok()?))
        })
    }

    /// Its body; none where the plan's is sent as it is.
    pub(in crate::drive) fn body(&self, filling: &Filling) -> Option<Bytes> {
        (!self.body.is_empty()).then(|| self.render(&self.body, self.body_escape, filling))
    }

    fn render(&self, parts: &[Part], escape: Escape, filling: &Filling) -> Bytes {
        let mut buffer = self.buffer.borrow_mut();
        self.source.write(parts, escape, filling, &mut buffer);
        buffer.split().freeze()
    }
}

#[cfg(test)]
mod tests;
