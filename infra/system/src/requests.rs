//! What a request asks of AWS, in the words of its permissions: which action on
//! which resource (Service Authorization Reference). Only what Rollcall asks is
//! known here; anything else has a name that no policy grants.

use crate::http::decoded;
use crate::sign::REGION;
use axum::http::{HeaderMap, Method, Uri};
use serde_json::Value;

/// The emulator's account.
pub(crate) const ACCOUNT: &str = "000000000000";

/// An action on a resource.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Permission {
    /// As in a policy (`dynamodb:GetItem`).
    pub action: String,
    /// Its ARN, of which the last part may be `*`.
    pub resource: String,
}

impl Permission {
    pub(crate) fn new(action: &str, resource: &str) -> Self {
        Self { action: action.to_owned(), resource: resource.to_owned() }
    }
}

/// All that a request needs to be allowed.
pub(crate) fn needed(method: &Method, uri: &Uri, headers: &HeaderMap, body: &[u8]) -> Vec<Permission> {
    let header = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let json = || serde_json::from_slice::<Value>(body).unwrap_or_default();
    match header("x-amz-target").split_once('.') {
        Some((service, operation)) if service.starts_with("DynamoDB") => dynamodb(operation, &json()),
        Some((service, operation)) if service.starts_with("Kinesis") => vec![kinesis(operation, &json())],
        Some((_, operation)) => vec![sqs(operation, &json())],
        None if body.starts_with(b"Action=") => vec![sns(&String::from_utf8_lossy(body))],
        None => {
            let connect = connect(method, uri.path(), &json());
            connect.map_or_else(|| s3(method, uri, header("x-amz-copy-source")), |one| vec![one])
        }
    }
}

fn arn(service: &str, resource: &str) -> String {
    format!("arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}")
}

/// A transaction asks for the action of each of its parts; a query of an index
/// for the index alone.
fn dynamodb(operation: &str, body: &Value) -> Vec<Permission> {
    let table = |name: &str| arn("dynamodb", &format!("table/{name}"));
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    if let Some(items) = body["TransactItems"].as_array() {
        let parts = items.iter().filter_map(|item| item.as_object()?.iter().next());
        return parts
            .map(|(kind, part)| {
                let action = match kind.as_str() {
                    "Put" => "dynamodb:PutItem",
                    "Update" => "dynamodb:UpdateItem",
                    "Delete" => "dynamodb:DeleteItem",
                    "ConditionCheck" => "dynamodb:ConditionCheckItem",
                    _ => "dynamodb:GetItem",
                };
                Permission::new(action, &table(&text(&part["TableName"])))
            })
            .collect();
    }
    let action = format!("dynamodb:{operation}");
    if let Some(tables) = body["RequestItems"].as_object() {
        return tables.keys().map(|name| Permission::new(&action, &table(name))).collect();
    }
    let index = body["IndexName"].as_str().map(|index| format!("/index/{index}")).unwrap_or_default();
    vec![Permission::new(&action, &format!("{}{index}", table(&text(&body["TableName"]))))]
}

/// Reading by an iterator names no stream, the iterator does; `*` stands for it.
fn kinesis(operation: &str, body: &Value) -> Permission {
    let stream = body["StreamName"].as_str().unwrap_or("*");
    let named = body["StreamARN"].as_str().map(str::to_owned);
    let resource = named.unwrap_or_else(|| arn("kinesis", &format!("stream/{stream}")));
    Permission::new(&format!("kinesis:{operation}"), &resource)
}

/// A batch is allowed by the action of one.
fn sqs(operation: &str, body: &Value) -> Permission {
    let queue = body["QueueUrl"].as_str().and_then(|url| url.rsplit('/').next()).unwrap_or_default();
    Permission::new(&format!("sqs:{}", operation.trim_end_matches("Batch")), &arn("sqs", queue))
}

fn sns(form: &str) -> Permission {
    let field = |name: &str| {
        let mut fields = form.split('&').filter_map(|field| field.split_once('='));
        fields.find(|(key, _)| *key == name).map(|(_, value)| decoded(value)).unwrap_or_default()
    };
    Permission::new(&format!("sns:{}", field("Action")), &field("TopicArn"))
}

/// Amazon Connect User Guide, "Actions, resources, and condition keys"; a call
/// that does not exist yet is any contact of the instance.
fn connect(method: &Method, path: &str, body: &Value) -> Option<Permission> {
    let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let instance = text(&body["InstanceId"]);
    let (action, resource) = match (method.as_str(), parts.as_slice()) {
        ("PUT", ["contact", "outbound-voice"]) => {
            ("connect:StartOutboundVoiceContact", format!("instance/{instance}/contact/*"))
        }
        ("POST", ["contact", "stop"]) => {
            ("connect:StopContact", format!("instance/{instance}/contact/{}", text(&body["ContactId"])))
        }
        ("GET", ["contacts", instance, contact]) => {
            ("connect:DescribeContact", format!("instance/{instance}/contact/{contact}"))
        }
        ("POST", ["metrics", "current", instance]) => {
            let queue = text(&body["Filters"]["Queues"][0]);
            // By id or by ARN.
            let queue = queue.rsplit('/').next().unwrap_or_default();
            ("connect:GetCurrentMetricData", format!("instance/{instance}/queue/{queue}"))
        }
        _ => return None,
    };
    Some(Permission::new(action, &arn("connect", &resource)))
}

