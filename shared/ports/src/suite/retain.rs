//! What [`Retain`] promises: what was over before the limit goes, slice by
//! slice; what is open stays, however old it is; and so does what is younger.

use super::attempts::{on_register, order};
use super::people::{attempt, resident};
use super::{at, ok, there};
use crate::{
    Attempts, Audit, AuditEntry, Batches, Began, Callbacks, CheckResult, Checks, Days, DeadLetter,
    DeadLetters, Erasures, Escalations, Jobs, Letters, PartOf, Residents, Retain, Saved, Versioned, Whose,
};
use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use rollcall_domain::attempt::Withdrawal;
use rollcall_domain::batch::{Batch, BatchStage, ChunkReport, LineNote};
use rollcall_domain::callback::{Callback, Cancelled};
use rollcall_domain::day::{DayPart, DayRecord};
use rollcall_domain::duty::Cause;
use rollcall_domain::erasure::{Class, Erasure, ErasureReason};
use rollcall_domain::escalation::{Escalation, HowEnded};
use rollcall_domain::ids::{AttemptId, BatchId, CallbackId, EscalationId, JobId, LetterId, ResidentId};
use rollcall_domain::ledger::DayState;
use rollcall_domain::letter::Filter;
use rollcall_domain::letter::job::{Job, Selection};
use rollcall_domain::policy::Policy;
use rollcall_domain::retention::{Limit, Retention};

/// The stores in which things age.
#[derive(Clone, Copy)]
#[expect(missing_docs, reason = "each field is the port its type names")]
pub struct Aging<'a> {
    pub retain: &'a dyn Retain,
    pub residents: &'a dyn Residents,
    pub attempts: &'a dyn Attempts,
    pub callbacks: &'a dyn Callbacks,
    pub escalations: &'a dyn Escalations,
    pub checks: &'a dyn Checks,
    pub days: &'a dyn Days,
    pub batches: &'a dyn Batches,
    pub dead_letters: &'a dyn DeadLetters,
    pub letters: &'a dyn Letters,
    pub jobs: &'a dyn Jobs,
    pub audit: &'a dyn Audit,
    pub erasures: &'a dyn Erasures,
}

/// The first day that is kept.
const LIMIT: Date = date(2026, 3, 2);
/// The last moment that is past its time, and the first that is not.
const LAST: &str = "2026-03-01T23:59:59.999999999Z";
const FIRST: &str = "2026-03-02T00:00:00Z";
/// How many notes the list has that is past its time.
const NOTES: u64 = 5;

/// Runs the whole part, of everything that the stores hold.
pub async fn all(stores: &Aging<'_>) {
    let limit = Limit::of(LIMIT, &TimeZone::UTC);
    for class in Class::ALL {
        assert_eq!(ok(stores.retain.due(class, &limit, 10).await), 0, "{class:?}");
        let expired = ok(stores.retain.expire(class, &limit, 10).await);
        assert_eq!((expired.gone, expired.more), (0, false), "{class:?}");
    }
    let things = Things::put(stores).await;
    let before = things.there(stores).await;
    assert_eq!(before.iter().filter(|(_, _, there)| !there).count(), 0, "all is there");
    for class in Class::ALL {
        let ages = Retention::aging().any(|aging| aging == class);
        let known = matches!(class, Class::Lists | Class::Notices);
        let due = ok(stores.retain.due(class, &limit, 100).await);
        assert_eq!(due > 0, ages && !known, "{class:?}: {due} due");
        assert_eq!(ok(stores.retain.due(class, &limit, 1).await), due.min(1));
        let mut slices = 0;
        while ok(stores.retain.expire(class, &limit, 2).await).more {
            slices += 1;
            assert!(slices < 20, "{class:?} comes to no end");
        }
        if class == Class::Batches {
            assert!(slices >= 2, "its notes are deleted slice by slice");
        }
        assert_eq!(ok(stores.retain.due(class, &limit, 100).await), 0, "{class:?}");
    }
    for (what, stays, there) in things.there(stores).await {
        assert_eq!(there, stays, "{what}");
    }
    assert_eq!(ok(stores.batches.rejections(things.old_list, 0, 100).await).len(), 0);
}

