//! The warning that the target is not the service, with the line that names the right one.

use crate::evidence::TargetRecord;
use crate::findings::{Answering, ForwarderFinding};

/// One line, for stderr before a run and for the event under load.
pub fn forwarder_warning(target: &TargetRecord, finding: &ForwarderFinding) -> String {
    let name = format!("{} (pid {})", target.program, target.pid.unwrap_or_default());
    match finding {
        ForwarderFinding::PassesOn { service, port } => format!(
            "{name} only passes connections on to {} on port {port}; {}",
            service.program,
            what_to_do(Some(service))
        ),
        ForwarderFinding::DoesNoWork { service: Some(service) } => format!(
            "{name} does no work while requests are answered; {} does; {}",
            service.program,
            what_to_do(Some(service))
        ),
        ForwarderFinding::DoesNoWork { service: None } => format!(
            "{name} does no work while requests are answered: something else answers them; {}",
            what_to_do(None)
        ),
    }
}

fn what_to_do(service: Option<&Answering>) -> String {
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
    fn the_line_names_the_process_to_judge_where_it_is_known() {
        let target = TargetRecord {
            pid: Some(7),
            program: "nginx".into(),
            user: None,
            container: None,
            runtime: Runtime::Other,
            found_by: "listens on the port".into(),
            processes: 1,
            memory_limit_bytes: None,
            memory_limit_is_machines: false,
            described_by: None,
        };
        let app = |pid| Answering { program: "app".into(), pid };
        for (finding, line) in [
            (
                ForwarderFinding::PassesOn { service: app(Some(8)), port: 80 },
                "nginx (pid 7) only passes connections on to app on port 80; judge it with --pid 8",
            ),
            (
                ForwarderFinding::DoesNoWork { service: Some(app(None)) },
                "nginx (pid 7) does no work while requests are answered; app does; name the service with --pid",
            ),
            (
                ForwarderFinding::DoesNoWork { service: None },
                "nginx (pid 7) does no work while requests are answered: something else answers them; name the \
                 service with --pid",
            ),
        ] {
            assert_eq!(forwarder_warning(&target, &finding), line);
        }
    }
}
