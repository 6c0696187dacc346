//! The end of a play, without what may differ: times of calls, ids of orders,
//! how often somebody was told.

use super::stage::Stage;
use crate::properties::ask;
use jiff::Timestamp;
use rollcall_connect_sim::OutsideKind;
use rollcall_contracts::messages::Notice;
use rollcall_domain::attempt::Attempt;
use rollcall_domain::callback::Callback;
use rollcall_domain::duty::Cause;
use rollcall_domain::escalation::Escalation;
use rollcall_domain::ids::{AttemptId, CallbackId, EscalationId};
use rollcall_domain::ledger::{DayState, Ledger, day_state};
use rollcall_domain::resident::Resident;
use rollcall_domain::switch::Standing;
use rollcall_ports::{Clock as _, PartOf, Signal};
use std::collections::BTreeMap;

/// Lines of text by what they are about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct State(BTreeMap<String, String>);

impl State {
    pub(super) fn get(&self, key: &str) -> &str {
        self.0.get(key).map_or("", String::as_str)
    }

    pub(super) fn set(&mut self, key: &str, value: &str) {
        let former = self.0.insert(key.to_owned(), value.to_owned());
        assert!(former.is_some(), "{key} is no line of the state");
    }

    /// Puts `text` before what stands under `key`.
    pub(super) fn before(&mut self, key: &str, text: &str) {
        let known = self.get(key).to_owned();
        self.set(key, &format!("{text}{known}"));
    }

    /// Every line that is not as expected here.
    pub(super) fn differences(&self, found: &Self) -> Vec<String> {
        let keys = self.0.keys().chain(found.0.keys().filter(|key| !self.0.contains_key(*key)));
        keys.filter(|key| self.get(key) != found.get(key))
            .map(|key| format!("{key} is {:?}, expected {:?}", found.get(key), self.get(key)))
            .collect()
    }
}

/// Everybody on the register, by id.
pub(super) fn register(stage: &Stage) -> BTreeMap<String, Resident> {
    let page = ask(stage.store.residents().page(None, 1_000)).unwrap();
    page.residents.into_iter().map(|found| (found.value.id.to_string(), found.value)).collect()
}

/// The state at the end of a play.
pub(super) fn of(stage: &Stage) -> State {
    let mut lines = BTreeMap::new();
    let register = register(stage);
    let mut names = Vec::new();
    for resident in register.values() {
        names.push((resident.id.to_string(), resident.first_name.clone()));
        about(stage, resident, &mut |what, text| {
            lines.insert(format!("{} {what}", resident.first_name), text);
        });
    }
    let counted = ask(stage.store.residents().count()).unwrap();
    lines.insert("register".to_owned(), format!("{counted} counted, {} found", register.len()));
    store(stage, &names, &mut lines);
    State(lines)
}

