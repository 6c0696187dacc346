//! Every interruption of every handler.
//!
//! A [`Situation`] is played once undisturbed. Then, for each call that the
//! handler made to a port, and each [`Kind`] of interruption, it is played
//! again from the same start with that one interruption; its queue, stream,
//! timer or flow brings the input again, and time goes on until rest. The
//! state at the end must be the same, except for the differences that the
//! situation documents, each by name and exactly.

mod closing;
mod deciding;
mod dialing;
mod erasing;
mod escalating;
mod learning;
mod leaving;
mod line;
mod loading;
mod people;
mod planning;
mod pressing;
mod retaining;
mod stage;
mod state;
mod suppressing;
mod sweeping;
mod switching;

use jiff::civil::Time;
use rollcall_connect_sim::{EmissionConfig, ResidentKind, SimConfig};
use rollcall_domain::calendar::{DailyWindow, Weekdays, Window};
use rollcall_domain::policy::Policy;
use stage::{Part, Stage, play};
use state::State;
use std::collections::BTreeMap;

/// How one call to a port is interrupted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// It has no effect, and no answer comes.
    LostBefore,
    /// It has its effect, but no answer comes.
    LostAfter,
    /// The other side says that it is too busy.
    Throttled,
    /// The process dies just before it.
    CrashBefore,
    /// The process dies after its effect, before the answer.
    CrashAfter,
}

impl Kind {
    const ALL: [Self; 5] =
        [Self::LostBefore, Self::LostAfter, Self::Throttled, Self::CrashBefore, Self::CrashAfter];

    /// Whether the call had its effect.
    fn took_effect(self) -> bool {
        matches!(self, Self::LostAfter | Self::CrashAfter)
    }
}

/// One interruption of the handler under test.
#[derive(Clone, Copy, Debug)]
struct Cut {
    /// Which call, from 1.
    index: usize,
    call: &'static str,
    /// Which of the calls of this name, from 1.
    nth: usize,
    kind: Kind,
}

