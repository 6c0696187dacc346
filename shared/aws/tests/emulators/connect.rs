//! Calls through the simulated Connect, over its wire.

use crate::support::ministack;
use axum::Router;
use jiff::{SignedDuration, Timestamp};
use rollcall_aws::Aws;
use rollcall_aws::connect::{Connect, Instance};
use rollcall_connect_sim::flow::{CHECK_CALL, Flow};
use rollcall_connect_sim::http::Service;
use rollcall_connect_sim::{
    AgentPlan, Emission, OutsideKind, Period, Place, ResidentKind, ResidentMix, SimConfig, Simulator,
};
use rollcall_domain::attempt::EndReason;
use rollcall_domain::ids::{AttemptId, ContactId, ResidentId};
use rollcall_domain::pace::Staffing;
use rollcall_domain::phone::PhoneNumber;
use rollcall_ports::{CallOrder, Described, Fault, Rejection, Started, Telephony};
use std::sync::{Arc, Mutex};

const START: &str = "2026-11-23T08:00:00Z";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// The simulator behind HTTP, a clock that tests turn by hand, and the adapter
/// in front.
pub(crate) struct Line {
    pub(crate) aws: Aws,
    connect: Connect,
    pub(crate) simulator: Arc<Mutex<Simulator>>,
    pub(crate) endpoint: String,
    now: Arc<Mutex<Timestamp>>,
}

impl Line {
    pub(crate) async fn start(config: SimConfig) -> Self {
        let place = config.place.clone();
        let now = Arc::new(Mutex::new(at(START)));
        let simulator = Arc::new(Mutex::new(Simulator::new(config, at(START))));
        let hand = Arc::clone(&now);
        let service = Service::new(Arc::clone(&simulator), Arc::new(move || *hand.lock().unwrap()));
        let (aws, endpoint) = serve(service.router()).await;
        Self { connect: Connect::new(&aws, instance(&place)), aws, simulator, endpoint, now }
    }

    fn pass(&self, seconds: i64) -> Vec<Emission> {
        let mut now = self.now.lock().unwrap();
        *now += SignedDuration::from_secs(seconds);
        self.simulator.lock().unwrap().advance(*now)
    }

    /// Why the service refused, request by request.
    fn refusals(&self) -> Vec<(OutsideKind, String)> {
        let seen = self.pass(0).into_iter().filter_map(|emission| match emission {
            Emission::Seen(event) => Some(event),
            Emission::StreamRecord { .. } | Emission::InvokeFunction(_) => None,
        });
        seen.filter_map(|event| Some((event.kind, event.reason?))).collect()
    }
}

async fn serve(router: Router) -> (Aws, String) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    let endpoint = format!("http://{address}");
    (ministack().await.at(&endpoint), endpoint)
}

pub(crate) fn instance(place: &Place) -> Instance {
    Instance {
        instance_id: place.instance_id.clone(),
        flow_id: place.flow_id.clone(),
        queue_id: place.queue_id.clone(),
        source_number: None,
    }
}

pub(crate) fn config() -> SimConfig {
    let substitutions = [
        ("KeyPressFunctionArn", "arn:aws:lambda:eu-west-2:111122223333:function:key-press".to_owned()),
        ("CallbackQueueArn", Place::default().queue_arn()),
        ("OrganisationName", "Example Reassurance".to_owned()),
        ("OrganisationTelephone", "020 7946 0100".to_owned()),
    ];
    let substitutions = substitutions.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    let flow = Flow::parse(CHECK_CALL, &substitutions).unwrap();
    SimConfig { residents: ResidentMix::only(ResidentKind::NoAnswer), ..SimConfig::new(1, flow) }
}

/// Someone's call; the same number, the same attempt.
pub(crate) fn order(n: u32) -> CallOrder {
    CallOrder {
        attempt: AttemptId::derive(&["connect", &n.to_string()]),
        resident: ResidentId::derive(&["connect", &n.to_string()]),
        number: PhoneNumber::from_e164(&format!("+447700900{n:03}")).unwrap(),
        language: Some("cy".to_owned()),
        ring_seconds: 30,
    }
}

fn accepted(started: Started) -> ContactId {
    match started {
        Started::Accepted(contact) => contact,
        Started::Rejected(why) => panic!("rejected: {why:?}"),
    }
}

#[tokio::test]
async fn one_attempt_is_one_call_however_often_it_is_asked_for() {
    let line = Line::start(config()).await;
    let first = accepted(line.connect.start(&order(1)).await.unwrap());
    assert_eq!(accepted(line.connect.start(&order(1)).await.unwrap()), first);
    assert_ne!(accepted(line.connect.start(&order(2)).await.unwrap()), first);
    assert_eq!(line.simulator.lock().unwrap().concurrent_calls(), 2);
}

