//! May this person be called now? Situations and verdicts, each edge to the millisecond.

use crate::common::{at, policy, request, resident};
use jiff::civil::Date;
use rollcall_domain::calendar::Weekdays;
use rollcall_domain::policy::Policy;
use rollcall_domain::resident::Resident;
use rollcall_domain::rules::{Asking, Hold, Verdict, next_due, why};
use std::collections::BTreeSet;

fn verdict(resident: &Resident, policy: &Policy, now: &str, asking: Asking) -> String {
    match why(resident, policy, at(now), asking) {
        Verdict::MayCall => "may call".to_owned(),
        Verdict::Hold(hold) => {
            let until = hold.until().map_or_else(String::new, |until| format!(" until {until}"));
            format!("{}{until}", hold.code())
        }
    }
}

/// What the planner is told about the resident of `situation` at each moment.
#[track_caller]
fn check_with(policy: &Policy, situation: &str, table: &[(&str, &str)]) {
    let one = resident(situation);
    for (now, expected) in table {
        assert_eq!(&verdict(&one, policy, now, Asking::Planner), expected, "{situation}, at {now}");
    }
}

#[track_caller]
fn check(situation: &str, table: &[(&str, &str)]) {
    check_with(&policy(), situation, table);
}

#[track_caller]
fn check_dialer(situation: &str, order: &str, table: &[(&str, &str)]) {
    let one = resident(situation);
    for (now, expected) in table {
        let found = verdict(&one, &policy(), now, Asking::Dialer(request(order)));
        assert_eq!(&found, expected, "{situation}, order {order}, at {now}");
    }
}

#[track_caller]
fn check_due(situation: &str, from: &str, expected: &str) {
    let found = next_due(&resident(situation), &policy(), at(from));
    let found = found.map_or_else(|| "never".to_owned(), |due| due.to_string());
    assert_eq!(found, expected, "{situation}, from {from}");
}

#[test]
fn whoever_is_excluded_is_never_called() {
    let noon = "23 12:00";
    check("", &[(noon, "may call")]);
    check("consented", &[(noon, "may call")]);
    check("disabled", &[(noon, "disabled")]);
    check("suppressed", &[(noon, "suppressed")]);
    check("number-suppressed", &[(noon, "suppressed")]);
    check("refused", &[(noon, "no_consent")]);
    check("bad-number 23 11:00", &[(noon, "bad_number"), ("23 10:00", "bad_number")]);
    for situation in ["disabled", "suppressed", "number-suppressed", "refused", "bad-number 23 11:00"] {
        check_due(situation, noon, "never");
    }
}

#[test]
fn a_pause_holds_from_its_first_moment_up_to_its_end() {
    let expected = "paused until 2026-11-24T12:00:00Z";
    let table = [
        ("24 09:59:59.999", "may call"),
        ("24 10:00", expected),
        ("24 11:59:59.999", expected),
        ("24 12:00", "may call"),
    ];
    check("pause 24 10:00 to 24 12:00", &table);
}

#[test]
fn of_pauses_that_overlap_the_last_end_counts_and_backward_ones_never_hold() {
    check(
        "pause 24 10:00 to 24 12:00; pause 24 11:00 to 25 10:00; pause 24 11:00 to 24 11:30",
        &[
            ("24 10:30", "paused until 2026-11-24T12:00:00Z"),
            ("24 11:00", "paused until 2026-11-25T10:00:00Z"),
            ("25 10:00", "may call"),
        ],
    );
    check("pause 24 12:00 to 24 10:00", &[("24 11:00", "may call"), ("24 12:00", "may call")]);
    check("pause 24 12:00 to 24 12:00", &[("24 12:00", "may call")]);
    check_due("pause 23 08:00 to 23 10:00; pause 23 10:00 to 23 18:00", "23 09:00", "2026-11-24T09:00:00Z");
}

