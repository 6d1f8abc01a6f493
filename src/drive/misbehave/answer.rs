//! What a client that misbehaves understands of an answer: its status, and where it ends.

use httparse::{EMPTY_HEADER, Response};
use reqwest::StatusCode;

/// A head with more headers than this counts as broken.
const MOST_HEADERS: usize = 256;
/// A chunked body ends with these bytes.
const LAST_CHUNK: &[u8] = b"0\r\n\r\n";

/// The head of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) status: StatusCode,
    /// Bytes of the head; the body begins behind them.
    pub(super) length: usize,
    pub(super) body_end: BodyEnd,
}

/// How a client knows that an answer is whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BodyEnd {
    /// So many bytes are still to come.
    After(usize),
    /// With an empty chunk.
    WithChunk,
    /// With the connection.
    WithConnection,
}

/// The bytes are not HTTP/1.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct NotHttp;

impl Head {
    /// Reads the head at the start of these bytes; none while it is incomplete.
    pub(super) fn parse(bytes: &[u8]) -> Result<Option<Head>, NotHttp> {
        let mut headers = [EMPTY_HEADER; MOST_HEADERS];
        let mut response = Response::new(&mut headers);
        let httparse::Status::Complete(length) = response.parse(bytes).map_err(|_| NotHttp)? else {
            return Ok(None);
        };
        let status = response.code.and_then(|code| StatusCode::from_u16(code).ok()).ok_or(NotHttp)?;
        Ok(Some(Head { status, length, body_end: BodyEnd::from_headers(response.headers) }))
    }
}

impl BodyEnd {
    fn from_headers(headers: &[httparse::Header<'_>]) -> BodyEnd {
        let value = |name: &str| {
            let header = headers.iter().find(|header| header.name.eq_ignore_ascii_case(name))?;
            std::str::from_utf8(header.value).ok()
        };
        let chunked =
            || value("transfer-encoding").is_some_and(|v| v.to_ascii_lowercase().contains("chunked"));
        match value("content-length").and_then(|length| length.trim().parse().ok()) {
            Some(length) => BodyEnd::After(length),
            None if chunked() => BodyEnd::WithChunk,
            None => BodyEnd::WithConnection,
        }
    }
}

/// The body of an answer as it comes in.
pub(super) struct Body {
    /// The end of what was read, as much as is needed to recognise the end of the body.
    pub(super) bytes: Vec<u8>,
    pub(super) end: BodyEnd,
}

impl Body {
    pub(super) fn is_whole(&self) -> bool {
        match self.end {
            BodyEnd::After(left) => self.bytes.len() >= left,
            BodyEnd::WithChunk => self.bytes.ends_with(LAST_CHUNK),
            BodyEnd::WithConnection => false,
        }
    }

    /// Forgets all but the bytes that the end is recognised by.
    pub(super) fn shorten(&mut self) {
        let gone = self.bytes.len().saturating_sub(LAST_CHUNK.len());
        if let BodyEnd::After(left) = &mut self.end {
            *left -= gone.min(*left);
        }
        self.bytes.drain(..gone);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn end_of(head: &str) -> BodyEnd {
        Head::parse(head.as_bytes()).unwrap().unwrap().body_end
    }

    #[test]
    fn a_head_says_where_the_body_begins_and_how_it_ends() {
        let head = "HTTP/1.1 503 Busy\r\nContent-Length: 12\r\n\r\n";
        let parsed = Head::parse(format!("{head}hello").as_bytes()).unwrap().unwrap();
        assert_eq!((parsed.status.as_u16(), parsed.length), (503, head.len()));
        assert_eq!(parsed.body_end, BodyEnd::After(12));
        assert_eq!(end_of("HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n"), BodyEnd::WithChunk);
        assert_eq!(end_of("HTTP/1.0 200\r\n\r\n"), BodyEnd::WithConnection);
        assert_eq!(Head::parse(b"HTTP/1.1 200 OK\r\ncontent-le"), Ok(None), "incomplete");
        assert_eq!(Head::parse(b"SSH-2.0-OpenSSH_9.2\r\n"), Err(NotHttp));
    }

    #[test]
    fn a_body_is_whole_at_its_length_or_its_last_chunk_however_much_is_forgotten() {
        for (end, text) in [
            (BodyEnd::After(26), "abcdefghijklmnopqrstuvwxyz"),
            (BodyEnd::WithChunk, "a\r\n0123456789\r\n0\r\n\r\n"),
        ] {
            let mut body = Body { bytes: Vec::new(), end };
            for byte in text.bytes() {
                assert!(!body.is_whole());
                body.bytes.push(byte);
                body.shorten();
            }
            assert!(body.is_whole());
        }
    }
}
