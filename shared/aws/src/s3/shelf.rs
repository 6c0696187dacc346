//! The files of lists as an erasure goes through them.
//!
//! S3 changes no object. A list is copied without the rows to a key of its own, of which no notification tells and which whoever names the
//! list finds ([`blanked_key`]); then the version that was put is deleted for
//! good. So nothing is loaded twice, a chunk that names the list is read to its
//! end, and whoever is killed in between leaves both, of which the first is met
//! again. A copy is made of the copy that is there, on the condition that nobody
//! replaced it since, so that no row comes back. Copies, and files that nobody has
//! loaded yet, are put again where they are, on the same condition; what versions
//! they had before is deleted.
//!
//! Absent on purpose: keeping the age of a file. The lifecycle of the bucket
//! counts a copy's days from its making.

use super::deposits::{FILE_NAME, form_of};
use super::pieces::{Copied, Onto};
use super::{Asked, Bucket, PORT, is_missing, misbehaved, size};
use crate::fault::fault;
use async_trait::async_trait;
use aws_sdk_s3::operation::head_object::HeadObjectOutput;
use aws_sdk_s3::types::ObjectVersion;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rollcall_contracts::upload::{BLANKED, Form, STAGED, UploadRef, blanked_key};
use rollcall_ports::{Cursor, Fault, Place, Shelf};
use serde::{Deserialize, Serialize};

/// How often a copy is made that others were quicker with.
const TRIES: usize = 6;
/// The version of an object that was put while the bucket kept none (S3 user
/// guide, "Working with objects in a versioning-suspended bucket").
const UNVERSIONED: &str = "null";
/// What a file is called of which rows were blanked: its name may have told of
/// somebody.
const NAMELESS: &str = "list.csv";

/// The parts of a walk: from where files move to where they do. What is moved
/// meanwhile is met before or after.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Part {
    /// Files that may be loaded at any moment, and are copied then.
    Staged,
    /// All that are not in another part.
    Put,
    /// Copies of which rows were blanked.
    Blanked,
}

impl Part {
    fn prefix(self) -> Option<&'static str> {
        match self {
            Self::Staged => Some(STAGED),
            Self::Put => None,
            Self::Blanked => Some(BLANKED),
        }
    }

    fn holds(self, key: &str) -> bool {
        self != Self::Put || !(key.starts_with(STAGED) || key.starts_with(BLANKED))
    }

    fn next(self) -> Option<Self> {
        match self {
            Self::Staged => Some(Self::Put),
            Self::Put => Some(Self::Blanked),
            Self::Blanked => None,
        }
    }
}

/// Where a walk goes on.
#[derive(Serialize, Deserialize)]
struct At {
    part: Part,
    key: Option<String>,
    version: Option<String>,
}

/// Needs `s3:ListBucketVersions` on the bucket, `s3:PutObject` and
/// `s3:AbortMultipartUpload` under `staged/` and `blanked/`, and
/// `s3:DeleteObject` and `s3:DeleteObjectVersion` on all objects, beside what
/// [`Bucket`] needs.
#[async_trait]
impl Shelf for Bucket {
    async fn files(
        &self,
        from: Option<&Cursor>,
        most: u32,
    ) -> Result<(Vec<UploadRef>, Option<Cursor>), Fault> {
        let at = match from {
            Some(cursor) => {
                serde_json::from_str(&cursor.0).map_err(|_| misbehaved("a cursor that is not ours"))?
            }
            None => At { part: Part::Staged, key: None, version: None },
        };
        let answer = self
            .client
            .list_object_versions()
            .bucket(&self.name)
            .set_prefix(at.part.prefix().map(str::to_owned))
            .max_keys(i32::try_from(most.max(1)).unwrap_or(i32::MAX))
            .set_key_marker(at.key)
            .set_version_id_marker(at.version)
            .send()
            .await
            .map_err(|error| fault(PORT, &error))?;
        let versions = answer.versions.unwrap_or_default().into_iter();
        let met = versions.filter(|one| at.part.holds(one.key().unwrap_or_default()));
        let files = met.filter_map(named).collect();
        let next = if answer.is_truncated.unwrap_or(false) {
            Some(At {
                part: at.part,
                key: answer.next_key_marker,
                version: answer.next_version_id_marker.filter(|marker| !marker.is_empty()),
            })
        } else {
            at.part.next().map(|part| At { part, key: None, version: None })
        };
        let cursor = |at| serde_json::to_string(&at).map(Cursor);
        let next = next.map(cursor).transpose().map_err(|_| misbehaved("a place that cannot be written"))?;
        Ok((files, next))
    }

    async fn blank(&self, upload: &UploadRef, places: &[Place]) -> Result<(), Fault> {
        match blanked_key(upload) {
            Some(copy) => self.copy_away(upload, &copy, places).await,
            None => self.put_again(upload, places).await,
        }
    }
}

