//! Certificates and keys: read, parsed and checked, so that none of them can be wrong once load is sent.
//!
//! Errors name the file, never what is in it.

use std::sync::Arc;

use rustls::RootCertStore;
use rustls::crypto::CryptoProvider;
use rustls::crypto::ring::default_provider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::{CertifiedKey, SingleCertAndKey};

use crate::error::{Result, io_reason};
use crate::settings::Sourced;

/// The cryptography of every TLS connection.
pub fn crypto_provider() -> CryptoProvider {
    default_provider()
}

fn read_file(written: &Sourced) -> Result<Vec<u8>> {
    std::fs::read(&written.text)
        .map_err(|e| written.usage_error(format!("{}: {}", written.text, io_reason(&e))))
}

/// The certificates of a PEM file, each of which can be trusted to parse when it is needed.
fn certificates(written: &Sourced, pem: &[u8]) -> Result<Vec<CertificateDer<'static>>> {
    let wrong = |what: String| written.usage_error(format!("{}: {what}", written.text));
    let found: std::result::Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    let found = found.map_err(|e| wrong(format!("not a PEM file: {e}")))?;
    if found.is_empty() {
        return Err(wrong("no certificate in PEM".into()));
    }
    for (number, certificate) in found.iter().enumerate() {
        RootCertStore::empty()
            .add(certificate.clone())
            .map_err(|e| wrong(format!("cannot read certificate {}: {e}", number + 1)))?;
    }
    Ok(found)
}

/// The authorities of --cacert.
pub(super) fn read_authorities(written: &Sourced) -> Result<Vec<CertificateDer<'static>>> {
    certificates(written, &read_file(written)?)
}

/// The client's own certificate with its key, which stands in the same file or in one of its own.
pub(super) fn read_identity(
    cert: Option<&Sourced>,
    key: Option<&Sourced>,
) -> Result<Option<Arc<SingleCertAndKey>>> {
    let Some(cert) = cert else {
        return match key {
            Some(key) => Err(key.usage_error("--key needs --cert: pass the certificate, too")),
            None => Ok(None),
        };
    };
    let mut pem = read_file(cert)?;
    let chain = certificates(cert, &pem)?;
    let holder = key.unwrap_or(cert);
    if let Some(key) = key {
        pem.push(b'\n');
        pem.extend(read_file(key)?);
    }
    let wrong = |what: String| holder.usage_error(format!("{}: {what}", holder.text));
    let secret = PrivateKeyDer::from_pem_slice(&pem)
        .map_err(|_| wrong("no unencrypted private key in PEM: pass its file with --key".into()))?;
    let own = CertifiedKey::from_der(chain, secret, &crypto_provider()).map_err(|_| {
        wrong(format!("the key does not belong to {}, or its type is not supported", cert.text))
    })?;
    Ok(Some(Arc::new(own.into())))
}
