//! The line to Connect: the simulated one, with answers that a situation
//! orders, and an account of every start that Connect took.

use async_trait::async_trait;
use rollcall_domain::attempt::Facts;
use rollcall_domain::ids::{AttemptId, ContactId};
use rollcall_domain::pace::Staffing;
use rollcall_local::telephony::SimulatedConnect;
use rollcall_ports::{CallOrder, Described, Fault, Rejection, Started, Telephony};
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, PoisonError};

/// What Connect answers to one start.
#[derive(Clone)]
pub(super) enum Answer {
    Reject(Rejection),
    Throttle,
    /// No answer, and no call.
    Nothing,
    /// No answer, but a call.
    Mute,
}

/// The port to Connect of one play.
pub(super) struct Line {
    inner: SimulatedConnect,
    state: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    answers: VecDeque<Answer>,
    always: Option<Answer>,
    unstaffed: Option<String>,
    described: BTreeMap<ContactId, Facts>,
    taken: BTreeMap<AttemptId, u32>,
}

impl Line {
    pub(super) fn new(inner: SimulatedConnect) -> Self {
        Self { inner, state: Mutex::default() }
    }

    fn known(&self) -> std::sync::MutexGuard<'_, Known> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next start is answered so.
    pub(super) fn answers(&self, answer: Answer) {
        self.known().answers.push_back(answer);
    }

    /// Every start is answered so.
    pub(super) fn always_answers(&self, answer: Answer) {
        self.known().always = Some(answer);
    }

    /// Who asks for the agents is refused, for this reason.
    pub(super) fn refuses_figures(&self, code: &str) {
        self.known().unstaffed = Some(code.to_owned());
    }

    /// Connect knows this contact.
    pub(super) fn knows(&self, contact: &str, facts: Facts) {
        self.known().described.insert(ContactId::new(contact), facts);
    }

    /// How often Connect took a start of each attempt. A repeat counts, even
    /// if the client token would save us: it is not what we rely on.
    pub(super) fn taken(&self) -> BTreeMap<AttemptId, u32> {
        self.known().taken.clone()
    }
}

#[async_trait]
impl Telephony for Line {
    async fn start(&self, order: &CallOrder) -> Result<Started, Fault> {
        let answer = {
            let mut known = self.known();
            known.answers.pop_front().or_else(|| known.always.clone())
        };
        match &answer {
            Some(Answer::Reject(rejection)) => return Ok(Started::Rejected(rejection.clone())),
            Some(Answer::Throttle) => return Err(Fault::Throttled("Connect")),
            Some(Answer::Nothing) => return Err(Fault::Unanswered("Connect")),
            Some(Answer::Mute) | None => {}
        }
        let started = self.inner.start(order).await;
        if matches!(started, Ok(Started::Accepted(_))) {
            *self.known().taken.entry(order.attempt).or_default() += 1;
        }
        if matches!(answer, Some(Answer::Mute)) { Err(Fault::Unanswered("Connect")) } else { started }
    }

    async fn staffing(&self) -> Result<Staffing, Fault> {
        let refused = self.known().unstaffed.clone();
        match refused {
            Some(reason) => Err(Fault::Refused { port: "Connect", reason }),
            None => self.inner.staffing().await,
        }
    }

    async fn describe(&self, contact: &ContactId) -> Result<Described, Fault> {
        let known = self.known().described.get(contact).cloned();
        match known {
            Some(facts) => Ok(Described::Known(facts)),
            None => self.inner.describe(contact).await,
        }
    }

    async fn stop(&self, contact: &ContactId) -> Result<(), Fault> {
        self.inner.stop(contact).await
    }
}
