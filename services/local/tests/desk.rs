//! The phones of people at the simulated desk, through their port.

#![expect(clippy::unwrap_used, reason = "what cannot be set up fails the test")]

use jiff::{SignedDuration, Timestamp};
use rollcall_connect_sim::Emission;
use rollcall_domain::ids::{AttemptId, ContactId, ResidentId};
use rollcall_domain::phone::{self, Region};
use rollcall_domain::policy::Policy;
use rollcall_local::machine::connect::{Simulated, simulated};
use rollcall_local::telephony::SimulatedConnect;
use rollcall_ports::suite::ManualClock;
use rollcall_ports::{
    CallOrder, CallState, Clock, Described, Phone, PhoneAct, PhoneCall, PhoneStatus, Softphone, Telephony,
};
use std::future::Future;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

const JO: &str = "jo@example.org";
const KIM: &str = "kim@example.org";

/// A simulated Connect of a directory, and what it wrote on the stream.
struct World {
    clock: Arc<ManualClock>,
    connect: SimulatedConnect,
    stream: Vec<String>,
}

impl World {
    /// As after a start of the process, over what a former one left.
    fn start(dir: &Path, clock: &Arc<ManualClock>, pace: u32) -> (Self, bool) {
        let time: Arc<dyn Clock> = Arc::<ManualClock>::clone(clock);
        let Simulated { port, known, .. } = simulated(dir, &Policy::default(), &time, pace).unwrap();
        (Self { clock: Arc::clone(clock), connect: port, stream: Vec::new() }, known)
    }

    /// Lets so many seconds pass, as the driver does.
    fn run(&mut self, seconds: i64) {
        for _ in 0..seconds {
            self.clock.advance(SignedDuration::from_secs(1));
            loop {
                let emissions = self.connect.lock().advance(self.clock.now());
                if emissions.is_empty() {
                    break;
                }
                for emission in emissions {
                    match emission {
                        Emission::InvokeFunction(call) => {
                            let answer = [("status".to_owned(), "recorded".to_owned())].into();
                            self.connect.lock().function_answered(call.at, call.id, Ok(answer));
                        }
                        Emission::StreamRecord { data, .. } => {
                            self.stream.push(String::from_utf8(data).unwrap());
                        }
                        Emission::Seen(_) => {}
                    }
                }
            }
        }
    }

    fn look(&self, agent: &str) -> Phone {
        wait(self.connect.look(agent)).unwrap()
    }

    fn call(&self, agent: &str) -> PhoneCall {
        self.look(agent).call.unwrap()
    }

    fn act(&self, agent: &str, act: &PhoneAct) -> bool {
        wait(self.connect.act(agent, act)).unwrap()
    }

    /// Calls people one after another until a callback rings at the desk of Jo, who is available. Gives whom and as
    /// which attempt everyone was called.
    fn until_offered(&mut self) -> Vec<(ResidentId, AttemptId)> {
        let mut called = Vec::new();
        for index in 0..200 {
            let order = CallOrder {
                attempt: AttemptId::derive(&["attempt", &index.to_string()]),
                resident: ResidentId::derive(&["resident", &index.to_string()]),
                number: phone::parse(&format!("+447700900{index:03}"), Region::default()).unwrap().number,
                language: None,
                ring_seconds: 30,
            };
            called.push((order.resident, order.attempt));
            wait(self.connect.start(&order)).unwrap();
            self.run(20);
            if self.look(JO).call.is_some() {
                return called;
            }
        }
        panic!("nobody wants to talk");
    }

    fn described(&self, contact: &ContactId) -> Described {
        wait(self.connect.describe(contact)).unwrap()
    }

    fn until(&mut self, agent: &str, state: CallState) -> i64 {
        for passed in 0..5_000 {
            if self.look(agent).call.is_some_and(|call| call.state == state) {
                return passed;
            }
            self.run(1);
        }
        panic!("never {state:?}");
    }
}

fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(future)
}

/// A minute into calling hours, on a Monday.
fn clock() -> Arc<ManualClock> {
    Arc::new(ManualClock::at("2026-11-23T09:01:00Z".parse::<Timestamp>().unwrap()))
}

#[test]
fn a_callback_from_the_offer_to_the_end_of_the_work() {
    let dir = tempfile::tempdir().unwrap();
    let (mut world, known) = World::start(dir.path(), &clock(), 1);
    assert!(!known);
    assert_eq!(world.look(JO), Phone { status: PhoneStatus::Offline, call: None });
    assert!(world.act(JO, &PhoneAct::Available));
    assert_eq!(world.look(JO), Phone { status: PhoneStatus::Available, call: None });
    assert!(!world.act(JO, &PhoneAct::Accept(ContactId::new("unknown".to_owned()))));

    let called = world.until_offered();
    let incoming = world.call(JO);
    assert_eq!(incoming.state, CallState::Incoming);
    assert_eq!(incoming.accept_by, Some(incoming.since + SignedDuration::from_secs(20)));
    let whose = (incoming.resident.unwrap(), incoming.attempt.unwrap());
    assert!(called.contains(&whose), "by the attributes of the first leg");
    let contact = incoming.contact;
    assert!(!world.act(KIM, &PhoneAct::Accept(contact.clone())), "somebody else's");
    for _ in 0..2 {
        assert!(world.act(JO, &PhoneAct::Accept(contact.clone())));
        assert_eq!(world.call(JO).state, CallState::Connecting);
    }
    assert!(!world.act(JO, &PhoneAct::Decline(contact.clone())));
    assert!(!world.act(JO, &PhoneAct::WrappedUp(contact.clone())));
    assert!(world.act(JO, &PhoneAct::Away));
    world.run(2);
    for _ in 0..2 {
        assert!(world.act(JO, &PhoneAct::HangUp(contact.clone())));
        assert_eq!(world.call(JO).state, CallState::WrapUp);
        assert_eq!(world.look(JO).status, PhoneStatus::Away);
    }
    for _ in 0..2 {
        assert!(world.act(JO, &PhoneAct::WrappedUp(contact.clone())));
        assert_eq!(world.look(JO), Phone { status: PhoneStatus::Away, call: None });
    }
    assert!(world.act(JO, &PhoneAct::Offline));
    assert_eq!(world.look(JO).status, PhoneStatus::Offline);
}

