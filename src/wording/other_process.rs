//! That the process that is measured is not the one that the URL leads to.

use crate::evidence::{DescribedBy, TargetRecord};

/// A line for the start of a run, and a note: whose figures these are, and how to measure the other process.
pub fn explain_other_process(target: &TargetRecord) -> Option<String> {
    let by = target.described_by.as_ref()?;
    let DescribedBy { page, instead_of, instead_of_pid } = by;
    let other = format!("to measure {instead_of}, pass --pid {instead_of_pid}");
    Some(match target.pid {
        Some(pid) => format!(
            "{page} describes {} (pid {pid}), and the URL leads to {instead_of} (pid {instead_of_pid}): {} is measured; \
             {other}.",
            target.program, target.program
        ),
        None => format!(
            "{page} describes another process than {instead_of} (pid {instead_of_pid}), to which the URL leads, and that \
             process was not found on this machine: only its page is measured; {other}."
        ),
    })
}

/// Whose figures decide, to follow a headline; none where they are those of a process that was found.
pub fn measured_by_page_alone(target: &TargetRecord) -> Option<String> {
    let by = target.described_by.as_ref().filter(|_| target.pid.is_none())?;
    Some(format!("measured: {}, not {}", target.program, by.instead_of))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Runtime;

    #[test]
    fn the_reader_learns_whose_figures_these_are() {
        let by =
            DescribedBy { page: "http://h/metrics".into(), instead_of: "nginx".into(), instead_of_pid: 7 };
        let mut target = TargetRecord {
            pid: Some(8),
            program: "shop".into(),
            user: None,
            container: None,
            runtime: Runtime::Go,
            found_by: "described by http://h/metrics".into(),
            processes: 1,
            memory_limit_bytes: None,
            memory_limit_is_machines: false,
            described_by: Some(by),
        };
        assert_eq!(
            explain_other_process(&target).as_deref(),
            Some(
                "http://h/metrics describes shop (pid 8), and the URL leads to nginx (pid 7): shop is measured; to \
                 measure nginx, pass --pid 7."
            )
        );
        assert_eq!(measured_by_page_alone(&target), None);
        (target.pid, target.program) = (None, "the process behind http://h/metrics".into());
        assert_eq!(
            measured_by_page_alone(&target).as_deref(),
            Some("measured: the process behind http://h/metrics, not nginx")
        );
        target.described_by = None;
        assert_eq!(explain_other_process(&target), None);
    }
}
