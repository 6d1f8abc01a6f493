//! What `soak --help` and `soak` alone show: one screen for people who use soak for the first time.

/// `soak --help`: at most 24 lines of 80 columns.
pub const HELP: &str = "\
Find memory and task leaks in HTTP services: soak sends load
to a URL and says whether memory or tasks grow, and which.

Usage: soak [OPTIONS] URL [-- COMMAND…]
       soak COMMAND

Commands:
  demo      Find a leak in a built-in leaky service
  doctor    Show what can be measured on a service, and how to turn on the rest
  watch     Judge a service under load from elsewhere (k6, production traffic)
  compare   Compare two runs, for example before and after a fix
  tasks     List the tasks of a service by group, live, and which of them grow
  analyze   Judge a recording: a run directory or a CSV of samples
  also: report, profiles, completions, man

Options used most (all: soak run --help):
  -z, --duration TIME     Length of the whole run: 30s, 5m, 8h [default: 5m]
  -q, --rate RATE         Requests per second: 100, 30/m or max [default: 100/s]
  -H, --header HEADER     Header: 'Name: value'; also -X, -d as in curl
      --pid PID           Process to measure [default: by the port of the URL]
      --gate EXPR         Fail unless this holds: 'memory.per_request < 200B'
  -o, --out DIR           Run directory [default: a new one in reports/]

Exit: 0 no leak, 1 leak or failed gate, 2 wrong use, 3 cannot tell, 4 failed
";

/// `soak` without anything: the commands to begin with.
pub const FIRST_COMMANDS: &str = "\
no target given. Commands to begin with:
  soak demo                          find a leak in a built-in leaky service
  soak doctor http://127.0.0.1:8080  show what can be measured on your service
  soak http://127.0.0.1:8080/path    send load for 5 minutes and report leaks
  soak watch http://127.0.0.1:8080   judge a service under load from elsewhere
  soak compare BEFORE AFTER          compare two runs, before and after a fix
See soak --help";

/// Whether this help is that of `soak --help`.
pub fn is_overview(help: &clap::Error) -> bool {
    help.render().to_string().trim_end() == HELP.trim_end()
}
