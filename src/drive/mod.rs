//! The load: schedule, engine, requests and latency.
