//! The values that logins captured for one session; secrets, which nothing prints.

/// One for each name of the plan, in its order; empty until it is captured.
#[derive(Clone, PartialEq, Eq)]
pub(in crate::drive) struct CapturedValues(Vec<String>);

impl std::fmt::Debug for CapturedValues {
    /// Without a value.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} captured values", self.0.len())
    }
}

impl CapturedValues {
    /// None is captured yet.
    pub(in crate::drive) fn empty(names: usize) -> CapturedValues {
        CapturedValues(vec![String::new(); names])
    }

    pub(in crate::drive) fn set(&mut self, index: usize, value: String) {
        if let Some(own) = self.0.get_mut(index) {
            *own = value;
        }
    }

    /// The value of a name by its number.
    pub(in crate::drive) fn get(&self, index: usize) -> &str {
        self.0.get(index).map_or("", String::as_str)
    }

    /// Those that were captured.
    pub(in crate::drive) fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str).filter(|value| !value.is_empty())
    }
}
