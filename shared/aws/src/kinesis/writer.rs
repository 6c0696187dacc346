use super::PORT;
use crate::Aws;
use crate::fault::fault;
use async_trait::async_trait;
use aws_sdk_kinesis::Client;
use aws_sdk_kinesis::primitives::Blob;
use rollcall_ports::{Fault, StreamWriter};
use uuid::Uuid;

/// Puts records on a stream.
#[derive(Clone, Debug)]
pub struct Writer {
    client: Client,
    stream: String,
}

/// Characters of a partition key (API reference, PutRecord).
const KEY_LENGTH: usize = 256;

impl Writer {
    /// Puts records on `stream`, by its name.
    #[must_use]
    pub fn new(aws: &Aws, stream: &str) -> Self {
        Self { client: Client::new(&aws.shared), stream: stream.to_owned() }
    }
}

#[async_trait]
impl StreamWriter for Writer {
    async fn put(&self, partition_key: &str, data: &[u8]) -> Result<(), Fault> {
        let request = self.client.put_record().stream_name(&self.stream);
        let request = request.partition_key(taken(partition_key)).data(Blob::new(data));
        request.send().await.map_err(|error| fault(PORT, &error))?;
        Ok(())
    }
}

/// The key as Kinesis takes it; one that it does not take becomes another,
/// always the same.
fn taken(key: &str) -> String {
    if key.is_empty() || key.chars().count() > KEY_LENGTH {
        return Uuid::new_v5(&Uuid::NAMESPACE_URL, key.as_bytes()).to_string();
    }
    key.to_owned()
}
