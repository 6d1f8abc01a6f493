//! The cryptography of every TLS connection, installed once for the process.

use std::sync::Once;

use crate::plan::crypto_provider;

static INSTALL: Once = Once::new();

/// Installs it, as reqwest and hyper-rustls expect. A provider that is installed already is kept.
pub fn install_crypto_provider() {
    INSTALL.call_once(|| {
        let _ = crypto_provider().install_default();
    });
}
