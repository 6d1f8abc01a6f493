//! One request and its answer: the connection it goes over, and what became of it.
//!
//! Comes in: the requests of the plan, which share an origin. Goes out: an `Outcome` for each exchange; `expectation`
//! says whether an answer is right. Nothing is sent twice, and a redirect is an answer like any other unless the plan
//! follows it on its host. Plain HTTP/1.1 goes over hyper connections that belong to the slots (`plain_http`), which
//! sends 1.4 times as many requests per second as a client with a pool does (`cargo bench --bench driver`). Everything
//! else (TLS, HTTP/2, Unix sockets, proxies, redirects) is left to reqwest (`pooled_http`, `client`).

mod client;
mod client_renewal;
mod expectation;
mod failure_detail;
mod host_addresses;
mod kept_answer;
mod plain_http;
mod pooled_http;
#[cfg(test)]
pub(super) mod testing;
#[cfg(test)]
mod tests;
mod transport;

pub(super) use failure_detail::FailureDetail;
pub(super) use kept_answer::KeptAnswer;
pub(super) use transport::{Exchange, IDLE_FOR, SlotConnection};
