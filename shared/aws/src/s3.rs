//! Uploaded files in a bucket.
//!
//! The bucket keeps versions, and a file is read by the version of its
//! notification; in a bucket that keeps none, by its entity tag. Files come and
//! go without this adapter: clerks put them by signed requests, the bucket's
//! lifecycle deletes them. A file of which rows were blanked is read where its
//! copy is ([`shelf`]), by whoever names it as it was.

pub mod deposits;
mod pieces;
pub mod shelf;

use crate::Aws;
use crate::fault::fault;
use async_trait::async_trait;
use aws_sdk_s3::Client;
use aws_sdk_s3::operation::head_object::HeadObjectOutput;
use aws_sdk_s3::primitives::ByteStream;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use rollcall_contracts::upload::{Form, UploadRef, blanked_key};
use rollcall_ports::{Fault, UploadInfo, Uploads};

const PORT: &str = "uploads";

/// The answers of S3 that mean something else than a failure (API reference,
/// "Error responses"). A HEAD request has no body, hence the status.
const NOT_FOUND: u16 = 404;
const PRECONDITION_FAILED: u16 = 412;
const RANGE_NOT_SATISFIABLE: u16 = 416;

/// No object is larger (S3 user guide: 5 TB until 2025, 50 TB since). A range
/// that ends behind it is asked for without an end.
const LARGEST: u64 = 1 << 46;

/// The store of uploaded files. Needs `s3:GetObject` and `s3:GetObjectVersion`
/// on the objects, and `s3:ListBucket` on the bucket: without it S3 says that
/// access to a missing file is denied, and not that it is missing.
#[derive(Clone, Debug)]
pub struct Bucket {
    client: Client,
    name: String,
}

impl Bucket {
    /// The bucket of this name.
    #[must_use]
    pub fn new(aws: &Aws, name: &str) -> Self {
        Self { client: Client::new(&aws.shared), name: name.to_owned() }
    }

    async fn head(&self, asked: &Asked) -> Result<Option<HeadObjectOutput>, Fault> {
        // No object has it, and the SDK would not send it.
        if asked.key.is_empty() {
            return Ok(None);
        }
        let answer = self
            .client
            .head_object()
            .bucket(&self.name)
            .key(&asked.key)
            .set_version_id(asked.version.clone())
            .set_if_match(asked.tag.clone())
            .send()
            .await;
        match answer {
            Ok(head) => Ok(Some(head)),
            Err(error) if is_missing(&error) => Ok(None),
            Err(error) => Err(fault(PORT, &error)),
        }
    }

    /// Bytes of an object as it is asked for.
    async fn range(&self, asked: &Asked, start: u64, end: u64) -> Result<Option<Vec<u8>>, Fault> {
        // A range names its last byte, so that none can be empty.
        if asked.key.is_empty() || end <= start {
            return Ok(self.head(asked).await?.map(|_| Vec::new()));
        }
        let range =
            if end > LARGEST { format!("bytes={start}-") } else { format!("bytes={start}-{}", end - 1) };
        let answer = self
            .client
            .get_object()
            .bucket(&self.name)
            .key(&asked.key)
            .set_version_id(asked.version.clone())
            .set_if_match(asked.tag.clone())
            .range(range)
            .send()
            .await;
        let object = match answer {
            Ok(object) => object,
            Err(error) if is_missing(&error) => return Ok(None),
            Err(error) if status(&error) == Some(RANGE_NOT_SATISFIABLE) => return Ok(Some(Vec::new())),
            Err(error) => return Err(fault(PORT, &error)),
        };
        // Whoever answers by HTTP may leave a range out of account and send the
        // whole (RFC 9110, section 14.2).
        let from = if object.content_range().is_some() { 0 } else { start };
        cut(object.body, from, end - start).await.map(Some)
    }
}

/// An object, and in which form.
#[derive(Clone, Debug)]
struct Asked {
    key: String,
    version: Option<String>,
    /// In quotation marks.
    tag: Option<String>,
}

impl Asked {
    /// A file as it was put.
    fn put(upload: &UploadRef) -> Self {
        let (version, tag) = match &upload.form {
            Form::Version(version) => (Some(version.clone()), None),
            Form::Etag(tag) => (None, Some(format!("\"{tag}\""))),
        };
        Self { key: upload.key.clone(), version, tag }
    }

    /// Whatever is under a key.
    fn latest(key: &str) -> Self {
        Self { key: key.to_owned(), version: None, tag: None }
    }

    /// The copy of a file of which rows were blanked.
    fn blanked(upload: &UploadRef) -> Option<Self> {
        blanked_key(upload).map(|key| Self::latest(&key))
    }
}

#[async_trait]
impl Uploads for Bucket {
    async fn info(&self, upload: &UploadRef) -> Result<Option<UploadInfo>, Fault> {
        let mut head = self.head(&Asked::put(upload)).await?;
        if head.is_none()
            && let Some(copy) = Asked::blanked(upload)
        {
            head = self.head(&copy).await?;
        }
        let Some(head) = head else { return Ok(None) };
        Ok(Some(UploadInfo { size: size(&head)? }))
    }

    async fn read(&self, upload: &UploadRef, start: u64, end: u64) -> Result<Option<Vec<u8>>, Fault> {
        let bytes = self.range(&Asked::put(upload), start, end).await?;
        match Asked::blanked(upload) {
            Some(copy) if bytes.is_none() => self.range(&copy, start, end).await,
            _ => Ok(bytes),
        }
    }
}

/// The bytes of an object.
fn size(head: &HeadObjectOutput) -> Result<u64, Fault> {
    let size = head.content_length().and_then(|size| u64::try_from(size).ok());
    size.ok_or_else(|| misbehaved("an object without a length"))
}

/// Up to `most` bytes behind the first `skip`. A connection that is lost before
/// all of them have come is a fault, and never taken for the end of the file.
async fn cut(mut body: ByteStream, mut skip: u64, most: u64) -> Result<Vec<u8>, Fault> {
    let (mut bytes, most) = (Vec::new(), usize::try_from(most).unwrap_or(usize::MAX));
    while bytes.len() < most
        && let Some(piece) = body.next().await
    {
        let piece = piece.map_err(|_| Fault::Unanswered(PORT))?;
        let from = usize::try_from(skip).unwrap_or(usize::MAX).min(piece.len());
        skip -= from as u64;
        let wanted = piece.len().min(from.saturating_add(most - bytes.len()));
        bytes.extend_from_slice(piece.get(from..wanted).unwrap_or_default());
    }
    Ok(bytes)
}

fn status<E>(error: &SdkError<E, HttpResponse>) -> Option<u16> {
    error.raw_response().map(|response| response.status().as_u16())
}

/// Whether the file is not there, or not in this form any more. A missing
/// bucket is no missing file (a HEAD request cannot tell the two apart).
fn is_missing<E: ProvideErrorMetadata>(error: &SdkError<E, HttpResponse>) -> bool {
    error.code() != Some("NoSuchBucket") && matches!(status(error), Some(NOT_FOUND | PRECONDITION_FAILED))
}

fn misbehaved(what: &str) -> Fault {
    Fault::Refused { port: PORT, reason: what.to_owned() }
}
