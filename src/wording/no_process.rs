//! Why no process is observed, and what to do.

use crate::evidence::NoProcess;

/// Why no process is observed, and what to do, in one line.
pub fn explain_no_process(why: &NoProcess) -> String {
    match why {
        NoProcess::LoadOnly => "--load-only measures no process".into(),
        NoProcess::BehindProxy { reason } => {
            format!("{reason} (the proxy may know it): pass --pid")
        }
        NoProcess::Forbidden { place, user } => format!(
            "{place} is used by a process of user {user} that soak may not read: run soak as that user or with \
             sudo"
        ),
        NoProcess::OutOfSight { place } => format!(
            "{place} is used by a process that cannot be seen from here, maybe in another container: run soak \
             where the process is, or pass --pid"
        ),
        NoProcess::OtherMachine => {
            "the URL points to another machine: run soak there, pass --metrics URL, or use --load-only to judge \
             by gates alone"
                .into()
        }
        NoProcess::OnlySoak { place } => {
            format!("{place} is used only by soak itself or by what started it: pass --pid")
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
                "user web that soak may not read: run soak as that user",
            ),
            (
                NoProcess::OutOfSight { place: place() },
                "maybe in another container: run soak where the process is",
            ),
            (NoProcess::OtherMachine, "another machine: run soak there"),
            (NoProcess::OnlySoak { place: place() }, "only by soak itself or by what started it: pass --pid"),
            (
                NoProcess::NotListening { place: place() },
                "no process is listening on port 81: start the service",
            ),
            (
                NoProcess::BehindProxy { reason: "h cannot be resolved: x".into() },
                "x (the proxy may know it): pass --pid",
            ),
        ];
        for (why, says) in table {
            let line = explain_no_process(&why);
            assert!(line.contains(says) && !line.contains('\n'), "{why:?}: {line}");
        }
    }
}