#[test]
fn whoever_was_heard_of_is_left_alone_for_exactly_a_day() {
    let hold = "reached until 2026-11-24T10:30:00Z";
    for how in ["well", "talk", "spoken"] {
        check(
            &format!("{how} 23 10:30"),
            &[
                ("23 10:30", hold),
                ("23 18:00", hold),
                ("24 10:29:59.999", hold),
                ("24 10:30", "may call"),
                ("24 10:30:00.001", "may call"),
            ],
        );
    }
    check_due("well 23 10:30", "23 10:31", "2026-11-24T10:30:00Z");
    check_due("well 27 16:59:59.999", "27 17:00", "2026-11-30T09:00:00Z");
}

#[test]
fn an_open_attempt_bars_every_other_until_its_evidence_comes() {
    let situation = "open 23 10:00";
    check(situation, &[("23 10:01", "attempt_open"), ("26 10:00", "attempt_open")]);
    check_due(situation, "23 10:01", "never");
}

#[test]
fn between_two_attempts_lie_exactly_five_minutes() {
    let hold = "gap until 2026-11-23T10:05:00Z";
    check(
        "settled 23 10:00",
        &[
            ("23 10:00", hold),
            ("23 10:04:59.999", hold),
            ("23 10:05", "may call"),
            ("23 10:05:00.001", "may call"),
        ],
    );
    check("settled 23 10:00; settled 23 09:00", &[("23 10:04", hold), ("23 10:06", "may call")]);
    check_due("settled 23 16:56", "23 16:57", "2026-11-24T09:00:00Z");
}

#[test]
fn a_fourth_attempt_waits_until_the_first_of_three_is_a_day_old() {
    let three = "settled 23 10:00; settled 23 11:00; settled 23 12:00";
    let hold = "attempts_spent until 2026-11-24T10:00:00Z";
    check(
        three,
        &[
            ("23 12:00", hold),
            ("23 12:05", hold),
            ("24 09:59:59.999", hold),
            ("24 10:00", "may call"),
            ("24 10:00:00.001", "may call"),
        ],
    );
    check_due(three, "23 12:05", "2026-11-24T10:00:00Z");
    // Two do not spend three, and the order in which they are remembered does not matter.
    check("settled 23 10:00; settled 23 11:00", &[("23 12:00", "may call")]);
    check("settled 23 12:00; settled 23 10:00; settled 23 11:00", &[("23 12:05", hold)]);
    // Of four, the second is the one that must leave.
    check(
        "settled 23 09:00; settled 23 10:00; settled 23 11:00; settled 23 12:00",
        &[("23 12:05", hold), ("24 09:30", hold)],
    );
    // Dials before the person was heard of count all the same: a dial is a dial.
    check(&format!("{three}; well 22 12:01"), &[("23 12:30", hold)]);
}

#[test]
fn dials_that_were_no_call_count_for_nothing() {
    check("not-placed 23 10:00", &[("23 10:00", "may call"), ("23 10:01", "may call")]);
    check(
        "settled 23 10:00; not-placed 23 10:30; not-placed 23 11:00; settled 23 11:30",
        &[("23 11:34", "gap until 2026-11-23T11:35:00Z"), ("23 11:35", "may call")],
    );
    check("not-placed 23 09:00; not-placed 23 09:01; not-placed 23 09:02", &[("23 09:02", "may call")]);
}

#[test]
fn the_window_opens_and_closes_to_the_millisecond() {
    let today = "outside_window until 2026-11-23T09:00:00Z";
    let tomorrow = "outside_window until 2026-11-24T09:00:00Z";
    let monday = "outside_window until 2026-11-30T09:00:00Z";
    let table = [
        ("23 08:59:59.999", today),
        ("23 09:00", "may call"),
        ("23 16:59:59.999", "may call"),
        ("23 17:00", tomorrow),
        ("27 17:00", monday),
        ("28 12:00", monday),
        ("29 23:59:59.999", monday),
    ];
    check("", &table);
    // A resident may have their own hours, but on the policy's days.
    let own = "hours 18:00-20:30";
    check(own, &[("23 12:00", "outside_window until 2026-11-23T18:00:00Z"), ("23 20:29:59.999", "may call")]);
    check(own, &[("27 20:30", "outside_window until 2026-11-30T18:00:00Z")]);
}

