//! How much memory the target may have, and who says so.

use super::Evidence;

/// Whose a limit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LimitOwner {
    /// The user's, the container's or the runtime's: what the service was given.
    Service,
    /// No limit was given: this is all the memory of the machine.
    Machine,
}

/// A limit on memory.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MemoryLimit {
    /// Bytes.
    pub bytes: f64,
    /// Whose it is.
    pub owner: LimitOwner,
}

impl MemoryLimit {
    /// One that the service was given.
    pub fn of_service(bytes: f64) -> MemoryLimit {
        MemoryLimit { bytes, owner: LimitOwner::Service }
    }

    /// The smallest that is known of the target: the user's own may be beyond what the cgroup or the machine gives.
    pub fn find(evidence: &Evidence) -> Option<MemoryLimit> {
        let asked = evidence.plan.as_ref().and_then(|plan| plan.judging.memory_limit_bytes);
        let target = evidence.target();
        let of_machine = target.is_some_and(|target| target.memory_limit_is_machines);
        let found = target.and_then(|target| target.memory_limit_bytes).map(|bytes| MemoryLimit {
            bytes: bytes as f64,
            owner: if of_machine { LimitOwner::Machine } else { LimitOwner::Service },
        });
        let asked = asked.map(|bytes| MemoryLimit::of_service(bytes as f64));
        asked.into_iter().chain(found).min_by(|a, b| a.bytes.total_cmp(&b.bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{Environment, PlanRecord, Runtime};

    #[test]
    fn the_machines_memory_is_the_limit_where_no_smaller_one_was_given() {
        let mut environment = Environment::example(Runtime::Other, 1);
        let target = environment.target.as_mut().unwrap();
        (target.memory_limit_bytes, target.memory_limit_is_machines) = (Some(1 << 34), true);
        let mut evidence = Evidence {
            environment: Some(environment),
            plan: Some(PlanRecord::example()),
            ..Evidence::default()
        };
        let found = MemoryLimit::find(&evidence).unwrap();
        assert_eq!((found.bytes, found.owner), (f64::from(1 << 30) * 16.0, LimitOwner::Machine));
        evidence.plan.as_mut().unwrap().judging.memory_limit_bytes = Some(1 << 29);
        let asked = MemoryLimit::find(&evidence).unwrap();
        assert_eq!((asked.bytes, asked.owner), (f64::from(1 << 29), LimitOwner::Service));
    }
}
