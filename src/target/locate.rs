//! From a plan to the target: found, or started.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use super::endpoint::{Endpoint, Endpoints, PortHolder};
use super::find_by_listener::resolve;
use super::find_by_name::find_by_name;
use super::found_target::{Found, Target};
use super::identity::Identity;
use super::process_tree::ProcessTree;
use super::proxy_check::ProxyCheck;
use super::search::{TargetSearch, find_by_container};
use super::started_command::Started;
use super::{other_ports, processes, runtime};
use crate::error::{Error, Result};
use crate::evidence::{DescribedBy, NoProcess, Runtime, TargetRecord};
use crate::plan::{Plan, RequestPlan, TargetPlan};

/// How long a started command may take until it listens.
const LISTENS_WITHIN: Duration = Duration::from_secs(30);

/// Finds, or starts, what the plan names. A command that was started is put into `command` as soon as it runs, and is
/// the caller's to end: also if this fails, or is not waited for to its end.
///
/// # Errors
/// When a pid, name or container means no process or several, the host cannot be resolved, a command cannot be started
/// or does not listen in time, or another process already holds its port.
pub async fn find(plan: &Plan, command: &mut Option<Started>) -> Result<Found> {
    let limit = plan.record.judging.memory_limit_bytes;
    let endpoints = match &plan.target {
        TargetPlan::LoadOnly => return Ok(Found::NoProcess(NoProcess::LoadOnly)),
        _ => match plan.request() {
            Some(request) => Some(endpoints_of(request).await),
            None => None,
        },
    };
    let proxied = plan.request().is_some_and(|request| request.connect.record.proxy.is_some());
    match (&plan.target, endpoints) {
        (TargetPlan::Port, Some(Err(unknown))) if proxied => {
            Ok(Found::NoProcess(NoProcess::BehindProxy { reason: unknown.to_string() }))
        }
        (target, endpoints) => find_at(target, endpoints, limit, command).await,
    }
}

async fn find_at(
    plan: &TargetPlan,
    endpoints: Option<Result<Endpoints>>,
    limit: Option<u64>,
    command: &mut Option<Started>,
) -> Result<Found> {
    let (roots, endpoint, search, found_by) = match plan {
        TargetPlan::LoadOnly => return Ok(Found::NoProcess(NoProcess::LoadOnly)),
        TargetPlan::Port => {
            let endpoints = endpoints.unwrap_or(Ok(Endpoints::Ports(Vec::new())))?;
            match endpoints.find_roots() {
                Ok((endpoint, roots)) => {
                    let by = if endpoint.is_some() { "listens on the port" } else { "holds the socket" };
                    (roots, endpoint, TargetSearch::Endpoints(endpoints), by)
                }
                Err(why) => return Ok(Found::NoProcess(why)),
            }
        }
        TargetPlan::Pid(pid) => {
            let root = Identity::read(*pid).ok_or_else(|| {
                Error::usage(format!("no process has pid {pid}: pass the pid of a running process"))
            })?;
            // believed even if another process listens on the port; it has a successor only if it held the port itself
            let held = endpoints
                .and_then(Result::ok)
                .and_then(|endpoints| Some((endpoints.find_roots().ok()?, endpoints)));
            let held = held.filter(|((_, holders), _)| {
                let tree = ProcessTree::new(&[root]);
                holders.iter().any(|holder| tree.contains(holder.pid))
            });
            let (endpoint, search) = match held {
                Some(((endpoint, _), endpoints)) => (endpoint, TargetSearch::Endpoints(endpoints)),
                None => (None, TargetSearch::Never),
            };
            (vec![root], endpoint, search, "--pid")
        }
        TargetPlan::Process(name) => {
            (vec![find_by_name(name)?], None, TargetSearch::Name(name.clone()), "--process")
        }
        TargetPlan::Container(id) => {
            let search = TargetSearch::Container(id.clone());
            (vec![find_by_container(id)?], None, search, "--container")
        }
        TargetPlan::Command(line) => {
            match endpoints.transpose()? {
                Some(endpoints) => {
                    let (endpoint, roots) = start(line, &endpoints, command).await?;
                    (roots, endpoint, TargetSearch::Endpoints(endpoints), "started")
                }
                // no URL says where it listens: it counts as ready as soon as it runs
                None => {
                    let started = command.insert(Started::start(line)?);
                    (vec![started.identity()], None, TargetSearch::Never, "started")
                }
            }
        }
    };
    let record = describe(&roots, found_by.into(), limit);
    // a process named by its pid is believed to be the service
    let believed = matches!(plan, TargetPlan::Pid(_));
    let proxy_check = (!believed).then(|| ProxyCheck::new(endpoint));
    let roots = Arc::new(Mutex::new(roots));
    let exit = command.as_ref().map(Started::exit);
    Ok(Found::Here(Box::new(Target { record, roots, search, exit, proxy_check })))
}

