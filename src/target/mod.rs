//! Which process is behind a URL; starting, following and ending one.
//!
//! Comes in: a plan. Goes out: a [`Target`], or the sentence that says why there is none to look at. What it is
//! made of is told by [`TargetRecord`]; whether it lives by [`follow::Follower`]; whether it does the work itself
//! or passes it on by [`ProxyStatus`].

#[cfg(target_os = "linux")]
mod container;
pub mod find;
pub mod follow;
pub mod forwarder;
pub mod identity;
#[cfg(target_os = "linux")]
pub mod limits;
#[cfg(target_os = "linux")]
mod linux;
#[cfg(any(not(target_os = "linux"), test))]
#[cfg_attr(target_os = "linux", allow(dead_code))] // on Linux it is compiled for its tests alone
mod portable;
pub mod ports;
#[cfg(target_os = "linux")]
mod relayed;
pub mod runtime;
#[cfg(target_os = "linux")]
mod sockets;
mod started;
mod tree;
#[cfg(target_os = "linux")]
mod upstream;

/// What this operating system tells of processes.
mod os {
    #[cfg(target_os = "linux")]
    pub use super::linux::*;
    #[cfg(not(target_os = "linux"))]
    pub use super::portable::*;
    #[cfg(target_os = "linux")]
    pub use super::sockets::{holding, holding_socket};
    #[cfg(target_os = "linux")]
    pub use super::upstream::{behind_translation, outgoing, relayed_to};
}

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::error::{Error, Result};
use crate::evidence::{Runtime, TargetRecord};
use crate::plan::{Plan, RequestPlan, TargetPlan};

use find::{Door, Doors};
use follow::{Follower, Roots, Search};
pub use forwarder::{ProxyStatus, Upstream};
pub use identity::Identity;
pub use runtime::of_process as runtime_of;
use started::Exit;
pub use started::Started;
use tree::Tree;

/// How long a started command may take until it listens.
const LISTENS_WITHIN: Duration = Duration::from_secs(30);

/// What the search came to.
#[derive(Debug)]
pub enum Found {
    /// This is what will be judged.
    Here(Box<Target>),
    /// No process can be looked at, and why, in one sentence that says what to do. Whether that is exit 2 depends
    /// on what other source of memory there is.
    Nobody(String),
}

/// The processes that are judged as one.
#[derive(Debug)]
pub struct Target {
    /// What is told of it.
    pub record: TargetRecord,
    roots: Roots,
    search: Search,
    /// Of a command that soak started.
    exit: Option<Exit>,
    /// None where the user's word stands.
    lookout: Option<forwarder::Lookout>,
}

/// Finds, or starts, what the plan names. A command that was started is put into `command` as soon as it runs, and is
/// the caller's to end: also if this fails, or is not waited for to its end.
///
/// # Errors
/// When a pid, name or container means nobody or several, the host cannot be resolved, a command cannot be started,
/// does not listen in time, or somebody else already holds its port.
pub async fn find(plan: &Plan, command: &mut Option<Started>) -> Result<Found> {
    let limit = plan.record.judging.memory_limit_bytes;
    let doors = match &plan.target {
        TargetPlan::LoadOnly => return Ok(Found::Nobody("--load-only looks at no process".into())),
        _ => match plan.request() {
            Some(request) => Some(doors(request).await),
            None => None,
        },
    };
    let proxied = plan.request().is_some_and(|request| request.connect.record.proxy.is_some());
    match (&plan.target, doors) {
        (TargetPlan::Port, Some(Err(unknown))) if proxied => Ok(Found::Nobody(format!(
            "{unknown}, only the proxy may know it; name the process with --pid PID"
        ))),
        (target, doors) => find_at(target, doors, limit, command).await,
    }
}

async fn find_at(
    plan: &TargetPlan,
    doors: Option<Result<Doors>>,
    limit: Option<u64>,
    command: &mut Option<Started>,
) -> Result<Found> {
    let (roots, door, search, found_by) = match plan {
        TargetPlan::LoadOnly => return Ok(Found::Nobody("--load-only looks at no process".into())),
        TargetPlan::Port => {
            let doors = doors.unwrap_or(Ok(Doors::Ports(Vec::new())))?;
            match doors.behind() {
                Ok((door, roots)) => {
                    let by = if door.is_some() { "holds the port" } else { "holds the socket" };
                    (roots, door, Search::Doors(doors), by)
                }
                Err(why) => return Ok(Found::Nobody(why)),
            }
        }
        TargetPlan::Pid(pid) => {
            let root = Identity::of(*pid)
                .ok_or_else(|| Error::usage(format!("there is no process with pid {pid}")))?;
            // believed, whoever holds the port; it has a successor only if it held the port itself
            let held = doors.and_then(Result::ok).and_then(|doors| Some((doors.behind().ok()?, doors)));
            let held = held.filter(|((_, holders), _)| {
                let tree = Tree::of(&[root]);
                holders.iter().any(|holder| tree.contains(holder.pid))
            });
            let (door, search) = match held {
                Some(((door, _), doors)) => (door, Search::Doors(doors)),
                None => (None, Search::Never),
            };
            (vec![root], door, search, "--pid")
        }
        TargetPlan::Process(name) => {
            (vec![find::named(name)?], None, Search::Name(name.clone()), "--process")
        }
        TargetPlan::Container(id) => {
            let search = Search::Container(id.clone());
            (vec![os::container_named(id)?], None, search, "--container")
        }
        TargetPlan::Command(line) => {
            match doors.transpose()? {
                Some(doors) => {
                    let (door, roots) = start(line, &doors, command).await?;
                    (roots, door, Search::Doors(doors), "started")
                }
                // where it listens, if it does, was not told: it is there as soon as it runs
                None => {
                    let started = command.insert(Started::start(line)?);
                    (vec![started.identity()], None, Search::Never, "started")
                }
            }
        }
    };
    let record = describe(&roots, found_by.into(), limit);
    // who was named by pid is believed to be the service
    let believed = matches!(plan, TargetPlan::Pid(_));
    let lookout = (!believed).then(|| forwarder::Lookout::new(door));
    let roots = Arc::new(Mutex::new(roots));
    let exit = command.as_ref().map(Started::exit);
    Ok(Found::Here(Box::new(Target { record, roots, search, exit, lookout })))
}

