//! The ladder: raising a case, each rung, what ends it, and what people do.

use super::Situation;
use super::interrupt;
use super::people::{ANN, ago, change, contact, dialed, id, leave, person, promised};
use super::stage::{self, Part, Stage, play};
use super::sweeping::SWEEP;
use crate::properties::ask;
use crate::trouble::Gate;
use jiff::{SignedDuration, Timestamp};
use rollcall_domain::attempt::{End, EndReason, Facts, Key, Press};
use rollcall_domain::callback::{Callback, Cancelled, Try};
use rollcall_domain::desk::CancelReason;
use rollcall_domain::duty::Cause;
use rollcall_domain::escalation::deeds::AllClear;
use rollcall_domain::escalation::ladder::Whom;
use rollcall_domain::escalation::{Escalation, HowEnded};
use rollcall_domain::ids::{ContactId, EscalationId};
use rollcall_domain::phone::PhoneNumber;
use rollcall_domain::resident::{Heard, Keyholder, Reached};
use rollcall_local::compose;
use rollcall_ports::{Saved, Versioned};
use rollcall_recording::Learned;
use rollcall_recording::escalation::{Deed, Worked, entry};

/// When the duty arose: the plays begin an hour later.
pub(super) fn due() -> Timestamp {
    "2026-11-23T09:00:00Z".parse().unwrap()
}

const HALF_AN_HOUR: SignedDuration = SignedDuration::from_mins(30);

/// Ann, who has a keyholder, was not reached: the case was raised so many
/// seconds ago, and the duty officer was told of it. With what `with` adds.
fn escalated(stage: &Stage, seconds_ago: i64, with: impl FnOnce(&mut Escalation)) {
    person(stage, "ann", ANN);
    let raised_at = ago(stage, seconds_ago);
    let mut case = Escalation::raise(id("ann"), (Cause::DayClosed, due()), None, raised_at);
    case.tell((Whom::DutyOfficer, HALF_AN_HOUR), raised_at);
    (case.untold, case.unsettled) = (false, false);
    with(&mut case);
    let review_at = case.review_at(&stage.policy);
    let saved = ask(stage.store.escalations().save(&Versioned::new(case.clone()), review_at)).unwrap();
    assert!(matches!(saved, Saved::Done(_)));
    change(stage, "ann", |ann| {
        ann.profile.keyholders = vec![Keyholder {
            name: "Kim".to_owned(),
            number: PhoneNumber::from_e164("+447700900109").unwrap(),
        }];
        ann.escalation = Some(case.on_record());
    });
}

#[test]
fn each_rung() {
    let keyholder = |stage: &Stage| escalated(stage, 1_810, |_| {});
    let visit = |stage: &Stage| {
        escalated(stage, 3_610, |case| {
            let at = case.raised_at + HALF_AN_HOUR;
            case.tell((Whom::Keyholder(1), HALF_AN_HOUR), at);
            case.untold = false;
        });
    };
    let everybody = |stage: &Stage| {
        escalated(stage, 3_000, |case| {
            let at = case.raised_at;
            case.tell((Whom::WelfareVisit, SignedDuration::from_mins(49)), at);
            case.untold = false;
        });
    };
    let lapsed = |stage: &Stage| {
        escalated(stage, 15_000, |case| {
            case.accept("officer", case.raised_at + SignedDuration::from_mins(9)).unwrap();
        });
    };
    let accepted = |stage: &Stage| {
        escalated(stage, 7_200, |case| {
            case.accept("officer", case.raised_at + SignedDuration::from_mins(9)).unwrap();
        });
    };
    interrupt(&[
        Situation {
            name: "the keyholder",
            setup: keyholder,
            shows: &[("ann cases", "DayClosed 1: DutyOfficer Keyholder(1)")],
            ..SWEEP
        },
        Situation {
            name: "the welfare visit",
            setup: visit,
            shows: &[("ann cases", "DayClosed 1: DutyOfficer Keyholder(1) WelfareVisit")],
            ..SWEEP
        },
        Situation {
            name: "everybody was told",
            setup: everybody,
            shows: &[("ann cases", "DayClosed 1: DutyOfficer WelfareVisit"), ("notices", "")],
            ..SWEEP
        },
        Situation {
            name: "an acceptance lapsed",
            setup: lapsed,
            shows: &[("ann cases", "DayClosed 1: DutyOfficer Keyholder(1), officer had it")],
            ..SWEEP
        },
        Situation {
            name: "an acceptance holds",
            setup: accepted,
            shows: &[("ann cases", "DayClosed 1: DutyOfficer, officer has it"), ("notices", "")],
            ..SWEEP
        },
    ]);
}

