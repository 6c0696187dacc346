//! Answers of Connect that the simulator does not give, and how each request
//! looks.

use crate::connect::{instance, order};
use crate::scripted::{Reply, Request, Scripted};
use rollcall_aws::connect::{Connect, Instance};
use rollcall_connect_sim::Place;
use rollcall_contracts::connect::api::StartOutboundRequest;
use rollcall_domain::ids::ContactId;
use rollcall_domain::pace::Staffing;
use rollcall_ports::{CallOrder, Described, Fault, Rejection, Started, Telephony};
use serde_json::{Value, json};

const CONNECT: &str = "Connect";

async fn connect(replies: Vec<Reply>) -> (Connect, Scripted) {
    let service = Scripted::start(replies).await;
    let connect = Connect::new(&service.aws().await, instance(&Place::default()));
    (connect, service)
}

/// What a start comes to, and after how many requests.
async fn start(reply: Reply) -> (Result<Started, Fault>, usize) {
    let (connect, service) = connect(vec![reply]).await;
    let answer = connect.start(&order(1)).await;
    (answer, service.requests().len())
}

fn refused(reason: &str) -> Result<Started, Fault> {
    Err(Fault::Refused { port: CONNECT, reason: reason.to_owned() })
}

fn rejected(why: Rejection) -> Result<Started, Fault> {
    Ok(Started::Rejected(why))
}

fn misconfigured(code: &str) -> Result<Started, Fault> {
    rejected(Rejection::Misconfigured(code.to_owned()))
}

/// What each documented error means; the status is the service's.
fn table() -> Vec<(u16, &'static str, Result<Started, Fault>)> {
    let (throttled, unanswered) = (Err(Fault::Throttled(CONNECT)), Err(Fault::Unanswered(CONNECT)));
    let other = |code: &str| rejected(Rejection::Other(code.to_owned()));
    vec![
        (400, "InvalidRequestException", other("InvalidRequestException")),
        (400, "InvalidParameterException", rejected(Rejection::NumberInvalid)),
        (404, "ResourceNotFoundException", misconfigured("ResourceNotFoundException")),
        (403, "DestinationNotAllowedException", rejected(Rejection::NumberNotAllowed)),
        (403, "OutboundContactNotPermittedException", misconfigured("OutboundContactNotPermittedException")),
        (429, "LimitExceededException", throttled.clone()),
        (500, "InternalServiceException", unanswered.clone()),
        (429, "TooManyRequestsException", throttled.clone()),
        (429, "ThrottlingException", throttled.clone()),
        (400, "ThrottlingException", throttled.clone()),
        (503, "SlowDown", throttled),
        (403, "AccessDeniedException", refused("AccessDeniedException")),
        (403, "UnrecognizedClientException", refused("UnrecognizedClientException")),
        (403, "InvalidSignatureException", refused("InvalidSignatureException")),
        (403, "ExpiredTokenException", refused("ExpiredTokenException")),
        (503, "ServiceUnavailable", unanswered.clone()),
        (400, "SomethingNewException", unanswered),
    ]
}

