//! What an SDK's error means to a caller.

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use rollcall_ports::Fault;

/// Names by which the services say that they are too busy and did nothing
/// (SDKs and Tools Reference Guide, "Retry behavior").
const THROTTLING: [&str; 15] = [
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
    "KmsThrottled",
];

/// A repeat came while the first was still being carried out: it may yet have
/// its effect, so this is no throttling, though the SDK waits as if it were
/// (DynamoDB API reference, TransactWriteItems).
const UNDER_WAY: &str = "TransactionInProgressException";

/// The condition of a write does not hold (DynamoDB API reference,
/// TransactWriteItems, "cancellation reason codes").
#[cfg(feature = "dynamodb")]
pub(crate) const CONDITION: &str = "ConditionalCheckFailed";
/// Another transaction was writing the same item.
#[cfg(feature = "dynamodb")]
pub(crate) const CONFLICT: &str = "TransactionConflict";

/// The fault that a transaction is which DynamoDB took back for these reasons,
/// none of them a condition: nothing of it was done.
#[cfg(feature = "dynamodb")]
pub(crate) fn cancelled<'a>(port: &'static str, codes: impl Iterator<Item = &'a str>) -> Fault {
    const BUSY: [&str; 3] = [CONFLICT, "ThrottlingError", "ProvisionedThroughputExceeded"];
    let lasting = codes.filter(|code| *code != "None").find(|code| !BUSY.contains(code));
    lasting.map_or(Fault::Throttled(port), |code| Fault::Refused { port, reason: code.to_owned() })
}

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
            } else if answer.raw().status().is_server_error() || code == UNDER_WAY {
                Fault::Unanswered(port)
            } else {
                Fault::Refused { port, reason: code.to_owned() }
            }
        }
        // Sent, perhaps, and nobody knows what became of it.
        _ => Fault::Unanswered(port),
    }
}

#[cfg(test)]
#[cfg(feature = "dynamodb")]
mod tests {
    use super::{cancelled, fault};
    use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
    use aws_smithy_runtime_api::client::result::SdkError;
    use aws_smithy_types::body::SdkBody;
    use aws_smithy_types::error::ErrorMetadata;
    use rollcall_ports::Fault;

    const PORT: &str = "port";

    fn answered(code: &str, status: u16) -> Fault {
        let error = ErrorMetadata::builder().code(code).message("+447700900123").build();
        let answer = HttpResponse::new(status.try_into().unwrap(), SdkBody::empty());
        fault(PORT, &SdkError::service_error(error, answer))
    }

    fn refused(reason: &str) -> Fault {
        Fault::Refused { port: PORT, reason: reason.to_owned() }
    }

    #[test]
    fn only_a_certain_nothing_is_throttling() {
        assert_eq!(answered("ThrottlingException", 400), Fault::Throttled(PORT));
        assert_eq!(answered("TransactionInProgressException", 400), Fault::Unanswered(PORT));
        assert_eq!(answered("InternalServerError", 500), Fault::Unanswered(PORT));
        let mismatch = "IdempotentParameterMismatchException";
        assert_eq!(answered(mismatch, 400), refused(mismatch), "and its message is not kept");
    }

    #[test]
    fn what_lasts_outweighs_what_passes() {
        let of = |codes: &[&str]| cancelled(PORT, codes.iter().copied());
        assert_eq!(of(&["None", "TransactionConflict"]), Fault::Throttled(PORT));
        assert_eq!(of(&["ThrottlingError", "None"]), Fault::Throttled(PORT));
        assert_eq!(of(&["TransactionConflict", "ValidationError"]), refused("ValidationError"));
    }
}