impl Target {
    /// The processes that stand for it now: one, or its instances; another after a restart.
    pub fn roots(&self) -> Vec<Identity> {
        follow::current(&self.roots)
    }

    /// A follower of its life, for whoever samples it.
    pub fn follower(&self) -> Follower {
        // one that put itself into the background has ended already, and well
        let command = self.exit.clone().filter(|exit| exit.status().is_none());
        Follower::new(Arc::clone(&self.roots), self.record.program.clone(), self.search.clone(), command)
    }

    /// Everybody who belongs to it, for who looks now and then and does not follow its life.
    pub fn view(&self) -> follow::View {
        follow::View::new(Arc::clone(&self.roots))
    }

    /// Before any load: whether it passes connections on. Opens three connections to the port for a moment,
    /// without sending anything, so it is not for `watch`. Unknown where the user named the pid.
    pub async fn sound(&mut self) -> ProxyStatus {
        let tree = Tree::of(&self.roots());
        match &mut self.lookout {
            Some(lookout) => lookout.sound(&tree).await,
            None => ProxyStatus::Unknown,
        }
    }

    /// Under load: whether it does the work itself. The first call only notes where it stands; `answered` is how
    /// many requests were answered since the run began. Call it some seconds apart. Unknown where the user named the pid.
    pub fn look(&mut self, answered: u64) -> ProxyStatus {
        let tree = Tree::of(&self.roots());
        self.lookout.as_mut().map_or(ProxyStatus::Unknown, |lookout| lookout.look(&tree, answered))
    }
}

async fn doors(request: &RequestPlan) -> Result<Doors> {
    match &request.connect.record.unix_socket {
        Some(path) => Ok(Doors::Socket(path.into())),
        None => find::doors(&request.url).await.map(Doors::Ports),
    }
}

async fn start(
    line: &[String],
    doors: &Doors,
    command: &mut Option<Started>,
) -> Result<(Option<Door>, Vec<Identity>)> {
    for held in doors.held() {
        match held {
            find::Holding::Nobody => {}
            find::Holding::Elsewhere => {
                return Err(Error::usage("the URL leads to another machine, not to the command after --"));
            }
            find::Holding::By(pids) => {
                let pids: Vec<String> = pids.iter().map(u32::to_string).collect();
                let who = pids.join(", ");
                return Err(Error::usage(format!(
                    "{doors} is already held by pid {who}; end it, or leave out the command"
                )));
            }
            find::Holding::Forbidden(_) | find::Holding::OutOfSight => {
                return Err(Error::usage(format!("{doors} is already held by another process")));
            }
        }
    }
    let started = command.insert(Started::start(line)?);
    let patience = Instant::now() + LISTENS_WITHIN;
    loop {
        started.look();
        if let Ok((door, roots)) = doors.behind() {
            return Ok((door, roots));
        }
        // one that puts itself into the background ends well and listens a little later
        let problem = match started.exit().status() {
            Some(status) if !status.success() => {
                Some(format!("ended before it listened on {doors}: {status}"))
            }
            _ if Instant::now() > patience => {
                Some(format!("did not listen on {doors} within {} s", LISTENS_WITHIN.as_secs()))
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
    let tree = Tree::of(roots);
    // the oldest stands for all; of a wrapper, the first process that has a runtime tells it
    let first = roots.iter().min().map(|identity| identity.pid);
    let runtime = tree.members().iter().take(8).map(|member| runtime::of_process(member.pid));
    let cgroups = roots.iter().filter_map(|root| os::cgroup_memory(root.pid));
    TargetRecord {
        pid: first,
        program: first.and_then(os::program).unwrap_or_else(|| "unknown".into()),
        user: first.and_then(os::user),
        container: first.and_then(os::container),
        runtime: runtime.into_iter().find(|&r| r != Runtime::Other).unwrap_or(Runtime::Other),
        found_by,
        processes: tree.members().len(),
        memory_limit_bytes: cgroups.chain(limit).chain(os::ram_bytes()).min(),
    }
}

/// The target that this process is, believed, with no port and no successor: for who looks at targets and finds none.
pub fn of_pid(pid: u32) -> Option<Target> {
    let roots = vec![Identity::of(pid)?];
    let record = describe(&roots, "--pid".into(), None);
    let roots = Arc::new(Mutex::new(roots));
    Some(Target { record, roots, search: Search::Never, exit: None, lookout: None })
}

/// The same, for tests.
#[cfg(test)]
pub(crate) fn target_of(pid: u32) -> Target {
    of_pid(pid).expect("it runs")
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests;
