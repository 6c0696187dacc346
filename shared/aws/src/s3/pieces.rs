//! An object copied with constant memory, with some places blanked.

use super::{Asked, Bucket, PORT, status};
use crate::fault::fault;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use rollcall_ports::{Fault, Place};

/// Bytes in memory at a time. No part of an upload but the last may be smaller
/// than 5 MiB, and there may be 10 000 (S3 user guide, "Multipart upload limits").
const PIECE: u64 = 8 << 20;

/// The condition of a write did not hold, or another write came between (API
/// reference, PutObject).
const PRECONDITION_FAILED: u16 = 412;
const CONFLICT: u16 = 409;
/// Nothing is there any more that could be replaced.
const NOT_FOUND: u16 = 404;

/// What a copy becomes.
pub(super) struct Onto<'a> {
    /// Its key.
    pub(super) key: &'a str,
    /// The entity tag of what it takes the place of; `None`: there is nothing.
    pub(super) instead_of: Option<String>,
    /// What is remembered along with it.
    #[expect(clippy::disallowed_types, reason = "the SDK's own type")]
    pub(super) metadata: Option<std::collections::HashMap<String, String>>,
}

impl Onto<'_> {
    /// The two conditions, of which one is set.
    fn conditions(&self) -> (Option<String>, Option<String>) {
        let is_new = self.instead_of.is_none();
        (self.instead_of.clone(), is_new.then(|| "*".to_owned()))
    }
}

/// What became of a copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Copied {
    /// It is there.
    Done,
    /// Nothing was done: somebody else wrote or deleted meanwhile.
    Replaced,
}

impl Bucket {
    /// Copies an object of this size, with these places blanked.
    pub(super) async fn copy(
        &self,
        (from, size): (&Asked, u64),
        onto: &Onto<'_>,
        places: &[Place],
    ) -> Result<Copied, Fault> {
        if size > PIECE {
            return self.copy_in_parts((from, size), onto, places).await;
        }
        let Some(bytes) = self.piece(from, (0, size), places).await? else { return Ok(Copied::Replaced) };
        let (instead_of, is_new) = onto.conditions();
        let put = self
            .client
            .put_object()
            .bucket(&self.name)
            .key(onto.key)
            .set_if_match(instead_of)
            .set_if_none_match(is_new)
            .set_metadata(onto.metadata.clone())
            .body(ByteStream::from(bytes))
            .send()
            .await;
        copied(put.map(drop))
    }

    async fn copy_in_parts(
        &self,
        (from, size): (&Asked, u64),
        onto: &Onto<'_>,
        places: &[Place],
    ) -> Result<Copied, Fault> {
        let begin = self.client.create_multipart_upload().bucket(&self.name).key(onto.key);
        let begun = begin.set_metadata(onto.metadata.clone()).send().await;
        let begun = begun.map_err(|error| fault(PORT, &error))?.upload_id.unwrap_or_default();
        let outcome = self.parts((from, size), (onto, &begun), places).await;
        if outcome != Ok(Copied::Done) {
            // If this fails, the lifecycle of the bucket does it tomorrow. No
            // part holds what was to be blanked.
            let abort = self.client.abort_multipart_upload().bucket(&self.name).key(onto.key);
            let _best_effort = abort.upload_id(begun).send().await;
        }
        outcome
    }

    async fn parts(
        &self,
        (from, size): (&Asked, u64),
        (onto, upload): (&Onto<'_>, &str),
        places: &[Place],
    ) -> Result<Copied, Fault> {
        let (mut done, mut at, mut number) = (CompletedMultipartUpload::builder(), 0, 1);
        while at < size {
            let end = (at + PIECE).min(size);
            let Some(bytes) = self.piece(from, (at, end), places).await? else {
                return Ok(Copied::Replaced);
            };
            let request = self.client.upload_part().bucket(&self.name).key(onto.key).upload_id(upload);
            let put = request.part_number(number).body(ByteStream::from(bytes)).send().await;
            let put = put.map_err(|error| fault(PORT, &error))?;
            done = done.parts(
                CompletedPart::builder()
                    .part_number(number)
                    .set_e_tag(put.e_tag)
                    // The SDK has S3 check each part, and S3 wants to hear of it again.
                    .set_checksum_crc32(put.checksum_crc32)
                    .build(),
            );
            (at, number) = (end, number + 1);
        }
        let (instead_of, is_new) = onto.conditions();
        let request = self.client.complete_multipart_upload().bucket(&self.name).key(onto.key);
        let request = request.upload_id(upload).multipart_upload(done.build());
        copied(request.set_if_match(instead_of).set_if_none_match(is_new).send().await.map(drop))
    }

    /// Bytes of an object, with these places blanked; `None` if it is gone.
    async fn piece(
        &self,
        from: &Asked,
        (start, end): (u64, u64),
        places: &[Place],
    ) -> Result<Option<Vec<u8>>, Fault> {
        let Some(mut bytes) = self.range(from, start, end).await? else { return Ok(None) };
        if bytes.len() as u64 != end - start {
            return Err(Fault::Unanswered(PORT));
        }
        places.iter().for_each(|place| place.blank(&mut bytes, start));
        Ok(Some(bytes))
    }
}

fn copied<E: ProvideErrorMetadata>(answer: Result<(), SdkError<E, HttpResponse>>) -> Result<Copied, Fault> {
    match answer {
        Ok(()) => Ok(Copied::Done),
        Err(error) if matches!(status(&error), Some(PRECONDITION_FAILED | CONFLICT | NOT_FOUND)) => {
            Ok(Copied::Replaced)
        }
        Err(error) => Err(fault(PORT, &error)),
    }
}
