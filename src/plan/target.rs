//! Which process is judged: the one behind the URL unless a flag says otherwise.

use crate::error::{Error, Result};
use crate::settings::Layers;

/// How the process behind the URL is found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TargetPlan {
    /// The process that holds the listening socket.
    Port,
    /// The user said so, and is believed.
    Pid(u32),
    /// The one process of this name.
    Process(String),
    /// The first process of the container whose id begins with these hexadecimal digits, with its children.
    Container(String),
    /// soak starts it, waits until it listens, and ends it: program and arguments.
    Command(Vec<String>),
    /// No process is observed.
    LoadOnly,
}

/// The process, from the strongest layer that names one.
///
/// # Errors
/// No process id, no name, no container's id, or two targets at once.
pub(super) fn read_target(layers: &Layers) -> Result<TargetPlan> {
    for layer in layers.iter() {
        let s = &layer.settings;
        let mut named = Vec::new();
        if let Some(pid) = &s.pid {
            let pid = pid.0.trim().parse::<u32>().ok().filter(|pid| *pid > 0).ok_or_else(|| {
                Error::usage(format!(
                    "{}: invalid pid '{}': expected a number above 0",
                    layer.place("pid"),
                    pid.0
                ))
            })?;
            named.push((layer.place("pid"), TargetPlan::Pid(pid)));
        }
        if let Some(name) = &s.process {
            if name.0.trim().is_empty() {
                return Err(Error::usage(format!(
                    "{}: invalid name '': expected the name of an executable",
                    layer.place("process")
                )));
            }
            named.push((layer.place("process"), TargetPlan::Process(name.0.trim().to_string())));
        }
        if let Some(id) = &s.container {
            let id = container_id(&id.0)
                .map_err(|why| Error::usage(format!("{}: {why}", layer.place("container"))))?;
            named.push((layer.place("container"), TargetPlan::Container(id)));
        }
        if s.load_only.is_some_and(|on| on.0) {
            named.push((layer.place("load-only"), TargetPlan::LoadOnly));
        }
        if !s.command.is_empty() {
            named.push(("-- COMMAND".into(), TargetPlan::Command(s.command.clone())));
        }
        if let [(one, _), (other, _), ..] = named.as_slice() {
            return Err(Error::usage(format!("{one} and {other} name two targets: leave out one of them")));
        }
        if let Some((_, target)) = named.pop() {
            return Ok(target);
        }
    }
    Ok(TargetPlan::Port)
}

/// Docker shows the first 12 digits of an id; fewer could mean anything.
const SHORTEST_ID: usize = 12;
/// A whole id.
const WHOLE_ID: usize = 64;

/// An id or its beginning. A name is known to the daemon alone, whose socket is as good as root: soak does not ask it.
fn container_id(typed: &str) -> std::result::Result<String, String> {
    let id = typed.trim().to_ascii_lowercase();
    let hexadecimal = id.bytes().all(|b| b.is_ascii_hexdigit());
    if hexadecimal && (SHORTEST_ID..=WHOLE_ID).contains(&id.len()) {
        return Ok(id);
    }
    Err(format!(
        "invalid container id '{typed}': expected {SHORTEST_ID} to {WHOLE_ID} hexadecimal digits, as `docker ps` shows them \
         (a name is not looked up)"
    ))
}
