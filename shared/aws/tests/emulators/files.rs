//! Uploaded files in a bucket, and what is told of them.

use crate::clock::RealClock;
use crate::support::{ministack, sdk, unique};
use async_trait::async_trait;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{
    BucketLocationConstraint, BucketVersioningStatus, CompletedMultipartUpload, CompletedPart,
    CreateBucketConfiguration, Event, FilterRule, FilterRuleName, NotificationConfiguration,
    NotificationConfigurationFilter, QueueConfiguration, S3KeyFilter, VersioningConfiguration,
};
use aws_sdk_sqs::types::QueueAttributeName;
use jiff::{SignedDuration, Timestamp};
use rollcall_aws::s3::Bucket;
use rollcall_contracts::upload::{Form, UploadRef};
use rollcall_ports::suite::{self, Case};
use rollcall_ports::{Fault, Inbox, Receipt, Received, Uploads};

/// A bucket that tells a queue of every file, as the template sets it up.
pub(crate) struct Setup {
    pub(crate) s3: aws_sdk_s3::Client,
    pub(crate) bucket: String,
    inbox: Told,
    pub(crate) uploads: Bucket,
}

pub(crate) const CASE: Case<'static> = Case { clock: &RealClock, lag: SignedDuration::from_secs(10) };

async fn setup(versions: bool) -> Setup {
    set_up(versions, None).await
}

/// A bucket that tells of keys that end so, or of all.
pub(crate) async fn set_up(versions: bool, suffix: Option<&str>) -> Setup {
    let (sdk, bucket) = (sdk().await, unique("uploads"));
    let (s3, sqs) = (aws_sdk_s3::Client::new(&sdk), aws_sdk_sqs::Client::new(&sdk));
    let queue = sqs.create_queue().queue_name(&bucket).send().await.unwrap().queue_url.unwrap();
    let arn = QueueAttributeName::QueueArn;
    let known =
        sqs.get_queue_attributes().queue_url(&queue).attribute_names(arn.clone()).send().await.unwrap();
    let arn = known.attributes.unwrap().remove(&arn).unwrap();
    let region = BucketLocationConstraint::from(sdk.region().unwrap().as_ref());
    let here = CreateBucketConfiguration::builder().location_constraint(region).build();
    s3.create_bucket().bucket(&bucket).create_bucket_configuration(here).send().await.unwrap();
    if versions {
        let enabled = VersioningConfiguration::builder().status(BucketVersioningStatus::Enabled).build();
        let request = s3.put_bucket_versioning().bucket(&bucket);
        request.versioning_configuration(enabled).send().await.unwrap();
    }
    let tell = QueueConfiguration::builder().queue_arn(arn).events(Event::S3ObjectCreated);
    let rule = |suffix| FilterRule::builder().name(FilterRuleName::Suffix).value(suffix).build();
    let filter = suffix.map(|suffix| S3KeyFilter::builder().filter_rules(rule(suffix)).build());
    let filter = filter.map(|key| NotificationConfigurationFilter::builder().key(key).build());
    let tell = tell.set_filter(filter).build().unwrap();
    let tell = NotificationConfiguration::builder().queue_configurations(tell).build();
    let request = s3.put_bucket_notification_configuration().bucket(&bucket);
    request.notification_configuration(tell).send().await.unwrap();
    let uploads = Bucket::new(&ministack().await, &bucket);
    Setup { s3, bucket, inbox: Told(sqs, queue), uploads }
}

impl Setup {
    pub(crate) async fn put(&self, key: &str, bytes: &[u8]) {
        let body = ByteStream::from(bytes.to_vec());
        self.s3.put_object().bucket(&self.bucket).key(key).body(body).send().await.unwrap();
    }

    /// Puts a file in parts, as browsers and tools put large ones.
    pub(crate) async fn put_in_parts(&self, key: &str, parts: &[&[u8]]) {
        let begun = self.s3.create_multipart_upload().bucket(&self.bucket).key(key).send().await.unwrap();
        let id = begun.upload_id.unwrap();
        let mut done = CompletedMultipartUpload::builder();
        for (number, part) in (1..).zip(parts) {
            let request = self.s3.upload_part().bucket(&self.bucket).key(key).upload_id(&id);
            let body = ByteStream::from(part.to_vec());
            let put = request.part_number(number).body(body).send().await.unwrap();
            done = done.parts(CompletedPart::builder().part_number(number).set_e_tag(put.e_tag).build());
        }
        let request = self.s3.complete_multipart_upload().bucket(&self.bucket).key(key);
        request.upload_id(id).multipart_upload(done.build()).send().await.unwrap();
    }

    /// Every notification that is there, by its key.
    pub(crate) async fn all_told(&self) -> usize {
        self.inbox.receive(10).await.unwrap().len()
    }

    /// Every byte of every version of every object, with the keys.
    pub(crate) async fn everything(&self) -> Vec<(String, Vec<u8>)> {
        let answer = self.s3.list_object_versions().bucket(&self.bucket).send().await.unwrap();
        assert_eq!(answer.is_truncated, Some(false));
        let mut all = Vec::new();
        for one in answer.versions.unwrap_or_default() {
            let get = self.s3.get_object().bucket(&self.bucket).key(one.key().unwrap());
            let version = one.version_id.filter(|version| version != "null");
            let body = get.set_version_id(version).send().await.unwrap().body;
            all.push((one.key.unwrap(), body.collect().await.unwrap().to_vec()));
        }
        all
    }