#[tokio::test]
async fn every_documented_error_means_one_thing_and_costs_one_request() {
    for (status, kind, expected) in table() {
        let answered = start(Reply::error(status, kind, r#"{"message":"no"}"#)).await;
        assert_eq!(answered, (expected.clone(), 1), "{kind}");
        // The header may name a namespace before it, and a page behind it.
        let long = format!("com.amazonaws.connect#{kind}:http://internal.amazon.com/coral/");
        assert_eq!(start(Reply::error(status, &long, "{}")).await, (expected, 1), "{long}");
    }
}

#[tokio::test]
async fn the_samples_of_errors_are_in_the_table() {
    let samples: Vec<Value> =
        serde_json::from_str(include_str!("../samples/start-outbound-errors.json")).unwrap();
    assert_eq!(samples.len(), 9);
    for sample in samples {
        let kind = sample["headers"]["x-amzn-errortype"].as_str().unwrap();
        let status = u16::try_from(sample["status"].as_u64().unwrap()).unwrap();
        let (.., expected) = table().into_iter().find(|(.., name, _)| *name == kind).unwrap();
        assert_eq!(
            start(Reply::error(status, kind, &sample["body"].to_string())).await,
            (expected, 1),
            "{kind}"
        );
    }
}

#[tokio::test]
async fn a_lost_answer_is_one_request_and_nobody_knows() {
    let unanswered = Err(Fault::Unanswered(CONNECT));
    assert_eq!(start(Reply::Silence).await, (unanswered.clone(), 1));
    assert_eq!(start(Reply::ok("{}")).await, (unanswered.clone(), 1), "no contact in the answer");
    assert_eq!(start(Reply::ok("<html>")).await, (unanswered.clone(), 1));
    let gate = |status| Reply::Answer { status, headers: vec![], body: String::new() };
    assert_eq!(start(gate(502)).await, (unanswered.clone(), 1));
    assert_eq!(start(gate(429)).await, (Err(Fault::Throttled(CONNECT)), 1), "a gate let nothing through");

    // Nobody listens there any more.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let aws = crate::support::ministack().await.at(&endpoint);
    assert_eq!(Connect::new(&aws, instance(&Place::default())).start(&order(1)).await, unanswered);
}

fn body(requests: &[Request]) -> Value {
    serde_json::from_str(&requests[0].body).unwrap()
}

#[tokio::test]
async fn a_start_is_asked_for_as_in_the_sample() {
    let sample: Value = serde_json::from_str(include_str!("../samples/start-outbound-request.json")).unwrap();
    let reply = Reply::ok(include_str!("../samples/start-outbound-response-200.json"));
    let (connect, service) = connect(vec![reply]).await;
    let order = CallOrder {
        attempt: sample["Attributes"]["attemptId"].as_str().unwrap().parse().unwrap(),
        resident: sample["Attributes"]["residentId"].as_str().unwrap().parse().unwrap(),
        language: None,
        ring_seconds: 45,
        ..order(101)
    };
    let answer: Value =
        serde_json::from_str(include_str!("../samples/start-outbound-response-200.json")).unwrap();
    let contact = ContactId::new(answer["ContactId"].as_str().unwrap());
    assert_eq!(connect.start(&order).await, Ok(Started::Accepted(contact)));
    assert_eq!(
        service.requests()[0].line,
        "PUT /contact/outbound-voice?x-id=StartOutboundVoiceContact".split('?').next().unwrap()
    );
    let asked = body(&service.requests());
    let mut expected = sample;
    // The token is the attempt, and agents are shown no name.
    expected["ClientToken"] = expected["Attributes"]["attemptId"].clone();
    expected.as_object_mut().unwrap().remove("Name");
    assert_eq!(asked, expected);
    serde_json::from_value::<StartOutboundRequest>(asked).unwrap();
}

#[tokio::test]
async fn a_language_a_caller_id_and_a_ring_time_that_connect_takes() {
    for (ring, expected) in [(1, 15), (15, 15), (60, 60), (600, 60)] {
        let service = Scripted::start(vec![Reply::ok(r#"{"ContactId":"c"}"#)]).await;
        let source_number = Some("+442079460100".to_owned());
        let instance = Instance { source_number, ..instance(&Place::default()) };
        let connect = Connect::new(&service.aws().await, instance);
        connect.start(&CallOrder { ring_seconds: ring, ..order(1) }).await.unwrap();
        let asked = body(&service.requests());
        assert_eq!(asked["RingTimeoutInSeconds"], json!(expected));
        assert_eq!(asked["SourcePhoneNumber"], json!("+442079460100"));
        assert_eq!(asked["Attributes"]["language"], json!("cy"));
        assert_eq!(asked["Attributes"].as_object().unwrap().len(), 3, "nobody's name");
    }
}

#[tokio::test]
async fn figures_that_are_missing_are_zero() {
    let nobody = Staffing { available: 0, on_contact: 0, callbacks_waiting: 0 };
    let samples = [
        (include_str!("../samples/get-current-metric-data-response-empty.json"), nobody),
        (include_str!("../samples/get-current-metric-data-response-missing-value.json"), nobody),
        (
            include_str!("../samples/get-current-metric-data-response.json"),
            Staffing { available: 2, on_contact: 0, callbacks_waiting: 1 },
        ),
        ("{}", nobody),
    ];
    for (sample, expected) in samples {
        let (connect, service) = connect(vec![Reply::ok(sample)]).await;
        assert_eq!(connect.staffing().await, Ok(expected));
        let asked = body(&service.requests());
        assert_eq!(asked["Groupings"], json!(["QUEUE"]));
        assert_eq!(asked["Filters"]["Queues"], json!([Place::default().queue_id]));
        assert_eq!(asked["Filters"]["Channels"], json!(["VOICE"]));
    }
}

#[tokio::test]
async fn pages_of_figures_are_added_up_and_do_not_go_on_for_ever() {
    let page = |token: Option<&str>, metric: &str, value: f64| {
        let figure = json!({"Metric": {"Name": metric, "Unit": "COUNT"}, "Value": value});
        Reply::ok(&json!({"MetricResults": [{"Collections": [figure]}], "NextToken": token}).to_string())
    };
    let (connect, service) = connect(vec![
        page(Some("more"), "AGENTS_AVAILABLE", 2.0),
        page(Some("still more"), "AGENTS_ON_CONTACT", 1.0),
        page(None, "CONTACTS_SCHEDULED", 4.0),
    ])
    .await;
    let expected = Staffing { available: 2, on_contact: 1, callbacks_waiting: 4 };
    assert_eq!(connect.staffing().await, Ok(expected));
    let tokens: Vec<Value> = service
        .requests()
        .iter()
        .map(|request| serde_json::from_str::<Value>(&request.body).unwrap()["NextToken"].clone())
        .collect();
    assert_eq!(tokens, [json!(null), json!("more"), json!("still more")]);

    let (connect, service) = self::connect(vec![page(Some("more"), "AGENTS_AVAILABLE", 0.0)]).await;
    connect.staffing().await.unwrap();
    assert_eq!(service.requests().len(), 10);
}

#[tokio::test]
async fn questions_that_fail_are_faults() {
    let contact = ContactId::new("c");
    let cases = [
        (Reply::error(429, "ThrottlingException", "{}"), Fault::Throttled(CONNECT)),
        (Reply::error(500, "InternalServiceException", "{}"), Fault::Unanswered(CONNECT)),
        (
            Reply::error(403, "AccessDeniedException", "{}"),
            Fault::Refused { port: CONNECT, reason: "AccessDeniedException".to_owned() },
        ),
        (Reply::Silence, Fault::Unanswered(CONNECT)),
    ];
    for (reply, expected) in cases {
        let (connect, service) = connect(vec![reply]).await;
        assert_eq!(connect.staffing().await, Err(expected.clone()));
        assert_eq!(connect.describe(&contact).await, Err(expected.clone()));
        assert_eq!(connect.stop(&contact).await, Err(expected));
        assert_eq!(service.requests().len(), 3, "each asked once");
    }
    let (connect, _) = connect(vec![Reply::error(404, "ResourceNotFoundException", "{}")]).await;
    assert_eq!(connect.describe(&contact).await, Ok(Described::Unknown));
    let (connect, _) = self::connect(vec![Reply::error(410, "ContactNotFoundException", "{}")]).await;
    assert_eq!(connect.stop(&contact).await, Ok(()));
}
