//! Sending dead letters back where they came from.

use crate::Aws;
use crate::fault::fault;
use crate::sqs::{Queues, client, takes};
use async_trait::async_trait;
use aws_sdk_kinesis::primitives::Blob;
use aws_sdk_sqs::types::MessageAttributeValue;
use rollcall_ports::{Fault, Replay, Resent};

const PORT: &str = "replays";
/// Bytes of a record with its partition key that every stream takes (Kinesis
/// service quotas).
const RECORD_BYTES: usize = 1_048_576;

/// Sends letters back to the queues and the stream. Which copy of which letter
/// it is goes beside a message: as an attribute, which SQS keeps also when it
/// moves the message aside, and of a record in its partition key.
#[derive(Clone, Debug)]
pub struct Replays {
    sqs: aws_sdk_sqs::Client,
    kinesis: aws_sdk_kinesis::Client,
    queues: [(&'static str, String); 3],
    stream: String,
}

impl Replays {
    /// To these queues and the stream `stream`, by its name.
    #[must_use]
    pub fn new(aws: &Aws, queues: &Queues, stream: &str) -> Self {
        let queues = [
            ("uploads", queues.uploads.queue.clone()),
            ("rows", queues.rows.queue.clone()),
            ("call_requests", queues.call_requests.queue.clone()),
        ];
        let kinesis = aws_sdk_kinesis::Client::new(&aws.shared);
        Self { sqs: client(aws), kinesis, queues, stream: stream.to_owned() }
    }

    async fn to_stream(&self, body: &[u8], replay: Replay) -> Result<Resent, Fault> {
        let key = replay.partition_key();
        if body.len() + key.len() > RECORD_BYTES {
            return Ok(Resent::Never("larger than a record of the stream may be"));
        }
        let request = self.kinesis.put_record().stream_name(&self.stream);
        let request = request.partition_key(key).data(Blob::new(body));
        request.send().await.map_err(|error| fault(PORT, &error))?;
        Ok(Resent::Done)
    }
}

#[async_trait]
impl rollcall_ports::Replays for Replays {
    async fn resend(&self, source: &str, body: &[u8], replay: Replay) -> Result<Resent, Fault> {
        if source == "outcomes" {
            return self.to_stream(body, replay).await;
        }
        let Some((_, url)) = self.queues.iter().find(|(name, _)| *name == source) else {
            return Ok(Resent::Never("no handler listens to where it came from"));
        };
        let Some(text) = std::str::from_utf8(body).ok().filter(|text| takes(text)) else {
            return Ok(Resent::Never("queues carry up to 1 MiB of text, and this is none"));
        };
        let mark = MessageAttributeValue::builder().data_type("String").string_value(replay.to_string());
        let unbuilt = |_| Fault::Refused { port: PORT, reason: "the request could not be built".to_owned() };
        let request = self.sqs.send_message().queue_url(url).message_body(text);
        let request = request.message_attributes(Replay::ATTRIBUTE, mark.build().map_err(unbuilt)?);
        request.send().await.map_err(|error| fault(PORT, &error))?;
        Ok(Resent::Done)
    }
}