#[test]
fn an_offer_that_passes_is_missed_until_that_is_cleared() {
    let dir = tempfile::tempdir().unwrap();
    let (mut world, _) = World::start(dir.path(), &clock(), 1);
    world.act(JO, &PhoneAct::Available);
    world.until_offered();
    let contact = world.call(JO).contact;
    world.run(20);
    assert_eq!(world.look(JO), Phone { status: PhoneStatus::Missed, call: None });
    assert!(!world.act(JO, &PhoneAct::Accept(contact)));
    assert!(world.act(JO, &PhoneAct::Available));
    assert_eq!(world.look(JO).status, PhoneStatus::Available);
}

#[test]
fn a_call_at_the_desk_goes_on_in_another_process_at_another_speed() {
    let dir = tempfile::tempdir().unwrap();
    let clock = clock();
    let (mut world, _) = World::start(dir.path(), &clock, 1);
    world.act(JO, &PhoneAct::Available);
    world.act(KIM, &PhoneAct::Away);
    world.until_offered();
    let offered = world.call(JO);
    drop(world);

    let (mut world, known) = World::start(dir.path(), &clock, 60);
    assert!(known);
    assert_eq!(world.look(KIM).status, PhoneStatus::Away);
    world.run(1);
    assert_eq!(world.call(JO), offered, "what has begun stays as it is");
    assert!(world.act(JO, &PhoneAct::Accept(offered.contact.clone())));
    drop(world);

    let (mut world, _) = World::start(dir.path(), &clock, 60);
    assert_eq!(world.call(JO).state, CallState::Connecting);
    let rang = world.until(JO, CallState::Connected);
    assert!((100..4_000).contains(&rang), "{rang} s: sixty times as long as in life");
    let connected = world.call(JO);
    drop(world);

    let (mut world, _) = World::start(dir.path(), &clock, 10);
    world.run(1);
    assert_eq!(world.call(JO), connected, "a speed holds from the moment on at which it was set");
    drop(world);
    let (mut world, known) = World::start(dir.path(), &clock, 1);
    assert!(known);
    world.run(1);
    assert_eq!(world.call(JO), connected);
    assert!(world.act(JO, &PhoneAct::HangUp(offered.contact.clone())));
    world.run(1_000);
    let record = |line: &String| line.contains(r#""Username":"jo@example.org""#);
    assert_eq!(
        world.stream.iter().filter(|line| record(line)).count(),
        0,
        "no record before the work is done"
    );
    assert!(world.act(JO, &PhoneAct::WrappedUp(offered.contact.clone())));
    drop(world);

    let (mut world, _) = World::start(dir.path(), &clock, 1);
    world.run(3_000);
    let records: Vec<_> = world.stream.iter().filter(|line| record(line)).collect();
    assert!(!records.is_empty() && records[0].contains(offered.contact.as_str()));
}

#[test]
fn an_act_wakes_the_driver() {
    let dir = tempfile::tempdir().unwrap();
    let (world, _) = World::start(dir.path(), &clock(), 1);
    wait(async {
        let heard = || tokio::time::timeout(Duration::from_millis(50), world.connect.bell().heard());
        assert!(heard().await.is_err(), "nobody asked anything");
        world.connect.look(JO).await.unwrap();
        assert!(heard().await.is_err(), "looking is no reason");
        world.connect.act(JO, &PhoneAct::Available).await.unwrap();
        assert!(heard().await.is_ok());
    });
}

/// Or a colleague who takes the promise would have it stopped, and ring the resident for the second time.
#[test]
fn whoever_accepted_has_the_callback_before_the_resident_answers() {
    let dir = tempfile::tempdir().unwrap();
    let (mut world, _) = World::start(dir.path(), &clock(), 1);
    assert!(world.act(JO, &PhoneAct::Available));
    world.until_offered();
    let contact = world.call(JO).contact;
    assert!(matches!(world.described(&contact), Described::Known(_)), "an offer is not accepted yet");
    assert!(world.act(JO, &PhoneAct::Accept(contact.clone())));
    assert_eq!(world.call(JO).state, CallState::Connecting);
    assert!(matches!(world.described(&contact), Described::WithAgent(..)));
}