async fn endpoints_of(request: &RequestPlan) -> Result<Endpoints> {
    match &request.connect.record.unix_socket {
        Some(path) => Ok(Endpoints::Socket(path.into())),
        None => resolve(&request.url).await.map(Endpoints::Ports),
    }
}

async fn start(
    line: &[String],
    endpoints: &Endpoints,
    command: &mut Option<Started>,
) -> Result<(Option<Endpoint>, Vec<Identity>)> {
    for held in endpoints.holders() {
        match held {
            PortHolder::None => {}
            PortHolder::Elsewhere => {
                return Err(Error::usage("the URL points to another machine, not to the command after --"));
            }
            PortHolder::By(pids) => {
                let pids: Vec<String> = pids.iter().map(u32::to_string).collect();
                let who = pids.join(", ");
                return Err(Error::usage(format!(
                    "{endpoints} is already used by pid {who}: stop it, or leave out the command"
                )));
            }
            PortHolder::Forbidden(_) | PortHolder::OutOfSight => {
                return Err(Error::usage(format!("{endpoints} is already used by another process")));
            }
        }
    }
    let started = command.insert(Started::start(line)?);
    let patience = Instant::now() + LISTENS_WITHIN;
    loop {
        started.note_descendants();
        if let Ok((endpoint, roots)) = endpoints.find_roots() {
            return Ok((endpoint, roots));
        }
        // one that puts itself into the background ends well and listens a little later
        let problem = match started.exit().status() {
            Some(status) if !status.success() => {
                Some(format!("ended before it listened on {endpoints}: {status}"))
            }
            _ if Instant::now() > patience => {
                Some(format!("did not listen on {endpoints} within {} s", LISTENS_WITHIN.as_secs()))
            }
            _ => None,
        };
        if let Some(problem) = problem {
            let said = started.last_lines();
            started.end().await;
            return Err(Error::usage(format!("{} {problem}{said}", line[0])));
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

fn describe(roots: &[Identity], found_by: String, limit: Option<u64>) -> TargetRecord {
    let tree = ProcessTree::new(roots);
    // the oldest stands for all; under a wrapper, the first process with a runtime says which
    let first = roots.iter().min().map(|identity| identity.pid);
    let runtime = tree.members().iter().take(8).map(|member| runtime::runtime_of(member.pid));
    let cgroups = roots.iter().filter_map(|root| processes::cgroup_memory(root.pid));
    let (given, ram) = (cgroups.chain(limit).min(), processes::ram_bytes());
    TargetRecord {
        pid: first,
        program: first.and_then(processes::program).unwrap_or_else(|| "unknown".into()),
        user: first.and_then(processes::user),
        container: first.and_then(processes::container),
        runtime: runtime.into_iter().find(|&r| r != Runtime::Other).unwrap_or(Runtime::Other),
        found_by,
        processes: tree.members().len(),
        memory_limit_bytes: given.into_iter().chain(ram).min(),
        memory_limit_is_machines: ram.is_some_and(|ram| given.is_none_or(|given| ram < given)),
        described_by: None,
    }
}

/// The process that a page of the service describes, as the target in place of the one that the URL leads to.
pub fn target_described_by(by: DescribedBy, root: Identity, before: &Target, limit: Option<u64>) -> Target {
    let record = describe(&[root], format!("described by {}", by.page), limit);
    let listens = other_ports::other_listeners(None, &[root.pid]).into_iter().next();
    let endpoint = listens.map(|(_, at)| Endpoint { address: at.ip(), port: at.port() });
    let search = endpoint.map(|endpoint| TargetSearch::Endpoints(Endpoints::Ports(vec![endpoint])));
    Target {
        record: TargetRecord { described_by: Some(by), ..record },
        roots: Arc::new(Mutex::new(vec![root])),
        search: search.unwrap_or(TargetSearch::Never),
        exit: before.exit.clone(),
        proxy_check: Some(ProxyCheck::new(endpoint)),
    }
}

/// This process as a target, with no port and no successor.
pub fn target_of_pid(pid: u32) -> Option<Target> {
    let roots = vec![Identity::read(pid)?];
    let record = describe(&roots, "--pid".into(), None);
    let roots = Arc::new(Mutex::new(roots));
    Some(Target { record, roots, search: TargetSearch::Never, exit: None, proxy_check: None })
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests;