    /// What the queue says of these files, in the order of their keys.
    pub(crate) async fn told(&self, files: &[(&str, u64)]) -> Vec<UploadRef> {
        let told = suite::uploads::notified(&CASE, &self.inbox, files).await;
        assert!(told.iter().all(|file| file.bucket == self.bucket));
        told.into_iter().map(|file| file.upload).collect()
    }
}

/// The queue, read by the SDK alone.
struct Told(aws_sdk_sqs::Client, String);

#[async_trait]
impl Inbox for Told {
    fn name(&self) -> &'static str {
        "uploads"
    }

    async fn receive(&self, _most: u32) -> Result<Vec<Received>, Fault> {
        let request = self.0.receive_message().queue_url(&self.1).max_number_of_messages(10);
        let received = request.send().await.unwrap().messages.unwrap_or_default().into_iter();
        let message = |message: aws_sdk_sqs::types::Message| Received {
            receipt: Receipt(message.receipt_handle.unwrap()),
            id: message.message_id.unwrap(),
            body: message.body.unwrap(),
            receives: 1,
            sent_at: Timestamp::UNIX_EPOCH,
            replay: None,
        };
        Ok(received.map(message).collect())
    }

    async fn delete(&self, receipt: &Receipt) -> Result<(), Fault> {
        let request = self.0.delete_message().queue_url(&self.1).receipt_handle(&receipt.0);
        request.send().await.unwrap();
        Ok(())
    }

    async fn retry_after(&self, _: &Receipt, _: SignedDuration) -> Result<(), Fault> {
        unreachable!("nothing is read twice")
    }

    async fn next_visible(&self) -> Result<Option<Timestamp>, Fault> {
        Ok(None)
    }
}

/// Keys as people make them; the emulator takes fewer than S3 does.
const KEYS: [&str; 6] = [
    "uploads/0001.csv",
    "RESIDENTS.CSV",
    "North Ward (week 47) + caf\u{e9}.csv",
    "100% a%2Bb.csv",
    "\u{1f600}",
    "empty.csv",
];

#[tokio::test]
async fn files_are_read_as_they_were_told_of() {
    for versions in [true, false] {
        let setup = setup(versions).await;
        let mut files = Vec::new();
        for (n, key) in (1..).zip(KEYS) {
            let bytes: Vec<u8> = (0..=250).cycle().take(n % KEYS.len() * 100_000).collect();
            setup.put(key, &bytes).await;
            files.push((key, bytes));
        }
        let sizes: Vec<_> = files.iter().map(|(key, bytes)| (*key, bytes.len() as u64)).collect();
        let told = setup.told(&sizes).await;
        for (key, bytes) in &files {
            let upload = told.iter().find(|upload| upload.key == *key).unwrap();
            assert_eq!(matches!(upload.form, Form::Version(_)), versions);
            suite::uploads::reading(&setup.uploads, upload, bytes).await;
        }
        suite::uploads::missing(&setup.uploads, &told[0]).await;
    }
}

/// With versions the former file is still read, without them it is gone.
#[tokio::test]
async fn a_file_that_is_replaced_is_never_read_in_its_new_form() {
    for versions in [true, false] {
        let setup = setup(versions).await;
        let mut told = Vec::new();
        for bytes in [b"former".as_slice(), b"new"] {
            setup.put("list.csv", bytes).await;
            told.extend(setup.told(&[("list.csv", bytes.len() as u64)]).await);
        }
        let (former, new) = (&told[0], &told[1]);
        suite::uploads::replaced(&setup.uploads, (former, b"former"), (new, b"new")).await;
        assert_eq!(setup.uploads.info(former).await.unwrap().is_some(), versions);

        // Deleted, it is read by its version as long as the store has it.
        setup.s3.delete_object().bucket(&setup.bucket).key("list.csv").send().await.unwrap();
        let left = setup.uploads.read(new, 0, 10).await.unwrap();
        assert_eq!(left.as_deref(), versions.then_some(b"new".as_slice()));
    }
}

/// A file that came in parts is told of once, and read across their borders.
#[tokio::test]
async fn a_file_that_came_in_parts() {
    for versions in [true, false] {
        let setup = setup(versions).await;
        // No part but the last may be smaller (S3 user guide, multipart upload limits).
        let first: Vec<u8> = (0..=250).cycle().take(5 << 20).collect();
        let whole = [first.as_slice(), b"the last part"].concat();
        setup.put_in_parts("large.csv", &[&first, b"the last part"]).await;
        let told = setup.told(&[("large.csv", whole.len() as u64)]).await;
        suite::uploads::reading(&setup.uploads, &told[0], &whole).await;
        let border = first.len() as u64;
        let across = setup.uploads.read(&told[0], border - 3, border + 3).await.unwrap().unwrap();
        assert_eq!(across, [&first[first.len() - 3..], b"the"].concat());
    }
}

#[tokio::test]
async fn a_bucket_that_does_not_exist_is_a_fault() {
    let uploads = Bucket::new(&ministack().await, &unique("nowhere"));
    let upload = UploadRef { key: "list.csv".to_owned(), form: Form::Etag("0".repeat(32)) };
    let fault = uploads.read(&upload, 0, 10).await;
    assert_eq!(fault, Err(Fault::Refused { port: "uploads", reason: "NoSuchBucket".to_owned() }));
}
