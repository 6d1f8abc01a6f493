//! Gzip unpacked within bounds: a bomb is an error.

use std::io::Read;

use flate2::read::MultiGzDecoder;

use crate::probe::sample::ProbeError;

/// Unpacks gzip up to a number of bytes; what is not gzip is given back as it is.
///
/// # Errors
/// When it is broken, or longer than that.
pub fn gunzip(bytes: &[u8], most: usize) -> Result<Vec<u8>, ProbeError> {
    if !bytes.starts_with(&[0x1f, 0x8b]) {
        return Ok(bytes.to_vec());
    }
    let mut out = Vec::with_capacity(bytes.len().saturating_mul(3).min(most));
    MultiGzDecoder::new(bytes)
        .take(most as u64 + 1)
        .read_to_end(&mut out)
        .map_err(|error| ProbeError(format!("broken gzip: {error}")))?;
    if out.len() > most {
        return Err(ProbeError(format!("unpacks to more than {most} bytes")));
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn a_gzip_bomb_is_refused() {
        let bomb = gzip(&vec![0; 10_000_000]);
        assert!(bomb.len() < 20_000);
        assert!(gunzip(&bomb, 1_000_000).is_err());
        assert_eq!(gunzip(&gzip(b"page"), 4).unwrap(), b"page");
        assert_eq!(gunzip(b"plain", 3).unwrap(), b"plain");
        assert!(gunzip(&gzip(b"page")[..9], 100).is_err());
    }
}