/// What was put into the stores, by what it is and whether it stays.
struct Things {
    dials: Vec<(&'static str, bool, AttemptId)>,
    promises: Vec<(&'static str, bool, CallbackId)>,
    cases: Vec<(&'static str, bool, EscalationId)>,
    letters: Vec<(&'static str, bool, LetterId)>,
    erasures: Vec<(&'static str, bool, ResidentId)>,
    lists: Vec<(&'static str, bool, BatchId)>,
    old_list: BatchId,
    person: ResidentId,
}

impl Things {
    async fn put(stores: &Aging<'_>) -> Self {
        let old_list = BatchId::derive(&["retain", "old"]);
        let mut things = Self {
            dials: Vec::new(),
            promises: Vec::new(),
            cases: Vec::new(),
            letters: Vec::new(),
            erasures: Vec::new(),
            lists: Vec::new(),
            old_list,
            person: resident("retain", 0).id,
        };
        things.put_calls(stores).await;
        things.put_letters(stores).await;
        things.put_lists(stores).await;
        put_days(stores, things.person).await;
        things
    }

    async fn put_calls(&mut self, stores: &Aging<'_>) {
        let calls = [
            ("an old dial", LAST, true, None, false),
            ("one that is open", LAST, false, None, true),
            ("one of the first day", FIRST, true, None, true),
            ("one with a promise that was kept", LAST, true, Some((true, LAST)), false),
            ("one with a promise that is owed", LAST, true, Some((false, LAST)), true),
            ("one with a promise that was cancelled later", LAST, true, Some((true, FIRST)), false),
        ];
        for (n, (what, begun, closed, promise, stays)) in (600..).zip(calls) {
            let read = on_register(stores.residents, resident("retain", n)).await;
            let begun = at(begun);
            let dial = attempt(&read.value, what, begun);
            let began = stores.attempts.begin(&order(&read, Versioned::new(dial.clone()), begun)).await;
            assert_eq!(ok(began), Began::Granted);
            let mut stored = Versioned { value: dial, version: 1 };
            if closed {
                stored.value.withdrawn = Some(Withdrawal::NoEvidence);
                assert_eq!(ok(stores.attempts.save(&stored).await), Saved::Done(2));
            }
            self.dials.push((what, stays, stored.value.id));
            if let Some((over, since)) = promise {
                let mut made = Callback::promise(&stored.value, begun, &Policy::default());
                if over {
                    made.cancel(Cancelled::since_deleted(at(since)));
                }
                let stays = !over || since == FIRST;
                self.promises.push((what, stays, made.id));
                let saved = stores.callbacks.save(&Versioned::new(made), None, !over).await;
                assert_eq!(ok(saved), Saved::Done(1));
            }
        }
        let cases = [
            ("an old case", LAST, true, false),
            ("an open one", LAST, false, true),
            ("a late one", FIRST, true, true),
        ];
        for (what, when, ended, stays) in cases {
            let person = ResidentId::derive(&["retain", what]);
            let mut case = Escalation::raise(person, (Cause::DayClosed, at(when)), None, at(when));
            if ended {
                case.end(HowEnded::Deleted, at(when));
                case.unsettled = false;
            }
            self.cases.push((what, stays, case.id));
            assert_eq!(ok(stores.escalations.save(&Versioned::new(case), None).await), Saved::Done(1));

            let mut erasure = Erasure::asked(person, ("joe", at(when)), ErasureReason::Asked, None);
            if ended {
                erasure.finish(at(when), Policy::default().evidence_window());
                erasure.looked_again();
            }
            self.erasures.push((what, stays, person));
            assert_eq!(ok(stores.erasures.save(&Versioned::new(erasure)).await), Saved::Done(1));
        }
    }

    async fn put_letters(&mut self, stores: &Aging<'_>) {
        let letters = [
            ("an old letter", Some(LAST), false),
            ("one that waits", None, true),
            ("one that ended on the first day", Some(FIRST), true),
        ];
        for (what, ended, stays) in letters {
            let letter = DeadLetter {
                source: "rows".to_owned(),
                message_id: format!("retain {what}"),
                reason: "broken".to_owned(),
                handler: "loader".to_owned(),
                parked_at: at("2026-02-01T09:00:00Z"),
                receives: 1,
                body: b"{}".to_vec(),
                replay: None,
            };
            ok(stores.dead_letters.park(&letter).await);
            let id = LetterId::of("rows", &letter.message_id);
            if let Some(ended) = ended {
                let mut stored = there(stores.letters.get(id).await);
                assert_eq!(stored.value.discard("joe", "of no use", at(ended)), Ok(()));
                let _saved: Saved = ok(stores.letters.save(&stored).await);
            }
            self.letters.push((what, stays, id));
        }
        for (n, when) in [("old", LAST), ("young", FIRST)] {
            let selection = Selection::Matching(Filter::default());
            let mut job = Job::begin(JobId::derive(&["retain", n]), "joe", (selection, 3), 60, at(when));
            assert!(job.stop("ann", at(when)));
            assert_eq!(ok(stores.jobs.save(&Versioned::new(job)).await), Saved::Done(1));
        }
        for (n, when) in [LAST, FIRST].into_iter().enumerate() {
            let entry = AuditEntry {
                key: format!("retain/{n}"),
                at: at(when),
                actor: "clerk".to_owned(),
                action: "pause".to_owned(),
                resident: Some(self.person),
                detail: String::new(),
            };
            ok(stores.audit.record(&entry).await);
        }
    }

    async fn put_lists(&mut self, stores: &Aging<'_>) {
        let lists = [
            ("old", LAST, 1, false),
            ("still being loaded", LAST, 2, true),
            ("of the first day", FIRST, 1, true),
        ];
        for (what, seen, chunks, stays) in lists {
            let id = BatchId::derive(&["retain", what]);
            let mut batch = Batch::seen(id, format!("{what}.csv"), at(seen));
            batch.stage = BatchStage::Loading { chunks, rows: NOTES };
            ok(stores.batches.put(&batch).await);
            let note = |line| LineNote {
                line,
                column: None,
                code: "no_number".to_owned(),
                reason: "found none".to_owned(),
            };
            let rejections = (2..2 + NOTES).map(note).collect();
            let report = ChunkReport { rejections, ..ChunkReport::default() };
            ok(stores.batches.chunk_done(id, 0, &report).await);
            self.lists.push((what, stays, id));
        }
    }

    /// Each thing, whether it stays, and whether it is there.
    async fn there(&self, stores: &Aging<'_>) -> Vec<(&'static str, bool, bool)> {
        let mut found = Vec::new();
        for (what, stays, id) in &self.dials {
            found.push((*what, *stays, ok(stores.attempts.get(*id).await).is_some()));
        }
        for (what, stays, id) in &self.promises {
            found.push((*what, *stays, ok(stores.callbacks.get(*id).await).is_some()));
        }
        for (what, stays, id) in &self.cases {
            found.push((*what, *stays, ok(stores.escalations.get(*id).await).is_some()));
        }
        for (what, stays, id) in &self.letters {
            found.push((*what, *stays, ok(stores.letters.get(*id).await).is_some()));
        }
        for (what, stays, id) in &self.erasures {
            found.push((*what, *stays, ok(stores.erasures.get(*id).await).is_some()));
        }
        for (what, stays, id) in &self.lists {
            found.push((*what, *stays, ok(stores.batches.get(*id).await).is_some()));
        }
        for (what, id, stays) in [("an old job", "old", false), ("a young job", "young", true)] {
            let job = stores.jobs.get(JobId::derive(&["retain", id])).await;
            found.push((what, stays, ok(job).is_some()));
        }
        let (asked, quiet_since) = (ErasureReason::Asked, at(FIRST));
        for (what, n, stays) in
            [("the number of an old dial", 600, false), ("that of a dial of the first day", 602, true)]
        {
            let person = resident("retain", n);
            let erasure = Erasure::asked(person.id, ("joe", quiet_since), asked, None);
            let number = Some(person.number);
            let whose = Whose { resident: person.id, erasure: &erasure, number, quiet_since };
            let rang = ok(stores.erasures.kept(Class::Numbers, &whose).await);
            found.push((what, stays, !rang.is_empty()));
        }
        let log = ok(stores.audit.list(None, 100).await);
        for (what, when, stays) in [("an old deed", LAST, false), ("a deed of the first day", FIRST, true)] {
            let when: Timestamp = at(when);
            let is_it = |entry: &AuditEntry| entry.at == when && entry.key.starts_with("retain/");
            found.push((what, stays, log.iter().any(|(_, entry)| is_it(entry))));
        }
        let (old, young) = (LIMIT.saturating_sub(1.day()), LIMIT);
        let results = ok(stores.checks.of(self.person, old, young).await);
        for (what, day, stays) in [("an old day", old, false), ("the first day", young, true)] {
            found.push((what, stays, results.iter().any(|(of, _)| *of == day)));
            found.push((what, stays, ok(stores.days.get(day).await).is_some()));
            for part in 0..3 {
                let of = PartOf { day, taking: 0, part };
                found.push((what, stays, ok(stores.days.part(of).await).is_some()));
            }
        }
        found
    }
}

async fn put_days(stores: &Aging<'_>, person: ResidentId) {
    for day in [LIMIT.saturating_sub(1.day()), LIMIT] {
        ok(stores.checks.record(person, day, CheckResult::Well).await);
        let record = DayRecord::begin(day, at("2026-03-01T09:00:00Z"));
        assert_eq!(ok(stores.days.save(&Versioned::new(record)).await), Saved::Done(1));
        for part in 0..3 {
            let people = vec![(person, DayState::Well)];
            let next = (part < 2).then(|| "on".to_owned());
            let stored = DayPart { register: 1, later: 0, people, next };
            assert_eq!(ok(stores.days.add_part(PartOf { day, taking: 0, part }, &stored).await), stored);
        }
    }
}
