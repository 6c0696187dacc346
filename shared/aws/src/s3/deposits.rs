//! Files that people bring, in the bucket: a signed form by which a browser
//! sends a file straight to S3 (S3 API reference, "Browser-based uploads using
//! POST"), and a copy to where ingest is told of it.
//!
//! A form and not a signed PUT: only its policy can bound the length of what is
//! sent (`content-length-range`). The SDK signs no forms, so that this is done
//! here.

use super::{PORT, is_missing, misbehaved};
use crate::Aws;
use crate::fault::fault;
use async_trait::async_trait;
use aws_sdk_s3::Client;
use aws_sdk_s3::config::{Credentials, ProvideCredentials};
use aws_sdk_s3::operation::head_object::HeadObjectOutput;
use aws_sigv4::sign::v4::{calculate_signature, generate_signing_key};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use rollcall_contracts::upload::{Form, UploadRef, loaded_key, staged_key};
use rollcall_domain::ids::UploadId;
use rollcall_ports::{Clock, Deposits, Fault, Offer, Released, Slot, Staged};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::SystemTime;

/// What is remembered of a file along with it: names may hold any letter, and
/// metadata ASCII only (S3 user guide, "Working with object metadata").
pub(super) const FILE_NAME: &str = "file-name";
const BY: &str = "by";

/// Files that people bring. Needs `s3:PutObject` under `staged/` (by which the
/// forms are signed) and `loaded/`, `s3:GetObject` under both, `s3:GetObjectVersion`
/// under `staged/`, and `s3:ListBucket` on the bucket, as [`super::Bucket`] does.
/// Forms hold for as long as the credentials that signed them, if that is
/// shorter than was offered.
#[derive(Clone)]
pub struct Forms {
    aws: Aws,
    client: Client,
    bucket: String,
    clock: Arc<dyn Clock>,
}

impl Forms {
    /// For the bucket of this name. The clock must be that of the world: S3
    /// refuses signatures of another time.
    #[must_use]
    pub fn new(aws: &Aws, bucket: &str, clock: Arc<dyn Clock>) -> Self {
        Self { aws: aws.clone(), client: Client::new(&aws.shared), bucket: bucket.to_owned(), clock }
    }

    /// Scheme and host to which a page sends files; none where no Region is set
    /// up, so that nothing can be offered either.
    #[must_use]
    pub fn origin(&self) -> Option<String> {
        let url = self.url(self.aws.shared.region()?.as_ref());
        Some(url.splitn(4, '/').take(3).collect::<Vec<_>>().join("/"))
    }

    /// The latest form of a file, if there is one.
    async fn latest(&self, key: &str) -> Result<Option<HeadObjectOutput>, Fault> {
        match self.client.head_object().bucket(&self.bucket).key(key).send().await {
            Ok(head) => Ok(Some(head)),
            Err(error) if is_missing(&error) => Ok(None),
            Err(error) => Err(fault(PORT, &error)),
        }
    }

    async fn credentials(&self) -> Result<Credentials, Fault> {
        let provider = self.aws.shared.credentials_provider();
        let provider = provider.ok_or_else(|| misbehaved("no credentials are set up"))?;
        provider.provide_credentials().await.map_err(|_| Fault::Unanswered(PORT))
    }

    /// Where forms are sent: the bucket's own host, or, at another endpoint,
    /// the path of the bucket there.
    fn url(&self, region: &str) -> String {
        match self.aws.shared.endpoint_url() {
            Some(endpoint) => format!("{}/{}", endpoint.trim_end_matches('/'), self.bucket),
            None => format!("https://{}.s3.{region}.amazonaws.com/", self.bucket),
        }
    }
}

#[async_trait]
impl Deposits for Forms {
    async fn offer(&self, offer: &Offer) -> Result<Slot, Fault> {
        let credentials = self.credentials().await?;
        let region = self.aws.shared.region().ok_or_else(|| misbehaved("no Region is set up"))?;
        let now = self.clock.now();
        let mut fields = BTreeMap::from([
            ("key".to_owned(), staged_key(offer.id)),
            (format!("x-amz-meta-{FILE_NAME}"), URL_SAFE_NO_PAD.encode(&offer.file_name)),
            (format!("x-amz-meta-{BY}"), URL_SAFE_NO_PAD.encode(&offer.by)),
            ("success_action_status".to_owned(), "204".to_owned()),
        ]);
        if let Some(token) = credentials.session_token() {
            fields.insert("x-amz-security-token".to_owned(), token.to_owned());
        }
        let signer = Signer {
            key_id: credentials.access_key_id(),
            secret: credentials.secret_access_key(),
            region: region.as_ref(),
            now,
        };
        let policy = Policy { bucket: &self.bucket, most: offer.most, until: offer.until };
        Ok(Slot::Elsewhere { url: self.url(region.as_ref()), fields: signer.form(&policy, fields) })
    }

    async fn staged(&self, id: UploadId) -> Result<Option<Staged>, Fault> {
        let key = staged_key(id);
        let Some(head) = self.latest(&key).await? else { return Ok(None) };
        let size = head.content_length().and_then(|size| u64::try_from(size).ok());
        let size = size.ok_or_else(|| misbehaved("an object without a length"))?;
        let form = form_of(&head).ok_or_else(|| misbehaved("an object without version and entity tag"))?;
        let remembered = |name: &str| {
            let text = head.metadata()?.get(name)?;
            String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()
        };
        let (file_name, by) = (remembered(FILE_NAME), remembered(BY));
        let Some((file_name, by)) = file_name.zip(by) else {
            return Err(misbehaved("a staged object that no form of ours put there"));
        };
        Ok(Some(Staged { upload: UploadRef { key, form }, size, file_name, by }))
    }

