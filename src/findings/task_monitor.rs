//! What the task monitor shows besides its groups, types only: requests that were sent by hand, what they left behind,
//! how groups are put together, and what came of a key.

use super::task_list::ListedGroup;

/// Requests that were sent by hand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SentByHand {
    /// All of them.
    pub sent: u64,
    /// Those that were answered as expected.
    pub answered: u64,
    /// Those that failed.
    pub failed: u64,
}

impl SentByHand {
    /// Those that have not ended yet.
    pub fn under_way(&self) -> u64 {
        self.sent - self.ended()
    }

    /// Those that have ended.
    pub fn ended(&self) -> u64 {
        self.answered + self.failed
    }

    /// Those that had not ended at this mark: what they leave behind may appear after it.
    pub fn since(&self, mark: SentByHand) -> SentByHand {
        SentByHand {
            sent: self.sent - mark.ended(),
            answered: self.answered - mark.answered,
            failed: self.failed - mark.failed,
        }
    }
}

/// A group of which there are more than at the mark.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GrownGroup<'a> {
    /// The group.
    pub group: &'a ListedGroup,
    /// How many more.
    pub more: f64,
}

/// What requests that were sent by hand have left behind.
#[derive(Debug, Clone, PartialEq)]
pub enum LeftBehind<'a> {
    /// So many are under way.
    UnderWay(u64),
    /// All have ended, and it is read again before anything counts.
    Waiting,
    /// No group has more than at the mark.
    Nothing,
    /// These have more than at the mark, those that grew most first.
    Groups {
        /// More than were ever there before the mark.
        more_than_before: Vec<GrownGroup<'a>>,
        /// Within what was there before the mark: a leak, or what comes and goes by itself.
        within_before: Vec<GrownGroup<'a>>,
    },
}

/// What groups that are shown as one have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grouping {
    /// The whole stack and the state: as they are read.
    Stack,
    /// The first function of the user's own code.
    Function,
    /// What created them.
    Creator,
    /// What they wait for.
    State,
    /// The labels that the service gave them.
    Label,
}

/// Why a key that means something elsewhere does nothing here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InertKey {
    /// A request cannot be sent: the run that is shown is over.
    SendsToFinishedRun,
    /// A runtime cannot be asked: the run that is shown is over.
    ProvesFinishedRun,
    /// The load cannot be changed: the run that is shown is over.
    LoadOfFinishedRun,
    /// The load cannot be changed: services are observed without one.
    LoadOfServices,
    /// The load cannot be changed: in this phase none is sent.
    LoadBetween,
    /// Only a finished run has other readings: what is shown is read now.
    StepsWithoutRun,
    /// A request by hand would be one too many: the run sends its own.
    SendsInRun,
    /// The run asks the runtime itself.
    ProvesInRun,
    /// The run records its groups itself.
    SavesInRun,
}

/// What came of a key.
#[derive(Debug, Clone, PartialEq)]
pub enum KeyOutcome {
    /// No request can be sent: no URL was given.
    NoUrl,
    /// No request was sent: so many are under way.
    TooManyUnderWay(u64),
    /// The runtime is asked which tasks can never go on.
    Proving,
    /// It has proven that so many can never go on.
    Proven {
        /// How many.
        tasks: u64,
        /// How long the answer took, in seconds.
        took_s: f64,
    },
    /// It could not be asked.
    NotProven {
        /// Why.
        reason: String,
    },
    /// Nothing here proves anything.
    ProvesNothing,
    /// It does nothing here.
    Inert(InertKey),
    /// The groups were saved.
    Saved {
        /// The name of the file in the working directory.
        file: String,
    },
    /// The groups could not be saved.
    NotSaved {
        /// Why, in the words of the error.
        reason: String,
    },
}
