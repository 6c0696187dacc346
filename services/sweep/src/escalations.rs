//! The ladder: whoever was not reached, rung by rung, until somebody accepts.

use crate::{Sweep, Trouble};
use jiff::Timestamp;
use rollcall_contracts::messages::Notice;
use rollcall_domain::escalation::{Escalation, Step};
use rollcall_domain::ids::EscalationId;
use rollcall_domain::resident::Resident;
use rollcall_ports::{Fault, Saved, Signal, Versioned};

impl Sweep {
    pub(crate) async fn review_escalations(&self, now: Timestamp) -> Result<(), Fault> {
        let mut trouble = Trouble::default();
        let cases = &self.recorder.escalations;
        for id in cases.to_review(now, self.topology.bounds.sweep_items).await? {
            trouble.note(self.review_escalation(id, now).await)?;
        }
        trouble.end()
    }

    async fn review_escalation(&self, id: EscalationId, now: Timestamp) -> Result<(), Fault> {
        match self.recorder.escalations.get(id).await? {
            Some(stored) => self.climb(stored, now).await,
            None => Ok(()),
        }
    }

    /// Does what is due about a case. First it is written what is done, on the
    /// condition that nobody accepted meanwhile; then the notice goes out; then
    /// the resident's record follows; then it is written that all of it was
    /// done. Interrupted anywhere, the next minute goes on from there.
    pub(crate) async fn climb(&self, mut stored: Versioned<Escalation>, now: Timestamp) -> Result<(), Fault> {
        let before = stored.value.clone();
        // Right before anybody is told: they may have been heard of.
        let resident = self.residents.get(before.resident).await?.map(|known| known.value);
        let signals = self.decide(&mut stored.value, resident.as_ref(), now).await?;
        if stored.value != before || stored.version == 0 {
            match self.recorder.save_escalation(&stored).await? {
                Saved::Done(version) => stored.version = version,
                // The next minute looks again.
                Saved::Changed => return Ok(()),
            }
            signals.iter().for_each(|signal| self.signals.emit(signal));
        }
        let decided = stored.value.clone();
        let case = &mut stored.value;
        if let Some(notice) = notice(case) {
            self.notices.tell(&notice).await?;
            case.untold = false;
        }
        if case.unsettled && self.recorder.settle_escalation(&stored).await? {
            stored.value.unsettled = false;
        }
        if stored.value != decided {
            // If somebody wrote in between, the next minute tells once more.
            let _saved: Saved = self.recorder.save_escalation(&stored).await?;
        }
        if decided.untold {
            self.signals.emit(&told(&decided));
        }
        Ok(())
    }

    /// What is due by now; answers what to say of it once it is on record.
    async fn decide(
        &self,
        case: &mut Escalation,
        resident: Option<&Resident>,
        now: Timestamp,
    ) -> Result<Vec<Signal>, Fault> {
        let (id, of) = (case.id, case.resident);
        if !case.is_open() {
            return Ok(Vec::new());
        }
        let promise = match case.callback {
            Some(callback) => self.callbacks.get(callback).await?.map(|stored| stored.value),
            None => None,
        };
        if let Some(how) = case.is_over(resident, promise.as_ref(), &self.policy) {
            case.end(how, now);
            return Ok(vec![Signal::EscalationEnded { escalation: id, resident: of, how: how.word() }]);
        }
        let mut signals = Vec::new();
        while let Some((at, step)) = case.due(&self.policy, resident)
            && at <= now
        {
            match step {
                Step::Lapse => {
                    case.lapse(at);
                    signals.push(Signal::EscalationReturned { escalation: id, resident: of, lapsed: true });
                    continue;
                }
                Step::Tell(whom, time) => case.tell((whom, time), now),
                Step::Alarm => {
                    case.alarmed_at = Some(now);
                    signals.push(Signal::EscalationUnaccepted { escalation: id, resident: of });
                }
                Step::SendNotice => {}
            }
            break;
        }
        Ok(signals)
    }
}

/// The notice of the last rung, if it is still to be sent.
fn notice(case: &Escalation) -> Option<Notice> {
    let told = case.told.last().filter(|_| case.untold)?;
    Some(Notice::Escalated {
        escalation: case.id,
        resident: case.resident,
        cause: case.cause,
        check_due: case.check_due,
        round: case.round,
        nth: u32::try_from(case.told.len()).unwrap_or(u32::MAX),
        rung: told.to.word().to_owned(),
        accept_by: told.accept_by,
    })
}

fn told(case: &Escalation) -> Signal {
    let rung = case.told.last().map_or("", |told| told.to.word());
    Signal::RungTold { escalation: case.id, resident: case.resident, rung }
}
