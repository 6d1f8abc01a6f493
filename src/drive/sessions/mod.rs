//! Sessions: logins before the load, and new ones before a session ends.
//!
//! Comes in: the logins of the plan. Goes out: captured values that requests are filled with, and how many logins there
//! were. `login` makes one session; `first_logins` makes all before the load, `renewal` makes them again on time and
//! where an answer says that one has ended; `store` holds the values that all threads share; `capture` finds a value in
//! an answer, and `excerpt` shows an answer without secrets. No login is among the requests of the load.

mod capture;
mod excerpt;
mod first_logins;
mod login;
mod renewal;
mod store;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod values;

pub use first_logins::{LoggedIn, log_in_all};
pub(super) use renewal::Renewal;
pub(super) use store::SessionUse;
pub use store::Sessions;
pub(super) use values::CapturedValues;
