//! Clients that misbehave on purpose, each for real on the wire.
//!
//! Comes in: the request, the mix, and when load begins and stops. Goes out: rows of counts by behaviour and block.
//! A mix schedule says which request misbehaves; `pool` sends it when it is due, on a separate thread and in separate
//! slots, so that clients that hold a connection never starve the load; `client` is what all of them do with a connection, `stream` that connection, plain or over TLS (`handshake`);
//! every behaviour is one file, listed in `dispatch`. All use raw sockets: most of this is what no HTTP client will do.
//!
//! Each is bounded: at most `--connections` connections per behaviour, held for `LONGEST_HOLD` at most, and closed when
//! the load ends.

mod abandon_upload;
mod answer;
mod churn;
mod client;
mod dispatch;
mod ended;
mod half_open;
mod handshake;
mod hang_up;
mod hang_up_mid_body;
mod idle_keepalive;
mod pool;
mod reset;
mod slow_read;
mod slow_send;
mod stream;
mod timeout_and_retry;

pub(super) use pool::Pool;
