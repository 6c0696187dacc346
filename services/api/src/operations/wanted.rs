//! Which letters somebody wants.

use jiff::Timestamp;
use rollcall_domain::ids::ResidentId;
use rollcall_domain::letter::{Filter, LetterState, Which};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// Where letters stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[schema(as = LetterStanding)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Standing {
    /// Open or being replayed.
    Waiting,
    /// Set aside, waiting for a person.
    Open,
    /// A copy is on its way to the handler.
    Replaying,
    /// The handler has settled it.
    Applied,
    /// A person decided that it is not needed.
    Discarded,
    /// Any of these.
    All,
}

/// Which letters; all that is given must hold.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Wanted {
    /// From this queue or stream.
    queue: Option<String>,
    /// Of this kind.
    kind: Option<String>,
    /// With this in their cause, in small or capital letters.
    cause: Option<String>,
    /// Whose message names this resident.
    resident_id: Option<Uuid>,
    /// Set aside, the last time, at this moment or later.
    parked_from: Option<Timestamp>,
    /// Set aside, the last time, before this moment.
    parked_until: Option<Timestamp>,
    /// Where they stand; waiting where nothing is said.
    #[param(inline)]
    state: Option<Standing>,
}

impl Wanted {
    pub(super) fn filter(&self) -> Filter {
        let which = match self.state {
            None | Some(Standing::Waiting) => Which::Waiting,
            Some(Standing::Open) => Which::Only(LetterState::Open),
            Some(Standing::Replaying) => Which::Only(LetterState::Replaying),
            Some(Standing::Applied) => Which::Only(LetterState::Applied),
            Some(Standing::Discarded) => Which::Only(LetterState::Discarded),
            Some(Standing::All) => Which::All,
        };
        Filter {
            source: self.queue.clone(),
            kind: self.kind.clone(),
            cause: self.cause.clone(),
            resident: self.resident_id.map(ResidentId::from_uuid),
            parked_from: self.parked_from,
            parked_until: self.parked_until,
            which,
        }
    }
}

/// Which of the open letters; all that is given must hold.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[schema(as = LettersMatching)]
#[serde(deny_unknown_fields)]
pub(crate) struct Matching {
    /// From this queue or stream.
    queue: Option<String>,
    /// Of this kind.
    kind: Option<String>,
    /// With this in their cause, in small or capital letters.
    cause: Option<String>,
    /// Whose message names this resident.
    resident_id: Option<Uuid>,
    /// Set aside, the last time, at this moment or later.
    parked_from: Option<Timestamp>,
    /// Set aside, the last time, before this moment.
    parked_until: Option<Timestamp>,
}

impl From<Matching> for Filter {
    fn from(matching: Matching) -> Self {
        let Matching { queue, kind, cause, resident_id, parked_from, parked_until } = matching;
        Wanted { queue, kind, cause, resident_id, parked_from, parked_until, state: None }.filter()
    }
}