#[test]
fn the_window_is_that_of_the_place_where_the_resident_lives() {
    let place = |zone: &str, table: &[(&str, &str)]| check(&format!("zone {zone}"), table);
    // Eastern standard time is five hours behind.
    place(
        "America/New_York",
        &[
            ("23 13:59:59.999", "outside_window until 2026-11-23T14:00:00Z"),
            ("23 14:00", "may call"),
            ("23 21:59:59.999", "may call"),
            ("23 22:00", "outside_window until 2026-11-24T14:00:00Z"),
        ],
    );
    // India is five and a half hours ahead.
    place(
        "Asia/Kolkata",
        &[
            ("23 03:29:59.999", "outside_window until 2026-11-23T03:30:00Z"),
            ("23 03:30", "may call"),
            ("23 11:30", "outside_window until 2026-11-24T03:30:00Z"),
        ],
    );
    // New Zealand in its summer is thirteen hours ahead: Monday there is Sunday here.
    place(
        "Pacific/Auckland",
        &[
            ("22 19:59:59.999", "outside_window until 2026-11-22T20:00:00Z"),
            ("22 20:00", "may call"),
            ("23 03:59:59.999", "may call"),
            ("27 04:00", "outside_window until 2026-11-29T20:00:00Z"),
        ],
    );
    // A zone that nobody knows means the policy's own.
    place(
        "Nowhere/Atlantis",
        &[("23 09:00", "may call"), ("23 17:00", "outside_window until 2026-11-24T09:00:00Z")],
    );
}

#[test]
fn the_window_follows_the_clocks_on_both_days_that_they_change() {
    let every_day = || {
        let mut policy = policy();
        policy.window.days = Weekdays::ALL;
        policy
    };
    let spring = [
        ("2026-03-28T08:59:59.999Z", "outside_window until 2026-03-28T09:00:00Z"),
        ("2026-03-28T17:00:00Z", "outside_window until 2026-03-29T08:00:00Z"),
        ("2026-03-29T07:59:59.999Z", "outside_window until 2026-03-29T08:00:00Z"),
        ("2026-03-29T08:00:00Z", "may call"),
        ("2026-03-29T15:59:59.999Z", "may call"),
        ("2026-03-29T16:00:00Z", "outside_window until 2026-03-30T08:00:00Z"),
    ];
    check_with(&every_day(), "", &spring);
    let autumn = [
        ("2026-10-24T16:00:00Z", "outside_window until 2026-10-25T09:00:00Z"),
        ("2026-10-25T08:00:00Z", "outside_window until 2026-10-25T09:00:00Z"),
        ("2026-10-25T09:00:00Z", "may call"),
        ("2026-10-25T16:59:59.999Z", "may call"),
        ("2026-10-25T17:00:00Z", "outside_window until 2026-10-26T09:00:00Z"),
    ];
    check_with(&every_day(), "", &autumn);
    // A day is 24 hours, not "the same time tomorrow": reached at 09:30 on
    // Saturday, free at 10:30 in spring and at 08:30 in autumn, local time.
    check_with(
        &every_day(),
        "well 2026-03-28T09:30:00Z",
        &[
            ("2026-03-29T09:29:59.999Z", "reached until 2026-03-29T09:30:00Z"),
            ("2026-03-29T09:30:00Z", "may call"),
        ],
    );
    check_with(
        &every_day(),
        "well 2026-10-24T08:30:00Z",
        &[("2026-10-25T08:30:00Z", "outside_window until 2026-10-25T09:00:00Z")],
    );
}

#[test]
fn nobody_is_called_on_a_holiday_of_the_place_where_they_live() {
    let policy = Policy { holidays: BTreeSet::from([Date::constant(2026, 11, 24)]), ..policy() };
    check_with(
        &policy,
        "",
        &[("24 12:00", "outside_window until 2026-11-25T09:00:00Z"), ("25 09:00", "may call")],
    );
    // In Auckland the 24th begins at 11:00 of the 23rd, and its office day at 20:00.
    check_with(
        &policy,
        "zone Pacific/Auckland",
        &[
            ("23 03:59:59.999", "may call"),
            ("23 20:00", "outside_window until 2026-11-24T20:00:00Z"),
            ("24 20:00", "may call"),
        ],
    );
}

