//! How a target that has gone is found again.

use super::endpoint::Endpoints;
#[cfg(target_os = "linux")]
pub(super) use super::find_by_container::find_by_container;
use super::find_by_name::find_by_name;
use super::identity::Identity;
#[cfg(not(target_os = "linux"))]
pub(super) use super::processes::find_by_container;

/// What leads to the target, the first time and after a restart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TargetSearch {
    /// The processes that hold the listening socket.
    Endpoints(Endpoints),
    /// The process of this name.
    Name(String),
    /// The first process of the container whose id begins with this.
    Container(String),
    /// A pid was named that did not hold the port: no other process can take its place.
    Never,
}

impl TargetSearch {
    pub(super) fn find_again(&self) -> Vec<Identity> {
        match self {
            TargetSearch::Endpoints(endpoints) => {
                endpoints.find_roots().map(|(_, roots)| roots).unwrap_or_default()
            }
            TargetSearch::Name(name) => find_by_name(name).into_iter().collect(),
            TargetSearch::Container(id) => find_by_container(id).into_iter().collect(),
            TargetSearch::Never => Vec::new(),
        }
    }
}