#[tokio::test]
async fn the_sixth_at_once_is_throttled_and_the_eleventh_in_all_is_too_many() {
    let line = Line::start(config()).await;
    for n in 0..5 {
        accepted(line.connect.start(&order(n)).await.unwrap());
    }
    assert_eq!(line.connect.start(&order(5)).await, Err(Fault::Throttled("Connect")));
    for n in 5..10 {
        line.pass(1);
        accepted(line.connect.start(&order(n)).await.unwrap());
    }
    line.pass(1);
    assert_eq!(line.connect.start(&order(10)).await, Err(Fault::Throttled("Connect")));
    let simulator = line.simulator.lock().unwrap();
    assert_eq!(simulator.concurrent_calls(), 10);
}

#[tokio::test]
async fn each_throttled_start_is_one_request() {
    let line = Line::start(SimConfig { concurrent_calls: 0, ..config() }).await;
    assert_eq!(line.connect.start(&order(1)).await, Err(Fault::Throttled("Connect")));
    let refused = (OutsideKind::DialThrottled, "LimitExceededException".to_owned());
    assert_eq!(line.refusals(), [refused], "the SDK has not tried again");
}

#[tokio::test]
async fn what_is_wrong_with_one_call_and_what_is_wrong_with_all() {
    let allowed = Place { allowed_prefixes: vec!["+1".to_owned()], ..Place::default() };
    let line = Line::start(SimConfig { place: allowed, ..config() }).await;
    let rejected = line.connect.start(&order(1)).await.unwrap();
    assert_eq!(rejected, Started::Rejected(Rejection::NumberNotAllowed));

    let unknown = Place { flow_id: "another flow".to_owned(), ..Place::default() };
    let rejected = Connect::new(&line.aws, instance(&unknown)).start(&order(2)).await.unwrap();
    let code = "ResourceNotFoundException".to_owned();
    assert_eq!(rejected, Started::Rejected(Rejection::Misconfigured(code)));

    let source = Some("+442079460199".to_owned());
    let another = Instance { source_number: source, ..instance(&Place::default()) };
    let rejected = Connect::new(&line.aws, another).start(&order(3)).await.unwrap();
    assert_eq!(rejected, Started::Rejected(Rejection::NumberInvalid), "the caller's number is looked at too");
}

#[tokio::test]
async fn nobody_at_the_desk_is_nobody_available() {
    let shift = Period { from: at("2026-11-23T08:01:00Z"), until: at("2026-11-23T16:00:00Z") };
    let agent = |n| AgentPlan { username: format!("agent.{n}"), shifts: vec![shift], breaks: vec![] };
    let line = Line::start(SimConfig { agents: (0..2).map(agent).collect(), ..config() }).await;
    let nobody = Staffing { available: 0, on_contact: 0, callbacks_waiting: 0 };
    assert_eq!(line.connect.staffing().await.unwrap(), nobody);
    line.pass(120);
    assert_eq!(line.connect.staffing().await.unwrap(), Staffing { available: 2, ..nobody });
    let mut last = Ok(nobody);
    for _ in 0..9 {
        last = line.connect.staffing().await;
    }
    assert_eq!(last, Err(Fault::Throttled("Connect")));
}

#[tokio::test]
async fn a_contact_is_described_from_its_beginning_to_its_end() {
    let line = Line::start(config()).await;
    let contact = accepted(line.connect.start(&order(1)).await.unwrap());
    let Described::Known(facts) = line.connect.describe(&contact).await.unwrap() else { panic!("known") };
    assert_eq!((facts.contact.as_ref(), facts.dialed_by), (Some(&contact), Some(at(START))));
    assert_eq!((facts.answered_at, facts.end, facts.complete), (None, None, None));

    line.pass(5);
    line.connect.stop(&contact).await.unwrap();
    line.connect.stop(&contact).await.unwrap();
    let Described::Known(facts) = line.connect.describe(&contact).await.unwrap() else { panic!("known") };
    let end = facts.end.unwrap();
    assert_eq!((end.at, end.reason), (at("2026-11-23T08:00:05Z"), EndReason::Network));
    assert!(facts.complete.is_some());

    let nobody = ContactId::new("00000000-0000-4000-8000-000000000000");
    assert_eq!(line.connect.describe(&nobody).await.unwrap(), Described::Unknown);
    line.connect.stop(&nobody).await.unwrap();
}
