//! How a client is built: TLS, proxy, names, sockets, versions, and the cryptography behind TLS, once.
//!
//! Comes in: a [`RequestPlan`](crate::plan::RequestPlan). Goes out: reqwest's builders, which their users finish with
//! what only they want: a pool, redirects, time limits. Nothing is sent here.

mod client;
mod crypto;
mod names;
mod tls;

pub use client::{client_for, direct_client, request_by};
pub use crypto::install_crypto_provider;
pub use tls::tls_config;