fn about(stage: &Stage, resident: &Resident, line: &mut dyn FnMut(&str, String)) {
    let now = stage.clock.now();
    line("stands", format!("{:?}", day_state(resident, &stage.policy, now)));
    let marks: Vec<String> = resident.marks.iter().map(|mark| format!("{:?}", mark.state)).collect();
    line("marks", marks.join(" "));
    let reached = resident.reached.map(|reached| format!("{:?}", reached.how));
    line("reached", reached.unwrap_or_default());
    let flags = [
        ("disabled", !resident.enabled),
        ("suppressed", resident.suppressed.person.is_some()),
        ("number suppressed", resident.suppressed.number.is_some()),
        ("bad number", resident.number_bad_since.is_some()),
        ("claimed", resident.claim.is_some_and(|claim| now < claim.until)),
        ("callback", resident.callback.is_some()),
    ];
    let flags: Vec<&str> = flags.into_iter().filter(|(_, holds)| *holds).map(|(name, _)| name).collect();
    line("flags", flags.join(" "));
    let escalation = resident.escalation.as_ref().map(|told| format!("{:?}", told.cause));
    line("escalation", escalation.unwrap_or_default());
    line("cases", cases(stage, resident).join("; "));
    let (ports, id) = (stage.store.residents(), resident.id);
    let indexed = [
        ("due now", ask(ports.due(now, 1_000)).unwrap().contains(&id)),
        ("due some time", ask(ports.due(Timestamp::MAX, 1_000)).unwrap().contains(&id)),
        ("to review now", ask(ports.to_review(now, 1_000)).unwrap().contains(&id)),
        ("to review some time", ask(ports.to_review(Timestamp::MAX, 1_000)).unwrap().contains(&id)),
    ];
    let indexed: Vec<&str> = indexed.into_iter().filter(|(_, holds)| *holds).map(|(name, _)| name).collect();
    line("indexed", indexed.join(", "));
    let today = stage.policy.hours(resident).date(now);
    let (first, last) = (today.yesterday().unwrap(), today.tomorrow().unwrap());
    let checks = ask(stage.store.checks().of(id, first, last)).unwrap();
    let checks: Vec<String> = checks.iter().map(|(day, result)| format!("{day} {result:?}")).collect();
    line("checks", checks.join(", "));
    attempts(stage, resident, line);
    let seen = stage.seen.borrow();
    let theirs = seen.iter().filter(|event| event.resident_id.as_deref() == Some(id.to_string().as_str()));
    let count = |kind| theirs.clone().filter(|event| event.kind == kind).count();
    line("calls", count(OutsideKind::DialAccepted).to_string());
    line("keys", count(OutsideKind::KeyPressed).to_string());
    line("talks", count(OutsideKind::CallbackConnected).to_string());
}

/// Every case of somebody that is open, of which anybody was told, or that is
/// about a duty of nine o'clock or a promise.
fn cases(stage: &Stage, resident: &Resident) -> Vec<String> {
    let of_nine = [Cause::DayClosed, Cause::AttemptsSpent, Cause::BadNumber]
        .map(|cause| EscalationId::of(resident.id, super::escalating::due(), cause));
    let promised = resident.marks.iter().map(|mark| CallbackId::of(mark.attempt));
    let promised = promised.filter_map(|id| ask(stage.store.callbacks().get(id)).unwrap());
    let overdue = |id: &Callback| EscalationId::of(resident.id, id.deadline, Cause::CallbackOverdue);
    let told = stage.store.notices_told(0, 100).unwrap().into_iter();
    let mut ids: Vec<EscalationId> = told
        .filter_map(|told| match told.notice {
            Notice::Escalated { escalation, resident: of, .. } if of == resident.id => Some(escalation),
            _ => None,
        })
        .chain(resident.escalation.as_ref().map(|raised| raised.case(resident.id)))
        .chain(of_nine)
        .chain(promised.map(|stored| overdue(&stored.value)))
        .collect();
    let open = ask(stage.store.escalations().list_open(None, 100)).unwrap().cases;
    ids.extend(open.into_iter().filter(|one| one.value.resident == resident.id).map(|one| one.value.id));
    ids.sort_unstable();
    ids.dedup();
    let found = ids.into_iter().filter_map(|id| ask(stage.store.escalations().get(id)).unwrap());
    let mut texts: Vec<String> = found.map(|case| tell_case(&case.value)).collect();
    texts.sort_unstable();
    texts
}

fn tell_case(case: &Escalation) -> String {
    let mut text = format!("{:?} {}:", case.cause, case.round);
    for told in &case.told {
        text = format!("{text} {:?}", told.to);
    }
    for former in &case.former {
        text = format!("{text}, {} had it", former.by);
    }
    if let Some(accepted) = &case.accepted {
        text = format!("{text}, {} has it", accepted.by);
    }
    if let Some(ended) = &case.ended {
        text = format!("{text}, {}", ended.how.word());
    }
    for (name, is) in [("untold", case.untold), ("unsettled", case.unsettled)] {
        if is {
            text = format!("{text}, {name}");
        }
    }
    text
}

