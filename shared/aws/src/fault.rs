//! What an SDK's error means to a caller.

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use rollcall_ports::Fault;

/// Names by which the services say that they are too busy and did nothing
/// (SDKs and Tools Reference Guide, "Retry behavior").
const THROTTLING: [&str; 16] = [
    "BandwidthLimitExceeded",
    "EC2ThrottledException",
    "LimitExceededException",
    "OverLimit",
    "PriorRequestNotComplete",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "SlowDown",
    "ThrottledException",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
    "TransactionInProgressException",
    "KmsThrottled",
];

/// The fault that an error of `port` is. Only the service's name of the error
/// is kept: its message may quote what was sent.
pub(crate) fn fault<E: ProvideErrorMetadata>(port: &'static str, error: &SdkError<E, HttpResponse>) -> Fault {
    match error {
        SdkError::ConstructionFailure(_) => {
            Fault::Refused { port, reason: "the request could not be built".to_owned() }
        }
        SdkError::ServiceError(answer) => {
            let code = answer.err().code().unwrap_or("an error without a name");
            if THROTTLING.contains(&code) {
                Fault::Throttled(port)
            } else if answer.raw().status().is_server_error() {
                Fault::Unanswered(port)
            } else {
                Fault::Refused { port, reason: code.to_owned() }
            }
        }
        // Sent, perhaps, and nobody knows what became of it.
        _ => Fault::Unanswered(port),
    }
}
