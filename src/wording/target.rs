//! What soak says about its target: why no process is observed, and that the target is not the service.

use crate::evidence::{Forwarding, NoProcess, OtherProcess, TargetRecord};

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
            format!("nobody listens on {place}; start the service, or name it with --pid")
        }
    }
}

/// That the target is not the service, and how to name the right process, in one line.
pub fn warn_forwarding(target: &TargetRecord, forwarding: &Forwarding) -> String {
    let name = format!("{} (pid {})", target.program, target.pid.unwrap_or_default());
    match forwarding {
        Forwarding::PassesOn { to } => format!(
            "{name} only passes connections on to {} on port {}; {}",
            to.program,
            to.port,
            advise(Some(to))
        ),
        Forwarding::Idle { instead: Some(other) } => format!(
            "{name} does no work while requests are answered; {} does; {}",
            other.program,
            advise(Some(other))
        ),
        Forwarding::Idle { instead: None } => format!(
            "{name} does no work while requests are answered: something else answers them; {}",
            advise(None)
        ),
    }
}

fn advise(service: Option<&OtherProcess>) -> String {
    match service.and_then(|service| service.pid) {
        Some(pid) => format!("judge it with --pid {pid}"),
        None => "name the service with --pid".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Runtime;

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
            (NoProcess::NotListening { place: place() }, "nobody listens on port 81; start the service"),
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

    #[test]
    fn a_warning_names_the_process_that_is_the_service() {
        let target = TargetRecord {
            pid: Some(7),
            program: "envoy".into(),
            user: None,
            container: None,
            runtime: Runtime::Other,
            found_by: "holds the port".into(),
            processes: 1,
            memory_limit_bytes: None,
        };
        let service = |pid| OtherProcess { pid, program: "web".into(), port: 80 };
        let warn = |forwarding| warn_forwarding(&target, &forwarding);
        assert_eq!(
            warn(Forwarding::PassesOn { to: service(Some(9)) }),
            "envoy (pid 7) only passes connections on to web on port 80; judge it with --pid 9"
        );
        assert_eq!(
            warn(Forwarding::Idle { instead: Some(service(None)) }),
            "envoy (pid 7) does no work while requests are answered; web does; name the service with --pid"
        );
        assert!(warn(Forwarding::Idle { instead: None }).ends_with("; name the service with --pid"));
    }
}