/// Every dial to somebody and the promises made in them, in the order of time.
fn attempts(stage: &Stage, resident: &Resident, line: &mut dyn FnMut(&str, String)) {
    let attempts: Vec<Attempt> = resident
        .marks
        .iter()
        .filter_map(|mark| ask(stage.store.attempts().get(mark.attempt)).unwrap())
        .map(|found| found.value)
        .collect();
    line("attempts", attempts.iter().map(|attempt| format!("{};", tell(attempt))).collect());
    let promises = attempts.iter().filter_map(|attempt| promise(stage, attempt.id));
    line("promises", promises.collect::<Vec<_>>().join(", "));
}

fn tell(attempt: &Attempt) -> String {
    let facts = &attempt.facts;
    let known = [
        ("contact", facts.contact.is_some()),
        ("answered", facts.answered_at.is_some()),
        ("complete", facts.complete.is_some()),
        ("next", facts.next_contact.is_some()),
    ];
    let known: String = known.into_iter().filter(|(_, is)| *is).map(|(name, _)| format!(" {name}")).collect();
    let end = facts.end.map(|end| format!(" end {:?}", end.reason)).unwrap_or_default();
    let withdrawn = attempt.withdrawn.map(|why| format!(" {why:?}")).unwrap_or_default();
    format!("{:?}{withdrawn}{known}{end}", attempt.disposition())
}

fn promise(stage: &Stage, attempt: AttemptId) -> Option<String> {
    let found = ask(stage.store.callbacks().get(CallbackId::of(attempt))).unwrap()?.value;
    let mut text = format!("{} tries", found.tries.len());
    let state = format!("{:?}", found.state(&stage.policy));
    // Of the state only its name: the time is that of the talk.
    let state = state.split('(').next().unwrap_or_default().to_owned();
    for (name, is) in [
        ("unqueued", found.unqueued),
        ("overdue told", found.overdue_told),
        ("missed told", found.missed_told),
        ("taken", found.taken.is_some()),
        ("unsettled", found.unsettled),
        ("concern told", found.concern_told),
        ("escalated", found.escalated),
    ] {
        if is {
            text = format!("{text} {name}");
        }
    }
    Some(format!("{state} {text}"))
}

/// The accounts of days that are over, with who is in which state.
fn days(stage: &Stage, names: &[(String, String)], lines: &mut BTreeMap<String, String>) {
    let gone: Vec<_> =
        stage.gone.borrow().iter().map(|one| (one.id.to_string(), one.first_name.clone())).collect();
    let name = |id: &str| {
        let found = names.iter().chain(&gone).find(|(known, _)| known == id);
        found.map_or_else(|| "nobody".to_owned(), |(_, name)| name.clone())
    };
    let (port, now) = (stage.store.days(), stage.clock.now());
    for stored in ask(port.list(None, 100)).unwrap() {
        let record = stored.value;
        let Some(account) = record.account else {
            if record.day < rollcall_domain::day::today(&stage.policy, now) {
                lines.insert(format!("account of {}", record.day), "open".to_owned());
            }
            continue;
        };
        let mut people = Vec::new();
        for part in 0..account.parts {
            let of = PartOf { day: record.day, taking: record.taking, part };
            people.extend(ask(port.part(of)).unwrap().unwrap().people);
        }
        let mut text = String::new();
        for state in DayState::ALL {
            let mut there: Vec<String> =
                people.iter().filter(|(_, of)| *of == state).map(|(id, _)| name(&id.to_string())).collect();
            there.sort_unstable();
            assert_eq!(there.len() as u64, account.ledger.of(state));
            if !there.is_empty() {
                text = format!("{text}{state:?}: {}; ", there.join(" "));
            }
        }
        let Ledger { balanced, total, .. } = account.ledger;
        lines.insert(format!("account of {}", record.day), format!("{text}balanced {balanced} of {total}"));
        if let Some(check) = record.check.filter(|check| check.at.is_some()) {
            let text = format!("{} differences in {}", check.differences, check.ledger.counted());
            lines.insert(format!("check of {}", record.day), text);
        }
    }
}

