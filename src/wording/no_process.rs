//! Why no process is observed, and what to do.

use crate::evidence::NoProcess;

/// Why no process is observed, and what to do, in one line.
pub fn explain_no_process(why: &NoProcess) -> String {
    match why {
        NoProcess::LoadOnly => "--load-only looks at no process".into(),
        NoProcess::BehindProxy { reason } => {
            format!("{reason}, only the proxy may know it; name the process with --pid PID")
        }
        NoProcess::Forbidden { place, user } => format!(
            "{place} is held by a process of user {user} that soak may not look at; run soak with sudo, \
             or name the process with --pid"
        ),
        NoProcess::OutOfSight { place } => format!(
            "{place} is held by a process that cannot be seen from here, in another container perhaps; \
             run soak where the process is, or name it with --pid"
        ),
        NoProcess::OtherMachine => {
            "the URL leads to another machine, whose processes soak cannot see; run soak \
             there, or name a metrics page with --metrics"
                .into()
        }
        NoProcess::OnlySoak { place } => {
            format!("{place} is held only by soak itself or by what started it; name the process with --pid")
        }
        NoProcess::NotListening { place } => {
            format!("no process is listening on {place}: start the service, or pass --pid")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_why_no_process_is_observed_says_what_to_do() {
        let place = || "port 81".to_string();
        let table = [
            (
                NoProcess::Forbidden { place: place(), user: "web".into() },
                "user web that soak may not look at; run soak with sudo",
            ),
            (
                NoProcess::OutOfSight { place: place() },
                "in another container perhaps; run soak where the process is",
            ),
            (NoProcess::OtherMachine, "another machine, whose processes soak cannot see; run soak there"),
            (
                NoProcess::OnlySoak { place: place() },
                "only by soak itself or by what started it; name the process",
            ),
            (
                NoProcess::NotListening { place: place() },
                "no process is listening on port 81: start the service",
            ),
            (
                NoProcess::BehindProxy { reason: "h cannot be resolved: x".into() },
                "x, only the proxy may know it",
            ),
        ];
        for (why, says) in table {
            let line = explain_no_process(&why);
            assert!(line.contains(says) && !line.contains('\n'), "{why:?}: {line}");
        }
    }
}
