//! Codes that Connect sends as upper-case words. Each keeps an `Other` arm, because AWS adds codes without notice.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

macro_rules! codes {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)*
            /// A code this version does not know, as it was received.
            Other(String),
        }

        impl $name {
            /// The code as Connect writes it.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $text,)*
                    Self::Other(text) => text,
                }
            }
        }

        impl From<&str> for $name {
            /// Case does not matter: the guide's examples have both `VOICE` and `Voice`.
            fn from(text: &str) -> Self {
                $(if text.eq_ignore_ascii_case($text) {
                    return Self::$variant;
                })*
                Self::Other(text.to_owned())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(self.as_str())
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_str(Text).map(|text| Self::from(text.as_str()))
            }
        }
    };
}

codes! {
    /// How a contact came about (Admin Guide, ctr-data-model, `InitiationMethod`).
    InitiationMethod {
        /// `StartOutboundVoiceContact`: a check call.
        Api = "API",
        /// A queued callback, and each of its further attempts.
        Callback = "CALLBACK",
        /// Someone rang in.
        Inbound = "INBOUND",
        /// An agent dialled by hand.
        Outbound = "OUTBOUND",
        /// An agent handed the contact to another.
        Transfer = "TRANSFER",
        /// Moved from one queue to another.
        QueueTransfer = "QUEUE_TRANSFER",
        /// Made by the flow that runs after a hang-up.
        Disconnect = "DISCONNECT",
        /// A supervisor listening in.
        Monitor = "MONITOR",
        /// An agent brought in a number outside the centre.
        ExternalOutbound = "EXTERNAL_OUTBOUND",
    }
}

codes! {
    /// Why a voice contact ended (Admin Guide, ctr-data-model, `DisconnectReason`). Detail only: whether the far end
    /// answered is told by `ConnectedToSystemTimestamp`, and the reason may be missing altogether.
    DisconnectReason {
        /// The customer's side hung up first; also poor reception and voicemail systems that hang up.
        CustomerDisconnect = "CUSTOMER_DISCONNECT",
        /// The agent ended it.
        AgentDisconnect = "AGENT_DISCONNECT",
        /// A third party in the call ended it.
        ThirdPartyDisconnect = "THIRD_PARTY_DISCONNECT",
        /// A supervisor ended it.
        Barged = "BARGED",
        /// The flow's hang-up block ended it.
        ContactFlowDisconnect = "CONTACT_FLOW_DISCONNECT",
        /// Line busy.
        TelecomBusy = "TELECOM_BUSY",
        /// The number is not valid.
        TelecomNumberInvalid = "TELECOM_NUMBER_INVALID",
        /// The network says that the call cannot be delivered now: phone off, out of reach, declined.
        TelecomUnanswered = "TELECOM_UNANSWERED",
        /// Rang 60 s on several networks without an answer.
        TelecomTimeout = "TELECOM_TIMEOUT",
        /// Cancelled by the caller's side, among others when the ring time was over.
        TelecomOriginatorCancel = "TELECOM_ORIGINATOR_CANCEL",
        /// The route is suspected of blocking.
        TelecomPotentialBlocking = "TELECOM_POTENTIAL_BLOCKING",
        /// Carrier or network trouble.
        TelecomProblem = "TELECOM_PROBLEM",
        /// A web call whose customer never joined.
        CustomerNeverArrived = "CUSTOMER_NEVER_ARRIVED",
        /// Ended through the API or by anything else. Connect itself writes `OTHER`.
        OtherReason = "OTHER",
    }
}

codes! {
    /// What a contact event announces (Admin Guide, contact-events).
    ContactEventType {
        /// The contact was created.
        Initiated = "INITIATED",
        /// Media established: a person or a machine answered.
        ConnectedToSystem = "CONNECTED_TO_SYSTEM",
        /// Put in a queue for an agent.
        Queued = "QUEUED",
        /// Agent and customer were joined.
        ConnectedToAgent = "CONNECTED_TO_AGENT",
        /// Ended, also when a dial failed or was not picked up.
        Disconnected = "DISCONNECTED",
        /// After-contact work is done; straight after `DISCONNECTED` when there is none.
        Completed = "COMPLETED",
        /// Attributes, tags or routing data changed.
        ContactDataUpdated = "CONTACT_DATA_UPDATED",
        /// A task was paused.
        Paused = "PAUSED",
        /// A task was resumed.
        Resumed = "RESUMED",
        /// Answering-machine detection was switched off.
        AmdDisabled = "AMD_DISABLED",
    }
}

codes! {
    /// The medium of a contact.
    Channel {
        /// A telephone call; the only one Rollcall makes.
        Voice = "VOICE",
        /// Text chat.
        Chat = "CHAT",
        /// A task for an agent.
        Task = "TASK",
        /// Electronic mail.
        Email = "EMAIL",
    }
}

/// Reads a string through `deserialize_str`, borrowed or owned.
struct Text;

impl serde::de::Visitor<'_> for Text {
    type Value = String;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a code")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<String, E> {
        Ok(text.to_owned())
    }

    fn visit_string<E: serde::de::Error>(self, text: String) -> Result<String, E> {
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use super::{Channel, ContactEventType, DisconnectReason};

    #[test]
    fn codes_are_read_in_any_case_and_written_in_connects() {
        assert_eq!(Channel::from("Voice"), Channel::Voice);
        assert_eq!(serde_json::to_string(&Channel::Voice).unwrap(), "\"VOICE\"");
    }

    #[test]
    fn an_unknown_code_is_kept_as_received() {
        let read: ContactEventType = serde_json::from_str("\"Something_New\"").unwrap();
        assert_eq!(read, ContactEventType::Other("Something_New".to_owned()));
        assert_eq!(serde_json::to_string(&read).unwrap(), "\"Something_New\"");
    }

    #[test]
    fn connects_own_other_is_not_taken_for_an_unknown_code() {
        assert_eq!(DisconnectReason::from("OTHER"), DisconnectReason::OtherReason);
    }
}