#[test]
fn a_window_that_never_opens_is_said_to_be_so() {
    let mut policy = policy();
    policy.window.days = Weekdays([false; 7]);
    check_with(&policy, "", &[("23 12:00", "outside_window")]);
    assert_eq!(next_due(&resident(""), &policy, at("23 12:00")), None);
}

#[test]
fn a_claim_bars_the_planner_and_lets_only_its_own_order_dial() {
    let situation = "claim first 23 10:10";
    let hold = "claimed until 2026-11-23T10:10:00Z";
    check(situation, &[("23 10:00", hold), ("23 10:09:59.999", hold), ("23 10:10", "may call")]);
    check_due(situation, "23 10:00", "2026-11-23T10:10:00Z");
    check_due("claim first 23 17:10", "23 16:59", "2026-11-24T09:00:00Z");
    let own = [("23 10:00", "may call"), ("23 10:09:59.999", "may call"), ("23 10:10", "superseded")];
    check_dialer(situation, "first", &own);
    check_dialer(situation, "second", &[("23 10:00", "superseded"), ("23 10:10", "superseded")]);
    check_dialer("", "first", &[("23 10:00", "superseded")]);
}

#[test]
fn the_dialer_is_held_by_every_rule_that_holds_the_planner() {
    let order = "; claim first 23 10:10";
    for (situation, expected) in [
        ("disabled", "disabled"),
        ("suppressed", "suppressed"),
        ("refused", "no_consent"),
        ("bad-number 23 09:00", "bad_number"),
        ("pause 23 09:30 to 23 10:05", "paused until 2026-11-23T10:05:00Z"),
        ("well 22 10:03", "reached until 2026-11-23T10:03:00Z"),
        ("open 23 09:00", "attempt_open"),
        ("settled 22 10:02; settled 22 11:00; settled 22 12:00", "attempts_spent until 2026-11-23T10:02:00Z"),
        ("settled 23 09:56", "gap until 2026-11-23T10:01:00Z"),
        ("hours 10:01-10:02", "outside_window until 2026-11-23T10:01:00Z"),
    ] {
        check_dialer(&format!("{situation}{order}"), "first", &[("23 10:00", expected)]);
    }
}

#[test]
fn of_several_rules_the_first_of_this_order_answers() {
    // Each line ends one more rule; the next one in the order then answers.
    let facts = [
        ("disabled", "disabled"),
        ("suppressed", "suppressed"),
        ("refused", "no_consent"),
        ("bad-number 23 18:00", "bad_number"),
        ("pause 23 18:00 to 23 19:30", "paused until 2026-11-23T19:30:00Z"),
        ("well 23 18:30", "reached until 2026-11-24T18:30:00Z"),
        ("open 23 18:45", "attempt_open"),
        ("settled 22 20:00; settled 23 18:50", "attempts_spent until 2026-11-23T20:00:00Z"),
        ("settled 23 18:56", "gap until 2026-11-23T19:01:00Z"),
        ("hours 09:00-17:00", "outside_window until 2026-11-24T09:00:00Z"),
    ];
    for first in 0..facts.len() {
        let situation: Vec<&str> = facts[first..].iter().map(|(fact, _)| *fact).collect();
        let situation = format!("{}; claim first 23 19:10", situation.join("; "));
        check(&situation, &[("23 19:00", facts[first].1)]);
    }
    check("claim first 23 19:10; hours 09:00-20:00", &[("23 19:00", "claimed until 2026-11-23T19:10:00Z")]);
}

#[test]
fn every_reason_has_plain_words() {
    for hold in [Hold::Disabled, Hold::AttemptOpen, Hold::Superseded, Hold::Gap(at("23 09:00"))] {
        let words = hold.to_string();
        assert!(words.len() > 10 && !words.contains("2026"), "{words}");
    }
}
