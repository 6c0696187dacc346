//! Happenings in plain words. Residents and calls are named by the beginning of
//! their ids: a line may be read by anybody who passes the screen.

use crate::ledger;
use rollcall_domain::attempt::Disposition;
use rollcall_domain::duty::Cause;
use rollcall_ports::Signal;
use std::fmt::Display;

/// One line about a happening; `None` for those that are routine.
pub(super) fn words(signal: &Signal) -> Option<String> {
    let text = match signal {
        Signal::UploadRead { rows, .. } => format!("a list was read: {rows} rows"),
        Signal::UploadRefused { code, .. } => format!("a list was refused as a whole: {code}"),
        Signal::ChunkLoaded { loaded, already_known, rejected, .. } => {
            format!("rows loaded: {loaded} new residents, {already_known} known already, {rejected} rejected")
        }
        Signal::Planned { ordered: 0, .. } => return None,
        Signal::DialingStopped { by, .. } => {
            format!("dialing was stopped by {by}; why: rollcall dialing status")
        }
        Signal::DialingTripped { trip, .. } => {
            format!("dialing stopped by itself: {trip} A person must start it again.")
        }
        Signal::DialingStarted { by, .. } => format!("dialing was started again by {by}"),
        Signal::Planned { ordered, due, .. } => format!("calls ordered: {ordered} of {due} due"),
        Signal::RequestDeclined { resident, code, .. } => {
            format!("resident {} is not called after all: {}", short(resident), spaced(code))
        }
        // Every few seconds for each call that waits for its turn.
        Signal::RequestWaits { .. } => return None,
        Signal::LedgerTaken { ledger } => account(ledger),
        Signal::DayClosed { day, ledger } => format!("{day} IS CLOSED  {}", account(ledger)),
        Signal::DayDiffers { day, differences } => {
            format!(
                "THE ACCOUNT OF {day} DIFFERS from the books in {differences} residents: rollcall ledger --date {day}"
            )
        }
        Signal::Expired { class, gone } => format!("past their time and deleted: {gone} of {class}"),
        Signal::RecordIgnored { code } => {
            format!("a record of the telephone service tells nothing new: {}", spaced(code))
        }
        Signal::Parked { source, reason } => format!("SET ASIDE, a message of {source}: {reason}"),
        Signal::Retried { reason, .. } if is_routine(reason) => return None,
        Signal::Retried { source, reason } => format!("a message of {source} will come again: {reason}"),
        Signal::RequestFailed { endpoint, reason } => format!("{endpoint} was not answered: {reason}"),
        // Each was told when it was set aside.
        Signal::LettersWait { .. } => return None,
        Signal::CallStarted { .. }
        | Signal::CallRefused { .. }
        | Signal::CallThrottled { .. }
        | Signal::CallInDoubt { .. }
        | Signal::KeyPressed { .. }
        | Signal::OptedOut { .. }
        | Signal::CallSettled { .. }
        | Signal::DoubleDial { .. } => return of_call(signal),
        Signal::CallbackPromised { resident, .. } => {
            format!("resident {} was promised a callback", short(resident))
        }
        Signal::CallbackKept { resident, .. } => {
            format!("resident {} was called back by an agent", short(resident))
        }
        Signal::CallbackMissed { resident, .. } => {
            format!("resident {} did not answer any try to call back", short(resident))
        }
        Signal::CallbackOverdue { resident, .. } => {
            format!("resident {} waits for a callback past its deadline; somebody was told", short(resident))
        }
        Signal::Escalated { .. }
        | Signal::RungTold { .. }
        | Signal::EscalationAccepted { .. }
        | Signal::EscalationReturned { .. }
        | Signal::EscalationUnaccepted { .. }
        | Signal::EscalationEnded { .. } => return of_escalation(signal),
    };
    Some(text)
}

fn of_escalation(signal: &Signal) -> Option<String> {
    let text = match signal {
        Signal::Escalated { resident, cause } => {
            format!("resident {} was not reached: {}", short(resident), cause_of(*cause))
        }
        Signal::RungTold { resident, rung, .. } => {
            format!("resident {} is escalated; told now: {}", short(resident), spaced(rung))
        }
        Signal::EscalationAccepted { resident, .. } => {
            format!("somebody sees to resident {}", short(resident))
        }
        Signal::EscalationReturned { resident, lapsed: false, .. } => {
            format!("nobody sees to resident {} any more: it was given back", short(resident))
        }
        Signal::EscalationReturned { resident, lapsed: true, .. } => {
            format!("nobody sees to resident {} any more: no all-clear came in time", short(resident))
        }
        Signal::EscalationUnaccepted { resident, .. } => {
            format!("NOBODY SEES TO resident {}, and everybody was told", short(resident))
        }
        Signal::EscalationEnded { resident, how, .. } => {
            format!("the escalation of resident {} is over: {}", short(resident), spaced(how))
        }
        _ => return None,
    };
    Some(text)
}

