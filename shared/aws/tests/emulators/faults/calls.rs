//! Starting a call: one request, whatever becomes of it.

use super::{error, failed, throttled};
use crate::connect::{Line, config, instance, order};
use crate::proxy::{PATIENCE, Proxy, Step};
use crate::scripted::Reply;
use rollcall_aws::connect::Connect;
use rollcall_connect_sim::Place;
use rollcall_ports::{Fault, Started, Telephony};

/// The end of the path of StartOutboundVoiceContact.
const START: &str = "outbound-voice";

#[tokio::test]
async fn a_start_is_never_more_than_one_request() {
    let (busy, unknown) = (Fault::Throttled("Connect"), Fault::Unanswered("Connect"));
    for (step, expected, calls) in [
        (Step::Lose, &unknown, 1),
        (Step::Late(PATIENCE * 3), &unknown, 1),
        (failed(), &unknown, 0),
        (error(503, "ServiceUnavailableException"), &unknown, 0),
        (Step::Answer(Reply::Silence), &unknown, 0),
        (throttled("ThrottlingException"), &busy, 0),
        (error(429, "TooManyRequestsException"), &busy, 0),
        (error(429, "LimitExceededException"), &busy, 0),
    ] {
        let line = Line::start(config()).await;
        let proxy = Proxy::always(&line.endpoint, START, step).await;
        let connect = Connect::new(&proxy.aws().await, instance(&Place::default()));
        assert_eq!(connect.start(&order(1)).await.as_ref(), Err(expected));
        assert_eq!(proxy.asked(START).len(), 1, "the SDK has not tried again");
        assert_eq!(line.simulator.lock().unwrap().concurrent_calls(), calls);
        if *expected == unknown {
            // Asked again, with the same token, by somebody who must know.
            let direct = Connect::new(&line.aws, instance(&Place::default()));
            assert!(matches!(direct.start(&order(1)).await, Ok(Started::Accepted(_))));
            assert_eq!(line.simulator.lock().unwrap().concurrent_calls(), 1, "still one call");
        }
    }
}

/// Something between us and Connect may repeat a request; the token makes it
/// one call.
#[tokio::test]
async fn a_request_that_gets_there_twice_is_one_call() {
    let line = Line::start(config()).await;
    let proxy = Proxy::always(&line.endpoint, START, Step::Twice).await;
    let connect = Connect::new(&proxy.aws().await, instance(&Place::default()));
    assert!(matches!(connect.start(&order(1)).await, Ok(Started::Accepted(_))));
    assert_eq!(proxy.asked(START).len(), 1);
    assert_eq!(line.simulator.lock().unwrap().concurrent_calls(), 1);
}
