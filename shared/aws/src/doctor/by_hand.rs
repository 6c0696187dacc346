//! Questions to services that nothing else here asks: Lambda, EventBridge and
//! its Scheduler, Service Quotas. Four questions are no reason to compile
//! four more SDKs, so these are put together here, signed by AWS's own crate
//! and sent by the same stack as all others.

use super::caller::Caller;
use crate::Aws;
use crate::fault::fault;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use aws_smithy_runtime::client::orchestrator::operation::Operation;
use aws_smithy_runtime::client::retries::classifiers::HttpStatusCodeClassifier;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::behavior_version::BehaviorVersion;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse, OrchestratorError};
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::error::ErrorMetadata;
use aws_smithy_types::retry::RetryConfig;
use rollcall_ports::Fault;
use serde_json::Value;
use std::time::SystemTime;

/// Asks, and never changes anything.
#[derive(Clone, Debug)]
pub(super) struct Desk {
    pub(super) caller: Caller,
    shared: aws_config::SdkConfig,
}

/// How a service is asked.
#[derive(Clone, Debug)]
pub(super) enum Question<'a> {
    /// Something at a path, with its query.
    Get(String),
    /// An operation by its name, with its input.
    Call(&'a str, Value),
}

impl Desk {
    pub(super) fn new(aws: &Aws, caller: Caller) -> Self {
        Self { caller, shared: aws.shared.clone() }
    }

    /// What `service` answers, by the name that it has in ARNs, addresses and
    /// signatures.
    pub(super) async fn ask(&self, service: &'static str, question: Question<'_>) -> Result<Value, Fault> {
        let endpoint = self.endpoint(service);
        let request = self.request(service, &endpoint, question);
        let request = request.map_err(|_| Fault::Refused {
            port: service,
            reason: "the request could not be built".to_owned(),
        })?;
        let mut builder = Operation::builder()
            .service_name(service)
            .operation_name(service)
            .behavior_version(BehaviorVersion::latest())
            .endpoint_url(&endpoint)
            .no_auth()
            .standard_retry(&self.shared.retry_config().cloned().unwrap_or_else(RetryConfig::standard))
            .retry_classifier(HttpStatusCodeClassifier::default())
            .with_connection_poisoning();
        if let Some(timeouts) = self.shared.timeout_config() {
            builder = builder.timeout_config(timeouts.clone());
        }
        if let Some(client) = self.shared.http_client() {
            builder = builder.http_client(client);
        }
        let operation = builder
            .serializer(move |()| {
                request.try_clone().ok_or_else(|| BoxError::from("a body that cannot be repeated"))
            })
            .deserializer(answer)
            .build();
        operation.invoke(()).await.map_err(|error| fault(service, &error))
    }

    fn endpoint(&self, service: &str) -> String {
        self.shared.endpoint_url().map_or_else(
            || {
                let Caller { region, partition, .. } = &self.caller;
                let end = if partition == "aws-cn" { "amazonaws.com.cn" } else { "amazonaws.com" };
                format!("https://{service}.{region}.{end}")
            },
            |emulator| emulator.trim_end_matches('/').to_owned(),
        )
    }

    fn request(
        &self,
        service: &str,
        endpoint: &str,
        question: Question<'_>,
    ) -> Result<HttpRequest, BoxError> {
        let (method, path, mut headers, body) = match question {
            Question::Get(path) => ("GET", path, Vec::new(), String::new()),
            Question::Call(target, input) => {
                let headers = vec![
                    ("content-type", "application/x-amz-json-1.1".to_owned()),
                    ("x-amz-target", target.to_owned()),
                ];
                ("POST", "/".to_owned(), headers, input.to_string())
            }
        };
        let identity = self.caller.credentials.clone().into();
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region(&self.caller.region)
            .name(service)
            // By AWS's clock, as the SDKs do after their first answer: ours may be wrong.
            .time(SystemTime::from(self.caller.now))
            .settings(SigningSettings::default())
            .build()?
            .into();
        let signed = {
            let own = headers.iter().map(|(name, value)| (*name, value.as_str()));
            let all = SignableRequest::new(
                method,
                format!("{endpoint}{path}"),
                own,
                SignableBody::Bytes(body.as_bytes()),
            )?;
            sign(all, &params)?.into_parts().0
        };
        headers.extend(signed.into_parts().0.into_iter().map(|one| (one.name(), one.value().to_owned())));
        let mut request = HttpRequest::new(SdkBody::from(body));
        request.set_method(method)?;
        request.set_uri(path)?;
        for (name, value) in headers {
            request.headers_mut().try_insert(name, value)?;
        }
        Ok(request)
    }
}

/// The answer, or the service's name of the error: a header or a member, with
/// a namespace before it or an address behind (AWS JSON 1.1 and REST JSON).
fn answer(response: &HttpResponse) -> Result<Value, OrchestratorError<ErrorMetadata>> {
    let body = response.body().bytes().unwrap_or_default();
    let value: Value = serde_json::from_slice(body).unwrap_or_default();
    if response.status().is_success() {
        return Ok(value);
    }
    let named = ["__type", "code", "Code"].iter().find_map(|member| value.get(member)?.as_str());
    let code = response.headers().get("x-amzn-errortype").or(named).unwrap_or_default();
    let code = code.rsplit('#').next().unwrap_or_default();
    let code = code.split(':').next().unwrap_or_default();
    let error = ErrorMetadata::builder();
    let error = if code.is_empty() { error } else { error.code(code) };
    Err(OrchestratorError::operation(error.build()))
}