fn of_call(signal: &Signal) -> Option<String> {
    let text = match signal {
        Signal::CallStarted { resident, .. } => format!("resident {} is being called", short(resident)),
        Signal::CallRefused { resident, code, .. } => {
            format!("the telephone service refused to call resident {}: {code}", short(resident))
        }
        Signal::CallThrottled { attempt } => {
            format!("call {} was held back by the telephone service and comes again", short(attempt))
        }
        Signal::CallInDoubt { attempt } => {
            format!("call {} is in doubt: the telephone service did not answer", short(attempt))
        }
        Signal::KeyPressed { resident, talk: false, .. } => {
            format!("resident {} pressed 1: well", short(resident))
        }
        Signal::KeyPressed { resident, talk: true, .. } => {
            format!("resident {} pressed 2: wants to talk", short(resident))
        }
        Signal::OptedOut { resident, .. } => {
            format!("resident {} pressed 9 twice: is not called any more", short(resident))
        }
        Signal::CallSettled { resident, disposition, .. } => {
            format!("the call to resident {} is over: {}", short(resident), result(*disposition))
        }
        Signal::DoubleDial { attempt } => {
            format!("CALLED TWICE, call {}: this must never happen", short(attempt))
        }
        _ => return None,
    };
    Some(text)
}

/// The account of the day as one line.
fn account(ledger: &rollcall_domain::ledger::Ledger) -> String {
    let states: Vec<String> = ledger::rows(ledger).map(|(name, count)| format!("{name} {count}")).into();
    format!("LEDGER  {}  =  {} in all, {}", states.join(" | "), ledger.total, ledger::balance(ledger))
}

fn short(id: &impl Display) -> String {
    id.to_string().chars().take(8).collect()
}

fn spaced(code: &str) -> String {
    code.replace('_', " ")
}

/// Reasons of routine, each told by a happening of its own or not at all.
fn is_routine(reason: &str) -> bool {
    ["no_agent", "too_fast", "full", "changed", "number_rang", "throttled", "contended", "stopped"]
        .contains(&reason)
}

fn cause_of(cause: Cause) -> &'static str {
    match cause {
        Cause::AttemptsSpent => "all attempts are used",
        Cause::DayClosed => "the calling hours are over",
        Cause::BadNumber => "the number does not exist",
        Cause::CallbackMissed => "the callback was not answered",
        Cause::CallbackOverdue => "the callback is long overdue",
    }
}

fn result(disposition: Disposition) -> &'static str {
    match disposition {
        Disposition::Open => "not known yet",
        Disposition::Well => "well",
        Disposition::Talk => "wants to talk",
        Disposition::OptedOut => "asked not to be called any more",
        Disposition::Unconfirmed => "answered, but no key was pressed",
        Disposition::Machine => "a machine answered",
        Disposition::Busy => "busy",
        Disposition::NoAnswer => "no answer",
        Disposition::Network => "the network did not carry it",
        Disposition::BadNumber => "the number does not exist",
        Disposition::NotPlaced => "it was never made",
    }
}

#[cfg(test)]
mod tests {
    use super::words;
    use rollcall_domain::ids::{AttemptId, ContactId, ResidentId};
    use rollcall_domain::ledger::Ledger;
    use rollcall_ports::Signal;

    #[test]
    fn a_call_is_told_by_the_beginning_of_an_id() {
        let resident = ResidentId::derive(&["reference", "H-1"]);
        let signal = Signal::CallStarted {
            attempt: AttemptId::derive(&["a"]),
            resident,
            contact: ContactId::new("c"),
        };
        assert_eq!(words(&signal).unwrap(), "resident 0ec3a12d is being called");
    }

    #[test]
    fn a_tick_that_orders_nothing_is_not_told() {
        let tick = |ordered| Signal::Planned { due: 3, ordered, postponed: 0, budget: 9, stopped: false };
        assert_eq!(words(&tick(0)), None);
        assert_eq!(words(&tick(2)).unwrap(), "calls ordered: 2 of 3 due");
    }

    #[test]
    fn a_repeat_is_told_only_when_it_is_not_routine() {
        let retried = |reason: &str| Signal::Retried { source: "rows".to_owned(), reason: reason.to_owned() };
        assert_eq!(words(&retried("full")), None);
        assert_eq!(
            words(&retried("no answer from store")).unwrap(),
            "a message of rows will come again: no answer from store"
        );
    }

    #[test]
    fn the_ledger_is_one_line_that_adds_up() {
        let ledger = Ledger { well: 2, trying: 1, ..Ledger::default() };
        assert_eq!(
            words(&Signal::LedgerTaken { ledger: ledger.close(3) }).unwrap(),
            "LEDGER  well 2 | callback open 0 | spoken to 0 | trying 1 | escalated 0 | paused 0 | excluded 0 \
             | not due 0  =  3 in all, balanced"
        );
        let text = words(&Signal::LedgerTaken { ledger: ledger.close(4) }).unwrap();
        assert!(text.ends_with("4 in all, NOT BALANCED"), "{text}");
    }
}