/// A copy reads one object and writes the other.
fn s3(method: &Method, uri: &Uri, copied: &str) -> Vec<Permission> {
    let path = decoded(uri.path().trim_start_matches('/'));
    // Of a bucket, whichever way it is written.
    let path = path.strip_suffix('/').filter(|bucket| !bucket.contains('/')).unwrap_or(&path);
    let versioned = |query: Option<&str>| query.is_some_and(|query| query.contains("versionId="));
    let reading = |query: Option<&str>| if versioned(query) { "s3:GetObjectVersion" } else { "s3:GetObject" };
    let asks = |name: &str| {
        uri.query()
            .into_iter()
            .flat_map(|query| query.split('&'))
            .any(|part| part.split('=').next() == Some(name))
    };
    let action = match method.as_str() {
        "GET" if asks("versions") => "s3:ListBucketVersions",
        // The beginning and the end of an upload in parts.
        "POST" if asks("uploads") || asks("uploadId") => "s3:PutObject",
        "DELETE" if asks("uploadId") => "s3:AbortMultipartUpload",
        "DELETE" if asks("versionId") => "s3:DeleteObjectVersion",
        "DELETE" => "s3:DeleteObject",
        "GET" | "HEAD" if !path.contains('/') => "s3:ListBucket",
        "GET" | "HEAD" => reading(uri.query()),
        "PUT" => "s3:PutObject",
        _ => "s3:unknown",
    };
    let mut needed = vec![Permission::new(action, &format!("arn:aws:s3:::{path}"))];
    if !copied.is_empty() {
        let (from, query) =
            copied.split_once('?').map_or((copied, None), |(from, query)| (from, Some(query)));
        let from = decoded(from.trim_start_matches('/'));
        needed.push(Permission::new(reading(query), &format!("arn:aws:s3:::{from}")));
    }
    needed
}

#[cfg(test)]
mod tests {
    use super::{Permission, needed};
    use axum::http::{HeaderMap, HeaderValue, Method, Uri};

    fn check(
        method: &Method,
        uri: &'static str,
        target: &'static str,
        body: &str,
        expected: &[(&str, &str)],
    ) {
        let mut headers = HeaderMap::new();
        if !target.is_empty() {
            headers.insert("x-amz-target", HeaderValue::from_static(target));
        }
        let found = needed(method, &Uri::from_static(uri), &headers, body.as_bytes());
        let expected: Vec<_> = expected.iter().map(|(one, other)| Permission::new(one, other)).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn the_store() {
        let tables = "arn:aws:dynamodb:eu-west-2:000000000000:table/r";
        let query = r#"{"TableName":"r-attempts","IndexName":"open"}"#;
        check(
            &Method::POST,
            "/",
            "DynamoDB_20120810.Query",
            query,
            &[("dynamodb:Query", &format!("{tables}-attempts/index/open"))],
        );
        let both = r#"{"TransactItems":[{"Put":{"TableName":"r-a"}},{"Update":{"TableName":"r-b"}}]}"#;
        check(
            &Method::POST,
            "/",
            "DynamoDB_20120810.TransactWriteItems",
            both,
            &[("dynamodb:PutItem", &format!("{tables}-a")), ("dynamodb:UpdateItem", &format!("{tables}-b"))],
        );
    }

    #[test]
    fn queues_topics_and_files() {
        let send = r#"{"QueueUrl":"http://127.0.0.1:1/000000000000/r-rows"}"#;
        let rows = "arn:aws:sqs:eu-west-2:000000000000:r-rows";
        check(&Method::POST, "/", "AmazonSQS.SendMessageBatch", send, &[("sqs:SendMessage", rows)]);
        let publish = "Action=Publish&Version=2010-03-31&TopicArn=arn%3Aaws%3Asns%3A%3A%3At";
        check(&Method::POST, "/", "", publish, &[("sns:Publish", "arn:aws:sns:::t")]);
        let file = [("s3:GetObjectVersion", "arn:aws:s3:::b/lists/a b.csv")];
        check(&Method::GET, "/b/lists/a%20b.csv?x-id=GetObject&versionId=1", "", "", &file);
        let list = [("s3:ListBucketVersions", "arn:aws:s3:::b")];
        check(&Method::GET, "/b?versions&prefix=blanked%2F", "", "", &list);
        check(&Method::GET, "/b/?versions&max-keys=50", "", "", &list);
        let gone = [("s3:DeleteObjectVersion", "arn:aws:s3:::b/a.csv")];
        check(&Method::DELETE, "/b/a.csv?x-id=DeleteObject&versionId=1", "", "", &gone);
        let part = [("s3:PutObject", "arn:aws:s3:::b/blanked/1")];
        check(&Method::POST, "/b/blanked/1?uploads", "", "", &part);
        check(&Method::PUT, "/b/blanked/1?x-id=UploadPart&partNumber=1&uploadId=u", "", "", &part);
    }

    #[test]
    fn a_copy_reads_and_writes() {
        let mut headers = HeaderMap::new();
        headers.insert("x-amz-copy-source", HeaderValue::from_static("b/staged/one?versionId=1"));
        let found =
            needed(&Method::PUT, &Uri::from_static("/b/loaded/one.csv?x-id=CopyObject"), &headers, b"");
        let expected = [
            Permission::new("s3:PutObject", "arn:aws:s3:::b/loaded/one.csv"),
            Permission::new("s3:GetObjectVersion", "arn:aws:s3:::b/staged/one"),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn calls() {
        let place = "arn:aws:connect:eu-west-2:000000000000:instance/i";
        let start = [("connect:StartOutboundVoiceContact", format!("{place}/contact/*"))];
        let start = start.each_ref().map(|(action, resource)| (*action, resource.as_str()));
        check(&Method::PUT, "/contact/outbound-voice", "", r#"{"InstanceId":"i"}"#, &start);
        let look = format!("{place}/contact/c");
        check(&Method::GET, "/contacts/i/c", "", "", &[("connect:DescribeContact", &look)]);
    }
}
