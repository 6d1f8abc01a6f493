//! The process that a name means.

use std::collections::BTreeSet;

use super::ancestry::{ancestry_of, own_ancestry};
use super::identity::Identity;
use super::processes;
use crate::error::{Error, Result, nearest_name};

/// The one process of this name: of its executable, or its own short name.
///
/// # Errors
/// When there is none, or when several are not one another's ancestors; the line lists them.
pub fn find_by_name(name: &str) -> Result<Identity> {
    let line = own_ancestry();
    let is = |pid: &u32| {
        processes::program(*pid).as_deref() == Some(name)
            || processes::short_name(*pid).as_deref() == Some(name)
    };
    let found: Vec<u32> =
        processes::pids().into_iter().filter(|pid| !line.contains(pid)).filter(is).collect();
    // a master and its workers bear one name and are one target
    let heads: Vec<u32> = found
        .iter()
        .copied()
        .filter(|&pid| !ancestry_of(pid)[1..].iter().any(|up| found.contains(up)))
        .collect();
    match heads[..] {
        [] => {
            let pids = processes::pids().into_iter().filter(|pid| !line.contains(pid));
            let names: BTreeSet<String> = pids.filter_map(processes::program).collect();
            let near = nearest_name(name, names.iter().map(String::as_str));
            let near = near.map(|near| format!(", did you mean '{near}'?")).unwrap_or_default();
            Err(Error::usage(format!("--process: no running executable is named '{name}'{near}")))
        }
        [pid] => {
            Identity::read(pid).ok_or_else(|| Error::usage(format!("the process named '{name}' has ended")))
        }
        _ => {
            let list: Vec<String> = heads
                .iter()
                .map(|&pid| {
                    format!("{pid} (user {})", processes::user(pid).unwrap_or_else(|| "unknown".into()))
                })
                .collect();
            Err(Error::usage(format!(
                "--process: {} processes are named '{name}': {}: pass --pid",
                heads.len(),
                list.join(", ")
            )))
        }
    }
}

#[cfg(test)]
mod tests;
