//! What soak promises, one file a promise: the real binary as a process, or the sources themselves.
//!
//! What needs no process (verdicts, exit codes, shapes, early stops) is kept by whole runs against fake services in
//! src/session/tests. One program, so that the tests are linked once; they start in the order of their names, so the
//! longest have names that come first.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on may panic, in its helpers too")]

/// Pages that hang, never end, explode or lie cost their own series and nothing else.
#[cfg(target_os = "linux")]
mod against_hostile_pages;
/// Real services that leak in a known way, or do not: the leak is named and sized, the fix is stable.
mod against_real_services;
/// Behind a proxy on this machine the process that a page describes is measured, and never the proxy for it.
#[cfg(target_os = "linux")]
mod behind_a_proxy;
/// Several requests by name: weights hold; errors, latency and growth are reported by name.
mod by_key;
mod by_request;
/// Not a promise: a browser for the promises of `page`.
mod chromium;
/// `soak compare` and --compare-to: fixed, regressed, still leaking or no difference, each with its picture.
mod compare;
/// On a terminal a run shows its dashboard, obeys its keys, and gives the terminal back as it was.
#[cfg(target_os = "linux")]
mod dashboard;
/// `soak demo` finds its leak without any other program, and sees that the fix helps.
mod demo;
/// After warm-up a run says what its steady phase can detect, and warns of gates below that.
mod detectable;
/// The shell lines of README and docs/ run, their links lead somewhere, their flags exist.
#[cfg(unix)]
mod docs;
/// `soak doctor` lists each probe with its cost, or with what turns it on.
mod doctor;
/// A schedule that was not kept is blamed on the target or on soak itself, whichever it was.
#[cfg(unix)]
mod driver;
/// One table of all endings: evidence and gates in, verdict, reason and exit code out.
mod endings;
/// A request that is wrong ends a run before it begins; --keep-going sends the load all the same.
#[cfg(unix)]
mod first_request;
/// The shell lines of docs/gating-a-deploy.md do what the page says.
#[cfg(unix)]
mod gating;
/// Services that fail, hang, die or never were there end with the documented exit code, and never with 0.
mod hard_targets;
/// The structure of the sources: which room may use which, no circles of files, no file too long.
mod house;
/// The same figure is the same in everything that shows a run.
mod one_figure;
/// report.html in a browser: legible at every width, cut off from the network, and its charts answer.
mod page;
/// Pictures are light unless --dark asks otherwise.
mod pictures;
/// What a pipeline reads: junit.xml by its schema, GitHub's annotations and summary, single files.
mod pipeline;
/// Flags go before SOAK_* variables, these before the profile, that before the defaults.
mod precedence;
/// The built-in profiles are the files in profiles/, and each one is a plan.
mod profiles;
/// Pages of the service are reached as its load is: sockets, certificates, names, headers, proxies.
#[cfg(unix)]
mod reached;
/// The run directory: its files, what survives a kill or a full disk, what is never overwritten.
mod run_directory;
/// report.json and compare.json are valid by their schemas, whatever they say.
mod schemas;
/// Not a promise: pictures of every screen for a person to look at.
#[cfg(unix)]
mod screens;
/// Passwords, headers, bodies and arguments are sent and never shown.
mod secrets;
/// Ctrl-C, SIGTERM and SIGHUP: once reports, twice is out at once, no command is left behind.
mod signals;
/// Results on stdout, everything else on stderr; broken pipes and colours.
mod streams;
/// Not a promise: soak as a process, servers to send it against, what a run wrote.
mod support;
/// `soak tasks` lists the tasks of a service by group, once or as a document.
#[cfg(target_os = "linux")]
mod task_monitor;
#[cfg(target_os = "linux")]
mod tasks;
/// `soak watch` judges while something else sends the load, and sends none itself.
mod watch;
/// Wrong use is one clear line on stderr and exit code 2, before anything is sent or written.
mod wrong_use;