#[test]
fn what_ends_a_case() {
    // Their record is behind the case: the sweep must look before it tells.
    let heard = |stage: &Stage| {
        escalated(stage, 1_810, |_| {});
        let news = Reached { at: ago(stage, 20), how: Heard::Well };
        change(stage, "ann", |ann| assert!(ann.learn_reached(news)));
    };
    let switched_off = |stage: &Stage| {
        escalated(stage, 600, |_| {});
        change(stage, "ann", |ann| ann.enabled = false);
    };
    let gone = |stage: &Stage| {
        escalated(stage, 1_810, |_| {});
        leave(stage, "ann");
    };
    let all_clear = |stage: &Stage| {
        escalated(stage, 600, |case| {
            let at = case.raised_at + SignedDuration::from_mins(5);
            case.all_clear(("officer", at), AllClear::KnownSafe, Some("in hospital")).unwrap();
        });
    };
    interrupt(&[
        Situation {
            name: "they were heard of",
            setup: heard,
            shows: &[("ann cases", "DayClosed 1: DutyOfficer, heard_of"), ("notices", "")],
            ..SWEEP
        },
        Situation {
            name: "they were switched off",
            setup: switched_off,
            shows: &[
                ("ann cases", "DayClosed 1: DutyOfficer, switched_off"),
                ("ann escalation", ""),
                ("notices", ""),
            ],
            ..SWEEP
        },
        Situation {
            name: "they are no longer on the register",
            setup: gone,
            shows: &[("cases open", "0"), ("notices", "")],
            ..SWEEP
        },
        Situation {
            name: "an all-clear that was interrupted",
            setup: all_clear,
            shows: &[
                ("ann cases", "DayClosed 1: DutyOfficer, known_safe"),
                ("ann escalation", ""),
                ("ann reached", "KnownSafe"),
                ("ann stands", "SpokenTo"),
            ],
            ..SWEEP
        },
    ]);
}

/// A key press of which the sweep learns ends the case with it.
#[test]
fn news_of_a_call() {
    let pressed = |stage: &Stage| {
        escalated(stage, 600, |_| {});
        dialed(stage, "ann", 300, contact("contact-1"));
        let at = ago(stage, 240);
        let end = Some(End { version: Some(at), reason: EndReason::Unsaid, at });
        let press = Some(Press { key: Key::Well, at: ago(stage, 250) });
        let answered_at = Some(ago(stage, 270));
        let facts = Facts { end, press, answered_at, complete: Some(at), ..Facts::default() };
        stage.line.knows("contact-1", facts);
    };
    interrupt(&[Situation {
        name: "a key was pressed",
        setup: pressed,
        shows: &[
            ("ann cases", "DayClosed 1: DutyOfficer, heard_of"),
            ("ann escalation", ""),
            ("ann stands", "Well"),
            ("notices", ""),
        ],
        ..SWEEP
    }]);
}

fn overdue(stage: &Stage) {
    person(stage, "ann", ANN);
    promised(stage, "ann", 10_000, |callback| {
        callback.learn(ContactId::new("leg-9"), Try::Waiting);
        callback.deadline = ago(stage, 3_610);
    });
}

