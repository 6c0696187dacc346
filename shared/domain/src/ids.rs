//! Every identifier of the system, each its own type, so that two of them
//! cannot be swapped. Ids are derived from what they name wherever that is
//! possible: a repeat of the same work then produces the same id.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use uuid::Uuid;

/// The namespace under which Rollcall derives its version-5 UUIDs. Changing it
/// would make every resident a stranger; it is part of the stored format.
const NAMESPACE: Uuid = Uuid::from_u128(0x6f9c_1d52_4f1e_5c0a_9d3b_21a7_60b8_44c1);

macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// Wraps a UUID that already names such a thing.
            #[must_use]
            pub const fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// The UUID itself, for adapters that store it as bytes.
            #[must_use]
            pub const fn as_uuid(&self) -> &Uuid {
                &self.0
            }

            /// Derives the id of what `parts` name. The parts are separated by
            /// a byte that no part may hold in UTF-8, so that ("ab", "c") and
            /// ("a", "bc") differ.
            #[must_use]
            pub fn derive(parts: &[&str]) -> Self {
                let mut name = Vec::with_capacity(64);
                name.extend_from_slice(stringify!($name).as_bytes());
                for part in parts {
                    name.push(0xFF);
                    name.extend_from_slice(part.as_bytes());
                }
                Self(Uuid::new_v5(&NAMESPACE, &name))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self)
            }
        }
    };
}

uuid_id! {
    /// A person on the register.
    ResidentId
}
uuid_id! {
    /// One real dial, and at once the client token that Connect is given for it.
    AttemptId
}
uuid_id! {
    /// The planner's order to dial one resident once.
    RequestId
}
uuid_id! {
    /// One upload of a file of residents.
    BatchId
}
uuid_id! {
    /// One file that somebody was offered a place for, before it is loaded.
    UploadId
}
uuid_id! {
    /// A promise that an agent rings a resident.
    CallbackId
}
uuid_id! {
    /// That somebody is told of a resident who was not reached: one case.
    EscalationId
}
uuid_id! {
    /// One pause of one resident.
    PauseId
}
uuid_id! {
    /// What somebody of the staff noted about a resident, once.
    NoteId
}
uuid_id! {
    /// A message that was set aside.
    LetterId
}
uuid_id! {
    /// One replay of many messages that were set aside.
    JobId
}

uuid_id! {
    /// One entry of the suppression list. Ids stand in the order of time.
    SuppressionId
}

impl SuppressionId {
    /// The id of what somebody put on the list at `at`, and `parts` name. It
    /// begins with the millisecond, as UUIDs of version 7 do, so that a list of
    /// ids is one by time; the rest is derived (RFC 9562, version 8).
    #[must_use]
    pub fn at(at: jiff::Timestamp, parts: &[&str]) -> Self {
        let exact = at.as_nanosecond().to_string();
        let mut named = vec![exact.as_str()];
        named.extend(parts);
        let mut bytes = *Self::derive(&named).as_uuid().as_bytes();
        let millisecond = u64::try_from(at.as_millisecond()).unwrap_or(0);
        bytes[..6].copy_from_slice(&millisecond.to_be_bytes()[2..]);
        Self(uuid::Builder::from_custom_bytes(bytes).into_uuid())
    }
}

impl LetterId {
    /// The one letter that a message of a queue or stream may become.
    #[must_use]
    pub fn of(source: &str, message_id: &str) -> Self {
        Self::derive(&[source, message_id])
    }
}

impl RequestId {
    /// The order that the planner gives for `resident` at `planned_at`
    /// (milliseconds since 1970): the same claim always has the same id.
    #[must_use]
    pub fn of(resident: ResidentId, planned_at: jiff::Timestamp) -> Self {
        Self::derive(&[&resident.to_string(), &planned_at.as_millisecond().to_string()])
    }
}

impl BatchId {
    /// The one batch that loading `upload` may lead to.
    #[must_use]
    pub fn of_upload(upload: UploadId) -> Self {
        Self::derive(&["upload", &upload.to_string()])
    }
}

impl AttemptId {
    /// The one attempt that `request` may lead to.
    #[must_use]
    pub fn of(request: RequestId) -> Self {
        Self::derive(&[&request.to_string()])
    }
}

impl CallbackId {
    /// The one callback that a key press during `attempt` may promise.
    #[must_use]
    pub fn of(attempt: AttemptId) -> Self {
        Self::derive(&[&attempt.to_string()])
    }
}

impl EscalationId {
    /// The one case that a duty to `resident`, which arose at `check_due` and was
    /// not met for this cause, may lead to.
    #[must_use]
    pub fn of(resident: ResidentId, check_due: jiff::Timestamp, cause: crate::duty::Cause) -> Self {
        Self::derive(&[&resident.to_string(), &check_due.to_string(), cause.word()])
    }
}

/// The id that Amazon Connect gives to one leg of a call (1 to 256
/// characters; API reference, StartOutboundVoiceContact). Never a person.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Debug)]
#[serde(transparent)]
pub struct ContactId(String);

impl ContactId {
    /// Wraps what Connect sent; nothing is assumed of its form.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The id as Connect wrote it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ContactId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derived_ids_repeat_and_do_not_collide_across_parts_or_kinds() {
        assert_eq!(ResidentId::derive(&["ab", "c"]), ResidentId::derive(&["ab", "c"]));
        assert_ne!(ResidentId::derive(&["ab", "c"]), ResidentId::derive(&["a", "bc"]));
        assert_ne!(
            ResidentId::derive(&["x"]).as_uuid(),
            AttemptId::derive(&["x"]).as_uuid(),
            "the kind of the id is part of its name"
        );
    }

    #[test]
    fn a_contact_is_called_as_connect_calls_it() {
        let contact = ContactId::new("a1b2-C3");
        assert_eq!((contact.as_str(), contact.to_string()), ("a1b2-C3", "a1b2-C3".to_owned()));
    }

    #[test]
    fn ids_are_frozen() {
        // Stored data names residents by this id: a change here is a migration.
        assert_eq!(
            ResidentId::derive(&["reference", "H-1"]).to_string(),
            "0ec3a12d-3dc4-5920-8b3f-e085181cad24"
        );
    }
}
