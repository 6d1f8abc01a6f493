//! A target and its probes, all of one process: where a page of the service describes another process than the one that
//! the URL leads to, that one becomes the target; where it cannot be found, the page's series stand alone.

use crate::evidence::{DescribedBy, TargetRecord};
use crate::plan::{Plan, TargetPlan};
use crate::probe::{Discovered, ForeignPages, FoundPage, PageOwner, PageOwners, discover, find_page_owners};
use crate::target::{Target, target_described_by};

/// What is measured.
pub struct Subject {
    /// Whose process is looked at, where there is one.
    pub target: Option<Target>,
    /// What is recorded of the target; also where its pages alone are read.
    pub record: Option<TargetRecord>,
    /// The probes.
    pub discovered: Discovered,
}

/// Looks for every probe, and leaves out, or goes over to, what is of another process.
pub async fn discover_one_process(plan: &Plan, target: Option<Target>) -> Subject {
    let discovered = discover(plan, target.as_ref(), ForeignPages::default()).await;
    let Some(target) = target else { return Subject { target: None, record: None, discovered } };
    let owners = find_page_owners(plan, &target, &discovered.pages).await;
    let foreign = foreign_pages(&owners);
    if foreign == ForeignPages::default() {
        return subject(target, discovered);
    }
    // the user's word for a process stands, and so does what Go's pages say of it
    let is_named =
        matches!(plan.target, TargetPlan::Pid(_) | TargetPlan::Process(_) | TargetPlan::Container(_));
    let leads = if foreign.go { &owners.go } else { &owners.metrics };
    let has_go = discovered.pages.iter().any(|page| matches!(page, FoundPage::Go(_))) && !foreign.go;
    let PageOwner::Other { page, process, runtime } = leads.clone() else {
        return without(plan, target, foreign).await;
    };
    if is_named || has_go {
        return without(plan, target, foreign).await;
    }
    let by = DescribedBy {
        page,
        instead_of: target.record.program.clone(),
        instead_of_pid: target.record.pid.unwrap_or_default(),
    };
    match process {
        Some(process) => {
            let limit = plan.record.judging.memory_limit_bytes;
            let target = target_described_by(by, process, &target, limit);
            let discovered = discover(plan, Some(&target), ForeignPages::default()).await;
            let foreign = foreign_pages(&find_page_owners(plan, &target, &discovered.pages).await);
            match foreign == ForeignPages::default() {
                true => subject(target, discovered),
                false => without(plan, target, foreign).await,
            }
        }
        None => {
            let of_found =
                matches!(&owners.metrics, PageOwner::Exporter | PageOwner::Other { process: Some(_), .. });
            let foreign = ForeignPages { go: false, metrics: of_found };
            let discovered = discover(plan, None, foreign).await;
            let record = TargetRecord {
                pid: None,
                program: format!("the process behind {}", by.page),
                user: None,
                container: None,
                runtime,
                found_by: "read by its page alone".into(),
                processes: 1,
                memory_limit_bytes: plan.record.judging.memory_limit_bytes,
                memory_limit_is_machines: false,
                described_by: Some(by),
            };
            Subject { target: None, record: Some(record), discovered }
        }
    }
}

/// The target with its probes, without what these pages show.
async fn without(plan: &Plan, target: Target, foreign: ForeignPages) -> Subject {
    let discovered = discover(plan, Some(&target), foreign).await;
    subject(target, discovered)
}

fn subject(target: Target, discovered: Discovered) -> Subject {
    Subject { record: Some(target.record.clone()), target: Some(target), discovered }
}

fn foreign_pages(owners: &PageOwners) -> ForeignPages {
    ForeignPages { go: owners.go != PageOwner::Target, metrics: owners.metrics != PageOwner::Target }
}