/// And a case about it, of which the duty officer was told; `decide` what became
/// of the two since.
fn overdue_with_case(stage: &Stage, decide: impl FnOnce(&mut Escalation, &mut Callback)) {
    overdue(stage);
    let id = ask(stage.store.residents().get(id("ann"))).unwrap().unwrap().value.callback.unwrap();
    let mut promise = ask(stage.store.callbacks().get(id)).unwrap().unwrap();
    let case = (Cause::CallbackOverdue, promise.value.deadline);
    let mut case = Escalation::raise(promise.value.resident, case, Some(id), ago(stage, 1_810));
    case.tell((Whom::DutyOfficer, HALF_AN_HOUR), ago(stage, 1_810));
    (case.untold, case.unsettled) = (false, false);
    decide(&mut case, &mut promise.value);
    let review_at = case.review_at(&stage.policy);
    let saved = ask(stage.store.escalations().save(&Versioned::new(case.clone()), review_at)).unwrap();
    assert!(matches!(saved, Saved::Done(_)));
    let review_at = promise.value.review_at(&stage.policy);
    let saved = ask(stage.store.callbacks().save(&promise, review_at, false)).unwrap();
    assert!(matches!(saved, Saved::Done(_)));
    change(stage, "ann", |ann| {
        ann.callback = None;
        ann.escalation = Some(case.on_record());
    });
}

#[test]
fn promises_that_nobody_kept() {
    let cancelled = |stage: &Stage| {
        overdue_with_case(stage, |_, promise| {
            let (at, by) = (ago(stage, 60), "agent".to_owned());
            let news = Cancelled { at, by, why: "asked".to_owned() };
            assert!(promise.cancel_owed(news, &stage.policy));
        });
    };
    // An officer goes on with it for hours, unless they are told.
    let cancelled_at_the_desk = |stage: &Stage| {
        overdue_with_case(stage, |case, promise| {
            assert!(case.accept("joe", ago(stage, 300)).unwrap());
            assert!(promise.cancel_by(("mia", ago(stage, 60)), CancelReason::Asked, &stage.policy).unwrap());
        });
    };
    interrupt(&[
        Situation {
            name: "long overdue",
            setup: overdue,
            shows: &[
                ("ann cases", "CallbackOverdue 1: DutyOfficer"),
                ("ann escalation", "CallbackOverdue"),
                ("ann promises", "Open 1 tries overdue told escalated"),
                ("ann stands", "CallbackOpen"),
            ],
            ..SWEEP
        },
        Situation {
            name: "cancelled since",
            setup: cancelled,
            shows: &[
                ("ann cases", "CallbackOverdue 1: DutyOfficer, callback_cancelled"),
                ("ann escalation", ""),
                ("notices", ""),
            ],
            ..SWEEP
        },
        Situation {
            name: "cancelled at the desk while somebody sees to it",
            setup: cancelled_at_the_desk,
            shows: &[
                ("ann cases", "CallbackOverdue 1: DutyOfficer, joe has it, callback_cancelled"),
                ("ann escalation", ""),
                ("ann flags", ""),
                ("notices", ""),
            ],
            ..SWEEP
        },
    ]);
}