impl Cut {
    /// The cut of the call at `at` of these.
    fn of(calls: &[&'static str], at: usize, kind: Kind) -> Self {
        let call = calls[at];
        let nth = calls[..=at].iter().filter(|name| **name == call).count();
        Self { index: at + 1, call, nth, kind }
    }

    /// Whether nobody knows if the call had its effect.
    fn is_unanswered(&self) -> bool {
        self.kind != Kind::Throttled
    }

    /// Whether it cuts this call, the first, second, … of its name.
    fn cuts(&self, call: &str, nth: usize) -> bool {
        self.call == call && self.nth == nth
    }
}

/// A difference from the undisturbed end that is right by design.
struct Difference {
    /// What it is, in words.
    name: &'static str,
    /// The interruptions that cause it.
    when: fn(&Cut) -> bool,
    /// What then stands in the state in place of the undisturbed.
    then: fn(&mut State),
}

/// What the stream carries.
type Records = Vec<Vec<u8>>;
type Feed = fn(Records) -> Records;
/// What somebody does.
type Deed = fn(&Stage);

/// The start of a play, what runs in it, and for how long.
struct Situation {
    name: &'static str,
    /// The handler that is interrupted.
    part: Part,
    /// The handlers that run beside it, undisturbed.
    with: &'static [Part],
    start: &'static str,
    /// Seconds in which calls of the handler are interrupted.
    counted: i64,
    /// Seconds until rest.
    lasts: i64,
    answers: ResidentKind,
    /// When the one agent comes, in seconds; absent when nobody does.
    agent_after: Option<i64>,
    /// How often the flow's function runs for each time that the flow calls it.
    repeats: u32,
    tune: fn(&mut SimConfig),
    setup: Deed,
    /// Holds all records back for some seconds, then gives them in this order.
    feed: Option<(i64, Feed)>,
    /// What somebody else does, after so many seconds.
    later: Option<(i64, Deed)>,
    differs: &'static [Difference],
    /// Parts of the undisturbed end that show that it is the situation meant.
    shows: &'static [(&'static str, &'static str)],
}

impl Situation {
    const PLAIN: Self = Self {
        name: "",
        part: Part::Dialer,
        with: &[],
        start: "2026-11-23T10:00:00Z",
        counted: 60,
        lasts: 600,
        answers: ResidentKind::Well,
        agent_after: Some(0),
        repeats: 1,
        tune: |_| {},
        setup: |_| {},
        feed: None,
        later: None,
        differs: &[],
        shows: &[],
    };
}

/// Plays every situation with every single interruption.
#[track_caller]
fn interrupt(situations: &[Situation]) {
    let (mut cases, mut failures) = (0, Vec::new());
    for situation in situations {
        let config = stage::config(situation);
        let undisturbed = play(situation, &config, &[]);
        failures.extend(undisturbed.problems.iter().map(|problem| describe(situation, &[], problem)));
        for (key, value) in situation.shows {
            let found = undisturbed.state.get(key);
            if found != *value {
                failures.push(describe(situation, &[], &format!("{key} is {found:?}, expected {value:?}")));
            }
        }
        for at in 0..undisturbed.calls.len() {
            for kind in Kind::ALL {
                let cut = Cut::of(&undisturbed.calls, at, kind);
                cases += 1;
                failures.extend(play_cut(situation, &config, cut, &undisturbed.state));
            }
        }
    }
    let count = failures.len();
    failures.truncate(16);
    assert!(failures.is_empty(), "{count} failures in {cases} cases:\n{}", failures.join("\n"));
    assert!(cases >= situations.len() * 10, "only {cases} cases: the handler was not there");
}

/// Plays `cut` and tells what is wrong at its end.
fn play_cut(situation: &Situation, config: &SimConfig, cut: Cut, undisturbed: &State) -> Vec<String> {
    let ended = play(situation, config, &[cut]);
    let mut expected = undisturbed.clone();
    let mut known = String::new();
    for difference in situation.differs.iter().filter(|difference| (difference.when)(&cut)) {
        (difference.then)(&mut expected);
        known = format!("{known} ({})", difference.name);
    }
    let mut problems = ended.problems;
    problems.extend(expected.differences(&ended.state));
    if ended.calls.get(cut.index - 1) != Some(&cut.call) {
        problems.push(format!("the call was never made: {:?}", ended.calls));
    }
    problems.iter().map(|problem| describe(situation, &[cut], &format!("{problem}{known}"))).collect()
}

/// How the situation ends when the last call of this name is cut.
fn ended(situation: &Situation, call: &str, kind: Kind) -> State {
    let config = stage::config(situation);
    let calls = play(situation, &config, &[]).calls;
    let at = calls.iter().rposition(|name| *name == call).unwrap();
    play(situation, &config, &[Cut::of(&calls, at, kind)]).state
}

fn describe(situation: &Situation, cuts: &[Cut], problem: &str) -> String {
    let cuts: Vec<String> =
        cuts.iter().map(|cut| format!("call {} {} {:?}", cut.index, cut.call, cut.kind)).collect();
    let cuts = if cuts.is_empty() { "undisturbed".to_owned() } else { cuts.join(" and ") };
    format!("{:?}, {}, {cuts}: {problem}", situation.part, situation.name)
}

/// Plays every pair of interruptions; what must hold at the end is up to the
/// caller, besides what holds always.
#[track_caller]
fn interrupt_twice(situation: &Situation, check: fn(&State, &State) -> Vec<String>) {
    let config = stage::config(situation);
    let undisturbed = play(situation, &config, &[]);
    let (mut cases, mut failures) = (0, Vec::new());
    for at in 0..undisturbed.calls.len() {
        for kind in Kind::ALL {
            let first = Cut::of(&undisturbed.calls, at, kind);
            let calls = play(situation, &config, &[first]).calls;
            for then in at + 1..calls.len() {
                for kind in Kind::ALL {
                    let cuts = [first, Cut::of(&calls, then, kind)];
                    let ended = play(situation, &config, &cuts);
                    cases += 1;
                    let found = ended.problems.into_iter().chain(check(&undisturbed.state, &ended.state));
                    failures.extend(found.map(|problem| describe(situation, &cuts, &problem)));
                }
            }
        }
    }
    let count = failures.len();
    failures.truncate(16);
    assert!(failures.is_empty(), "{count} failures in {cases} cases:\n{}", failures.join("\n"));
    assert!(cases > 500, "only {cases} pairs");
}

/// The policy of all plays: the default, but evidence comes within minutes and
/// orders are soon void, so that a play is short, and the desk never closes.
fn policy() -> Policy {
    let daily = DailyWindow { start: Time::MIN, end: Time::MAX };
    Policy {
        evidence_minutes: 4,
        request_lifetime_minutes: 5,
        silence_minutes: 1,
        desk: Some(Window { days: Weekdays::ALL, daily }),
        ..Policy::default()
    }
}

/// Calls and records as exact as they can be: what goes wrong is up to us.
fn exact(config: &mut SimConfig) {
    config.emission = EmissionConfig::exact();
    config.metrics_stale = jiff::SignedDuration::ZERO;
    config.agent_habits.misses = 0.0;
    config.agent_habits.callbacks =
        rollcall_connect_sim::CallbackShares { no_answer: 0.0, busy: 0.0, voicemail: 0.0 };
}

/// The cuts of one play, by the number of the call.
fn by_index(cuts: &[Cut]) -> BTreeMap<usize, Kind> {
    cuts.iter().map(|cut| (cut.index, cut.kind)).collect()
}
