//! Who asks, and by which clock: the first question of all, which needs no
//! permission (STS API reference, GetCallerIdentity).

use super::Check;
use crate::Aws;
use crate::fault::fault;
use aws_credential_types::Credentials;
use aws_credential_types::provider::ProvideCredentials;
use aws_sdk_sts::Client;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::{
    BeforeDeserializationInterceptorContextRef, BeforeTransmitInterceptorContextRef,
};
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::DateTime;
use aws_smithy_types::config_bag::ConfigBag;
use aws_smithy_types::date_time::Format;
use jiff::{SignedDuration, Timestamp};
use rollcall_ports::{Clock, Fault};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

/// Who asks, and where.
#[derive(Clone, Debug)]
pub(super) struct Caller {
    pub(super) credentials: Credentials,
    /// `aws`, or that of a country of its own.
    pub(super) partition: String,
    pub(super) account: String,
    pub(super) region: String,
    /// The time, by AWS's clock, when it answered.
    pub(super) now: Timestamp,
}

impl Caller {
    /// The ARN of something of this account and Region.
    pub(super) fn arn(&self, service: &str, rest: &str) -> String {
        let Self { partition, account, region, .. } = self;
        format!("arn:{partition}:{service}:{region}:{account}:{rest}")
    }
}

/// Asks who we are, and holds our clock against the answer's.
///
/// # Errors
/// Why AWS cannot be asked at all, in one line.
pub(super) async fn caller(aws: &Aws, clock: &Arc<dyn Clock>) -> Result<(Caller, Check), String> {
    let region = aws.shared.region().map(|region| region.as_ref().to_owned()).unwrap_or_default();
    let provider = aws.shared.credentials_provider();
    let credentials = match &provider {
        Some(provider) => provider.provide_credentials().await.ok(),
        None => None,
    };
    let credentials = credentials.ok_or(
        "nothing was asked: there are no credentials of AWS; sign in (aws sso login, AWS_PROFILE), or set \
         AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
    )?;
    let times = Times { clock: Arc::clone(clock), seen: Arc::default() };
    let request = Client::new(&aws.shared).get_caller_identity().customize().interceptor(times.clone());
    let answer = request.send().await;
    let skew = times.skew();
    let answer = answer.map_err(|error| refusal(&fault("identity", &error), &region, skew))?;
    let arn = answer.arn().unwrap_or_default();
    let caller = Caller {
        credentials,
        partition: arn.split(':').nth(1).filter(|text| !text.is_empty()).unwrap_or("aws").to_owned(),
        account: answer.account().unwrap_or_default().to_owned(),
        region,
        now: clock.now() - skew.unwrap_or_default(),
    };
    Ok((caller, check(skew)))
}

fn refusal(fault: &Fault, region: &str, skew: Option<SignedDuration>) -> String {
    match fault {
        Fault::Refused { reason, .. } => {
            let clock = match skew {
                Some(skew) if skew.abs() > SIGNED_WITHIN => ", nor is this machine's clock right",
                _ => "",
            };
            format!("nothing was asked: AWS does not take these credentials ({reason}); sign in anew{clock}")
        }
        Fault::Throttled(_) | Fault::Unanswered(_) => format!(
            "nothing was asked: AWS does not answer (STS in {region}); is there a network, and is AWS_REGION right?"
        ),
    }
}

const CLOCK: &str = "clock";
/// A start of a call may be this much too early or late before anybody minds.
const MOST: SignedDuration = SignedDuration::from_secs(5);
/// How old a signature may be (IAM User Guide, "Signature Version 4").
const SIGNED_WITHIN: SignedDuration = SignedDuration::from_mins(5);

fn check(skew: Option<SignedDuration>) -> Check {
    let Some(skew) = skew else {
        return Check::unknown(
            CLOCK,
            "AWS's answer had no time",
            "See that `timedatectl` says it is synchronized.",
        );
    };
    let (seconds, side) = (skew.as_secs().abs(), if skew.is_negative() { "behind" } else { "ahead of" });
    if skew.abs() <= MOST {
        return Check::ok(CLOCK, "agrees with AWS's to 5 s");
    }
    let advice = if skew.abs() > SIGNED_WITHIN {
        "AWS refuses what is signed by a clock that is 5 minutes wrong: synchronize this machine's (timedatectl \
         set-ntp true)."
    } else {
        "Calling hours and the pace of calls go by the clock of the machine that serves: synchronize this one's \
         (timedatectl set-ntp true)."
    };
    Check::wrong(CLOCK, format!("{seconds} s {side} AWS's"), advice)
}

/// Notes when the last try was sent and answered, and what time AWS said.
#[derive(Clone)]
struct Times {
    clock: Arc<dyn Clock>,
    seen: Arc<Mutex<Seen>>,
}

#[derive(Default)]
struct Seen {
    sent: Option<Timestamp>,
    skew: Option<SignedDuration>,
}

impl fmt::Debug for Times {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Times")
    }
}

impl Times {
    /// How far our clock is ahead of AWS's.
    fn skew(&self) -> Option<SignedDuration> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).skew
    }
}

#[dyn_dispatch_hint]
impl Intercept for Times {
    fn name(&self) -> &'static str {
        "Times"
    }

    fn read_before_transmit(
        &self,
        _: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).sent = Some(self.clock.now());
        Ok(())
    }

    fn read_before_deserialization(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let now = self.clock.now();
        let date = context.response().headers().get("date");
        let date = date.and_then(|text| DateTime::from_str(text, Format::HttpDate).ok());
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.skew = date.and_then(|date| {
            // Whole seconds, cut off, written somewhere between question and answer.
            let theirs = Timestamp::from_second(date.secs()).ok()? + SignedDuration::from_millis(500);
            let sent = seen.sent.unwrap_or(now);
            Some((sent + now.duration_since(sent) / 2).duration_since(theirs))
        });
        Ok(())
    }
}
