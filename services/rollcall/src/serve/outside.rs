//! The real telephone service of one machine: an instance of Amazon Connect,
//! and the stream of its contact records.

use crate::stop::Stop;
use rollcall_embedded::Store;
use rollcall_ports::{EvidenceHorizon, StreamReader, Telephony};
use std::sync::Arc;

#[cfg(feature = "aws")]
pub(super) use with::Outside;
#[cfg(feature = "aws")]
pub(crate) use with::setting;
#[cfg(not(feature = "aws"))]
pub(super) use without::Outside;

/// The records of calls, and how far they are taken in.
type Records = (Arc<dyn StreamReader>, Arc<dyn EvidenceHorizon>);

#[cfg(feature = "aws")]
mod with {
    use super::{Arc, Records, Stop, Store, Telephony};
    use rollcall_aws::compose::{self, Compose};
    use rollcall_host::settings::{ProcessVars, Vars};
    use rollcall_ports::Fault;

    /// Its two ends, from the settings.
    pub(in crate::serve) struct Outside {
        telephony: Arc<dyn Telephony>,
        stream: compose::Records,
        instance: String,
    }

    /// A variable; an empty one is none.
    pub(crate) fn setting(name: &str) -> Option<String> {
        ProcessVars.get(name).filter(|text| !text.is_empty())
    }

    impl Outside {
        /// Reads the settings; nothing is asked of the services.
        ///
        /// # Errors
        /// Every setting that is missing.
        pub(in crate::serve) async fn read() -> Result<Self, Vec<String>> {
            let mut compose = Compose::new(setting).await;
            let (telephony, stream) = (compose.telephony(), compose.records());
            compose.region();
            let instance = setting("ROLLCALL_CONNECT_INSTANCE_ID").unwrap_or_default();
            compose.ready(Self { telephony, stream, instance })
        }

        /// Instance and stream, in words.
        pub(in crate::serve) fn name(&self) -> String {
            format!("Amazon Connect, instance {}, with the stream {}", self.instance, self.stream.name)
        }

        pub(in crate::serve) fn telephony(&self) -> Arc<dyn Telephony> {
            Arc::clone(&self.telephony)
        }

        /// Opens the stream after what `store` knows to be settled.
        ///
        /// # Errors
        /// When the stream cannot be read.
        pub(in crate::serve) async fn records(&self, store: &Store) -> Result<Records, Stop> {
            let reader = self.stream.reader(store.checkpoints()).await.map_err(|fault| {
                let stream = &self.stream.name;
                match fault {
                    Fault::Refused { reason, .. } => Stop::unusable(format_args!(
                        "the stream {stream} cannot be read: Kinesis answered {reason}; expected a stream of the \
                         account and Region of these credentials (AWS_REGION, ROLLCALL_STREAM_OUTCOMES), with the \
                         right to list and read it"
                    )),
                    Fault::Unanswered(_) | Fault::Throttled(_) => Stop::failed(format_args!(
                        "the stream {stream} cannot be read now: {fault}; are there credentials and a network?"
                    )),
                }
            })?;
            Ok((Arc::new(reader), Arc::new(self.stream.horizon(store.checkpoints()))))
        }
    }
}

#[cfg(not(feature = "aws"))]
mod without {
    use super::{Arc, Records, Stop, Store, Telephony};

    /// This program does not have it: nothing of this type can be made.
    pub(in crate::serve) enum Outside {}

    #[expect(clippy::unused_async, reason = "the other one must wait")]
    impl Outside {
        pub(in crate::serve) async fn read() -> Result<Self, Vec<String>> {
            Err(vec![
                "--telephony connect is not in this program; build one that has it with `cargo build --release -p \
                 rollcall --features aws`"
                    .to_owned(),
            ])
        }

        pub(in crate::serve) fn name(&self) -> String {
            match *self {}
        }

        pub(in crate::serve) fn telephony(&self) -> Arc<dyn Telephony> {
            match *self {}
        }

        pub(in crate::serve) async fn records(&self, _: &Store) -> Result<Records, Stop> {
            match *self {}
        }
    }
}