/// A talk that turns out to have been none: the duty stands again, and the
/// ladder begins anew.
#[test]
fn a_case_that_was_not_over_after_all() {
    let anew = |stage: &Stage| {
        escalated(stage, 600, |case| {
            assert!(case.end(HowEnded::HeardOf, case.raised_at));
            case.unsettled = false;
        });
        let since = ago(stage, 30);
        change(stage, "ann", |ann| {
            ann.escalation = None;
            ann.number_bad_since = Some(since);
        });
        // The same duty and cause as before.
        let ann = ask(stage.store.residents().get(id("ann"))).unwrap().unwrap().value;
        let due = rollcall_domain::duty::check_due(&ann, &stage.policy).unwrap();
        let mut case = Escalation::raise(ann.id, (Cause::BadNumber, due), None, ago(stage, 600));
        case.tell((Whom::DutyOfficer, HALF_AN_HOUR), ago(stage, 600));
        assert!(case.end(HowEnded::HeardOf, ago(stage, 500)));
        case.unsettled = false;
        let saved = ask(stage.store.escalations().save(&Versioned::new(case), None)).unwrap();
        assert!(matches!(saved, Saved::Done(_)));
    };
    interrupt(&[Situation {
        name: "raised again",
        setup: anew,
        shows: &[
            ("ann cases", "BadNumber 2: DutyOfficer; DayClosed 1: DutyOfficer, heard_of"),
            ("ann escalation", "BadNumber"),
        ],
        ..SWEEP
    }]);
}

/// Somebody at the portal who gives the all-clear of the one open case, and asks
/// until there is an answer.
pub(super) async fn clear(stage: &Stage, gate: &Gate) {
    let ports = stage.ports(gate);
    let recorder = compose(&ports, &stage.policy).outcomes.recorder;
    let case = EscalationId::of(id("ann"), due(), Cause::DayClosed);
    let deed = Deed::AllClear { how: AllClear::SeenInPerson, note: None };
    loop {
        let done = async {
            let Some(stored) = recorder.escalations.get(case).await? else { return Ok(Worked::Unknown) };
            if stored.value.is_open() {
                ports.audit.record(&entry(&stored, &deed, ("officer", ago(stage, 0)))).await?;
            }
            recorder.work(case, "officer", deed).await
        };
        match done.await {
            Ok(Worked::Done(_)) => return std::future::pending().await,
            Ok(Worked::Contended) | Err(_) => stage.sleep(1).await,
            Ok(Worked::Refused(_) | Worked::Unknown) => panic!("the case is there and open"),
        }
    }
}

#[test]
fn an_all_clear() {
    let open = |stage: &Stage| escalated(stage, 600, |_| {});
    interrupt(&[Situation {
        name: "with the sweep beside it",
        part: Part::Clears,
        with: &[Part::Sweep],
        setup: open,
        shows: &[
            ("ann cases", "DayClosed 1: DutyOfficer, seen_in_person"),
            ("ann escalation", ""),
            ("ann stands", "SpokenTo"),
            ("notices", ""),
        ],
        ..SWEEP
    }]);
}

/// From the record that says so to the notice it is one run of the sweep.
#[test]
fn a_bad_number_is_told_within_a_minute_of_its_record() {
    let record = |stage: &Stage| {
        let calm = stage.calm();
        let recorder = compose(&stage.ports(&calm), &stage.policy).outcomes.recorder;
        let at = ago(stage, 1);
        let end = Some(End { version: Some(at), reason: EndReason::NumberInvalid, at });
        let facts = Facts { end, complete: Some(at), ..contact("contact-1") };
        let ann = ask(stage.store.residents().get(id("ann"))).unwrap().unwrap().value;
        assert_eq!(ask(recorder.learn_call(ann.marks[0].attempt, &facts)).unwrap(), Learned::Applied);
    };
    let dialed = |stage: &Stage| {
        person(stage, "ann", ANN);
        let _dial = dialed(stage, "ann", 20, contact("contact-1"));
    };
    for after in [1, 30, 59, 61] {
        let later: (i64, fn(&Stage)) = (after, record);
        let situation = Situation { setup: dialed, later: Some(later), lasts: after + 61, ..SWEEP };
        let ended = play(&situation, &stage::config(&situation), &[]);
        assert_eq!(ended.problems, Vec::<String>::new());
        assert_eq!(ended.state.get("ann cases"), "BadNumber 1: DutyOfficer", "{after}");
        assert!(ended.state.get("notices").contains("duty_officer"), "{}", ended.state.get("notices"));
    }
}
