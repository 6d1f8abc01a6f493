//! soak as a driver of load next to oha, wrk and hey: how late its requests come, what they cost, with slots and without,
//! how many there can be, and whether its memory grows. `cargo bench --bench driver`, `-- lateness`, `-- throughput`,
//! `-- slots`, `-- memory --long`.
//!
//! A server of the bench's own has one core, the driver another, and the figures are those of the server: every driver
//! reports on itself by another method. Rounds are interleaved and medians stand in the table, which is Markdown.
//! Nothing is asserted; goals are printed with the figures. Linux alone, two cores at least, and a machine with nothing
//! else to do.

#[cfg(target_os = "linux")]
mod harness;

#[cfg(target_os = "linux")]
fn main() -> std::process::ExitCode {
    harness::main()
}

#[cfg(not(target_os = "linux"))]
fn main() {
    eprintln!("this bench pins processes to cores and reads /proc");
}