    async fn release(&self, id: UploadId) -> Result<Released, Fault> {
        let (from, to) = (staged_key(id), loaded_key(id));
        if self.latest(&to).await?.is_some() {
            return Ok(Released::Done);
        }
        let Some(head) = self.latest(&from).await? else { return Ok(Released::Missing) };
        // Both keys are letters, digits and signs that a URL may hold as they
        // are. By version: what is put there meanwhile is another file.
        let mut source = format!("{}/{from}", self.bucket);
        if let Some(Form::Version(version)) = form_of(&head) {
            source.push_str("?versionId=");
            source.push_str(&version);
        }
        let copied = self.client.copy_object().bucket(&self.bucket).key(&to).copy_source(source).send().await;
        match copied {
            Ok(_) => Ok(Released::Done),
            Err(error) if is_missing(&error) => Ok(Released::Missing),
            Err(error) => Err(fault(PORT, &error)),
        }
    }
}

/// The form that a HEAD request was answered for.
pub(super) fn form_of(head: &HeadObjectOutput) -> Option<Form> {
    let version = head.version_id().filter(|version| !version.is_empty() && *version != "null");
    let tag = head.e_tag().map(|tag| tag.trim_matches('"')).filter(|tag| !tag.is_empty());
    version.map(|it| Form::Version(it.to_owned())).or_else(|| tag.map(|it| Form::Etag(it.to_owned())))
}

/// What a form may be used for.
struct Policy<'a> {
    bucket: &'a str,
    most: u64,
    until: Timestamp,
}

/// Who signs, where and when.
struct Signer<'a> {
    key_id: &'a str,
    secret: &'a str,
    region: &'a str,
    now: Timestamp,
}

impl Signer<'_> {
    /// The fields of a form with its policy and its signature. Every field that
    /// is given must be sent exactly so.
    fn form(&self, policy: &Policy<'_>, mut fields: BTreeMap<String, String>) -> BTreeMap<String, String> {
        let now = self.now.to_zoned(TimeZone::UTC);
        let (day, moment) = (now.strftime("%Y%m%d").to_string(), now.strftime("%Y%m%dT%H%M%SZ").to_string());
        let scope = format!("{}/{day}/{}/s3/aws4_request", self.key_id, self.region);
        fields.insert("x-amz-algorithm".to_owned(), "AWS4-HMAC-SHA256".to_owned());
        fields.insert("x-amz-credential".to_owned(), scope);
        fields.insert("x-amz-date".to_owned(), moment);
        let mut conditions = vec![
            serde_json::json!({ "bucket": policy.bucket }),
            serde_json::json!(["content-length-range", 1, policy.most]),
        ];
        conditions
            .extend(fields.iter().map(|(name, value)| serde_json::json!(["eq", format!("${name}"), value])));
        let until = policy.until.to_zoned(TimeZone::UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z").to_string();
        let text = serde_json::json!({ "expiration": until, "conditions": conditions }).to_string();
        let encoded = STANDARD.encode(text);
        fields.insert("x-amz-signature".to_owned(), self.sign(&encoded));
        fields.insert("policy".to_owned(), encoded);
        fields
    }

    /// The signature of a policy in base64, which is the text that is signed.
    fn sign(&self, policy: &str) -> String {
        let key = generate_signing_key(self.secret, SystemTime::from(self.now), self.region, "s3");
        calculate_signature(key, policy.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::{Policy, STANDARD, Signer};
    use base64::Engine;
    use serde_json::{Value, json};
    use std::collections::BTreeMap;

    /// The credentials of AWS's own examples.
    fn signer() -> Signer<'static> {
        Signer {
            key_id: "AKIAIOSFODNN7EXAMPLE",
            secret: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
            region: "us-east-1",
            now: "2015-12-29T00:00:00Z".parse().unwrap(),
        }
    }

    #[test]
    fn a_form_may_be_used_for_what_it_says_and_nothing_else() {
        let policy = Policy { bucket: "lists", most: 1000, until: "2015-12-29T00:30:00Z".parse().unwrap() };
        let given = BTreeMap::from([("key".to_owned(), "staged/one".to_owned())]);
        let fields = signer().form(&policy, given);
        let text = STANDARD.decode(&fields["policy"]).unwrap();
        let policy: Value = serde_json::from_slice(&text).unwrap();
        assert_eq!(policy["expiration"], "2015-12-29T00:30:00.000Z");
        let conditions = policy["conditions"].as_array().unwrap();
        assert_eq!(conditions[0], json!({"bucket": "lists"}));
        assert_eq!(conditions[1], json!(["content-length-range", 1, 1000]));
        assert!(conditions.contains(&json!(["eq", "$key", "staged/one"])));
        for (name, value) in &fields {
            let is_signature = name == "policy" || name == "x-amz-signature";
            assert_eq!(
                conditions.contains(&json!(["eq", format!("${name}"), value])),
                !is_signature,
                "{name}"
            );
        }
        assert_eq!(fields["x-amz-date"], "20151229T000000Z");
        assert_eq!(fields["x-amz-credential"], "AKIAIOSFODNN7EXAMPLE/20151229/us-east-1/s3/aws4_request");
    }

    /// Against a calculation by other means (Python's hmac).
    #[test]
    fn the_signature_is_that_of_signature_version_4() {
        assert_eq!(
            signer().sign("eyJleHBpcmF0aW9uIjoiMjAxNS0xMi0zMFQxMjowMDowMC4wMDBaIn0="),
            "6177f37480a703088dfd86e641c14a716a167304797a98fad5384106dc6f6061"
        );
    }
}