fn store(stage: &Stage, names: &[(String, String)], lines: &mut BTreeMap<String, String>) {
    let mut line = |key: &str, text: String| lines.insert(key.to_owned(), text);
    let now = stage.clock.now();
    // Those of one key in no order: of two files, either may be taken up first.
    let mut batches: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (batch, tally) in stage.store.batches_recent(10).unwrap() {
        let rejections = ask(stage.store.batches().rejections(batch.id, 0, 100)).unwrap();
        let warnings = ask(stage.store.batches().warnings(batch.id, 0, 100)).unwrap();
        let finished = batch.is_finished(&tally);
        let warnings: Vec<_> = warnings.into_iter().map(|(_, note)| (note.line, note.code)).collect();
        let rejections: Vec<_> = rejections.into_iter().map(|note| (note.line, note.code)).collect();
        let text = format!("{:?} {tally:?} finished {finished} {rejections:?} {warnings:?}", batch.stage);
        batches.entry(batch.upload).or_default().push(text);
    }
    for (upload, mut texts) in batches {
        texts.sort();
        line(&format!("batch {upload}"), texts.join("; "));
    }
    for queue in stage.store.queue_statuses().unwrap() {
        line(
            &format!("queue {}", queue.name),
            format!("{} waiting, {} set aside", queue.waiting.unwrap_or(0), queue.dead_letters),
        );
    }
    let letters = ask(stage.store.dead_letters().list(None, 100)).unwrap();
    let letters = letters.into_iter().map(|(_, letter)| format!("{}: {}; ", letter.handler, letter.reason));
    line("letters", letters.collect());
    line("calls in flight", ask(stage.store.pace().in_flight(now)).unwrap().to_string());
    line("cases open", ask(stage.store.escalations().count_open()).unwrap().to_string());
    line(
        "cases to review now",
        ask(stage.store.escalations().to_review(now, 100)).unwrap().len().to_string(),
    );
    line("promises open", ask(stage.store.callbacks().count_open()).unwrap().to_string());
    let dialing = ask(stage.store.switch().read()).unwrap().value;
    let standing = match dialing.standing() {
        Standing::Running => "running".to_owned(),
        Standing::Stopped(hand) => format!("stopped by {}", hand.by),
        Standing::Tripped(trip) => format!("tripped by {}", trip.cause.code()),
    };
    line("dialing", format!("{standing}, {} changes, {} untold", dialing.change, dialing.untold.len()));
    let (stand, _) = ask(stage.store.suppressions().list(None, 100)).unwrap();
    let undone = ask(stage.store.suppressions().unsettled(100)).unwrap();
    line("ann kept", super::erasing::kept(stage));
    line("retention", super::retaining::kept(stage));
    line("suppressions", format!("{} stand, {} to be carried out", stand.len(), undone.len()));
    let due = ask(stage.store.callbacks().to_review(now, 100)).unwrap().len();
    line("promises to review", due.to_string());
    line("attempts open", ask(stage.store.attempts().open(Timestamp::MAX, 100)).unwrap().len().to_string());
    let mut notices: Vec<String> = stage
        .store
        .notices_told(0, 100)
        .unwrap()
        .iter()
        .map(|told| {
            let key = told.notice.key();
            names.iter().fold(key, |key, (id, name)| key.replace(id, name))
        })
        .collect();
    notices.sort_unstable();
    line("notices", notices.join(", "));
    let mut audit: Vec<String> =
        ask(stage.store.audit().list(None, 100)).unwrap().into_iter().map(|(_, entry)| entry.key).collect();
    audit.sort_unstable();
    line("audit", audit.join(", "));
    let taken = stage.heard.count(|signal| matches!(signal, Signal::LedgerTaken { .. })) > 0;
    line("ledger taken", taken.to_string());
    days(stage, names, lines);
}