impl Bucket {
    /// Makes a copy without what is in these places, and deletes the file.
    async fn copy_away(&self, upload: &UploadRef, copy: &str, places: &[Place]) -> Result<(), Fault> {
        for _ in 0..TRIES {
            let there = self.head(&Asked::latest(copy)).await?;
            let (from, onto) = match there {
                Some(head) => {
                    let onto = Onto { key: copy, instead_of: Some(tag(&head)?), metadata: None };
                    (Source::of(copy, &head)?, onto)
                }
                None => {
                    let Some(head) = self.head(&Asked::put(upload)).await? else { return Ok(()) };
                    let onto = Onto { key: copy, instead_of: None, metadata: None };
                    (Source::of(&upload.key, &head)?, onto)
                }
            };
            if self.copy((&from.asked, from.size), &onto, places).await? == Copied::Done {
                self.delete_former(copy).await?;
                return self.delete(upload).await;
            }
        }
        Err(Fault::Throttled(PORT))
    }

    /// Puts a file again under its key, without what is in these places.
    async fn put_again(&self, upload: &UploadRef, places: &[Place]) -> Result<(), Fault> {
        let latest = self.head(&Asked::latest(&upload.key)).await?;
        let Some(head) = latest.filter(|head| form_of(head).as_ref() == Some(&upload.form)) else {
            // Somebody replaced or deleted it: nobody reads it any more.
            return self.delete(upload).await;
        };
        let mut metadata = head.metadata().cloned();
        if let Some(name) = metadata.as_mut().and_then(|all| all.get_mut(FILE_NAME)) {
            *name = URL_SAFE_NO_PAD.encode(NAMELESS);
        }
        let onto = Onto { key: &upload.key, instead_of: Some(tag(&head)?), metadata };
        let from = Source::of(&upload.key, &head)?;
        match self.copy((&from.asked, from.size), &onto, places).await? {
            Copied::Done => self.delete_former(&upload.key).await,
            Copied::Replaced => Err(Fault::Throttled(PORT)),
        }
    }

    /// Deletes all versions of a key but the latest: each was made of the one
    /// before.
    async fn delete_former(&self, key: &str) -> Result<(), Fault> {
        let (mut at, mut version) = (None, None);
        loop {
            let request = self.client.list_object_versions().bucket(&self.name).prefix(key);
            let answer = request.set_key_marker(at).set_version_id_marker(version).send().await;
            let answer = answer.map_err(|error| fault(PORT, &error))?;
            for one in answer.versions.unwrap_or_default() {
                if one.key() == Some(key)
                    && one.is_latest() == Some(false)
                    && let Some(former) = one.version_id
                {
                    let form = Form::Version(former);
                    self.delete(&UploadRef { key: key.to_owned(), form }).await?;
                }
            }
            if !answer.is_truncated.unwrap_or(false) {
                return Ok(());
            }
            (at, version) = (answer.next_key_marker, answer.next_version_id_marker);
        }
    }

    /// Deletes one form of a file for good.
    async fn delete(&self, upload: &UploadRef) -> Result<(), Fault> {
        if upload.key.is_empty() {
            return Ok(());
        }
        let Asked { key, version, tag } = Asked::put(upload);
        let request = self.client.delete_object().bucket(&self.name).key(key).set_version_id(version);
        match request.set_if_match(tag).send().await {
            Ok(_) => Ok(()),
            Err(error) if is_missing(&error) => Ok(()),
            Err(error) => Err(fault(PORT, &error)),
        }
    }
}

/// What is copied.
struct Source {
    asked: Asked,
    size: u64,
}

impl Source {
    /// An object as it was answered for.
    fn of(key: &str, head: &HeadObjectOutput) -> Result<Self, Fault> {
        let form = form_of(head).ok_or_else(|| misbehaved("an object without version and entity tag"))?;
        let asked = Asked::put(&UploadRef { key: key.to_owned(), form });
        Ok(Self { asked, size: size(head)? })
    }
}

/// The entity tag, as S3 writes it.
fn tag(head: &HeadObjectOutput) -> Result<String, Fault> {
    head.e_tag().map(str::to_owned).ok_or_else(|| misbehaved("an object without an entity tag"))
}

/// The file that a version is.
fn named(version: ObjectVersion) -> Option<UploadRef> {
    let latest = version.is_latest() == Some(true);
    let tag = version.e_tag().map(|tag| tag.trim_matches('"').to_owned());
    let form = match version.version_id {
        Some(id) if id != UNVERSIONED || !latest => Form::Version(id),
        _ => Form::Etag(tag?),
    };
    Some(UploadRef { key: version.key?, form })
}
