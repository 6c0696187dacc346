//! Live figures.

#![expect(clippy::unwrap_used, reason = "a request that is refused unexpectedly fails the test")]

mod support;

use jiff::SignedDuration;
use rollcall_connect_sim::{
    AgentHabits, Between, CallbackShares, Period, Place, ResidentKind, ResidentMix, SimConfig,
};
use rollcall_contracts::connect::api::{
    ApiError, CurrentMetricsRequest, CurrentMetricsResponse, Metric, MetricFilters,
};
use support::{START, World, agents, at, roomy, seconds};

const NAMES: [&str; 8] = [
    "AGENTS_AVAILABLE",
    "AGENTS_ONLINE",
    "AGENTS_STAFFED",
    "AGENTS_ON_CONTACT",
    "AGENTS_AFTER_CONTACT_WORK",
    "CONTACTS_IN_QUEUE",
    "CONTACTS_SCHEDULED",
    "OLDEST_CONTACT_AGE",
];

fn query() -> CurrentMetricsRequest {
    let metric = |name: &&str| Metric { name: (*name).to_owned(), unit: Some("COUNT".to_owned()) };
    CurrentMetricsRequest {
        filters: MetricFilters {
            queues: vec![Place::default().queue_id],
            channels: vec!["VOICE".to_owned()],
        },
        groupings: vec!["QUEUE".to_owned()],
        current_metrics: NAMES.iter().map(metric).collect(),
    }
}

fn ask(world: &mut World, query: &CurrentMetricsRequest) -> Result<CurrentMetricsResponse, ApiError> {
    world.sim.current_metrics(world.now, &Place::default().instance_id, query)
}

/// Available, online, staffed, on contact, after-contact work, in queue, scheduled.
fn figures(world: &mut World) -> [f64; 7] {
    let response = ask(world, &query()).unwrap();
    std::array::from_fn(|index| response.value(NAMES[index]).unwrap())
}

fn fresh(agent_count: usize) -> SimConfig {
    let callbacks = CallbackShares { no_answer: 0.0, busy: 0.0, voicemail: 0.0 };
    let second = Between::seconds(1, 1);
    let agent_habits = AgentHabits {
        misses: 0.0,
        callbacks,
        accepts_after: second,
        talk: Between::seconds(300, 300),
        wrap_up: Between::seconds(100, 100),
        ..AgentHabits::default()
    };
    let mut config = SimConfig {
        metrics_stale: SignedDuration::ZERO,
        residents: ResidentMix::only(ResidentKind::Talk),
        agents: agents(agent_count),
        agent_habits,
        ..roomy(1)
    };
    config.resident_habits.leaves_early = 0.0;
    config.resident_habits.answers_after = second;
    config
}

#[test]
fn nobody_logged_in_gives_no_results_at_all() {
    let mut world = World::new(SimConfig { agents: vec![], ..fresh(0) });
    let response = ask(&mut world, &query()).unwrap();
    assert_eq!((response.metric_results.len(), response.approximate_total_count), (0, Some(0)));
    assert_eq!(response.data_snapshot_time, Some(world.now));
}

#[test]
fn an_agent_through_a_callback() {
    let mut world = World::new(fresh(2));
    world.run(seconds(1));
    assert_eq!(figures(&mut world), [2.0, 2.0, 2.0, 0.0, 0.0, 0.0, 0.0]);
    world.start(0).unwrap();
    world.run(seconds(60));
    assert_eq!(figures(&mut world), [2.0, 2.0, 2.0, 0.0, 0.0, 0.0, 1.0]);
    let mut seen = Vec::new();
    for _ in 0..600 {
        world.run(seconds(1));
        let now = figures(&mut world);
        if seen.last() != Some(&now) {
            seen.push(now);
        }
    }
    let expected = [
        [2.0, 2.0, 2.0, 0.0, 0.0, 0.0, 1.0], // delayed
        [1.0, 2.0, 2.0, 0.0, 0.0, 0.0, 0.0], // offered
        [1.0, 2.0, 2.0, 1.0, 0.0, 0.0, 0.0], // dialled and talking
        [1.0, 2.0, 2.0, 0.0, 1.0, 0.0, 0.0], // wrapping up
        [2.0, 2.0, 2.0, 0.0, 0.0, 0.0, 0.0],
    ];
    assert_eq!(seen, expected);
}

#[test]
fn a_break_is_online_but_not_staffed_and_the_queue_grows() {
    let mut config = fresh(1);
    config.agents[0].breaks = vec![Period { from: at(START), until: at(START) + seconds(10_000) }];
    let mut world = World::new(config);
    for index in 0..3 {
        world.start(index).unwrap();
    }
    world.run(seconds(600));
    assert_eq!(figures(&mut world), [0.0, 1.0, 0.0, 0.0, 0.0, 3.0, 0.0]);
}

#[test]
fn the_oldest_age_is_in_milliseconds_unless_grouped() {
    let mut config = fresh(0);
    config.agents.clear();
    let mut world = World::new(config);
    world.start(0).unwrap();
    world.run(seconds(600));
    let grouped = ask(&mut world, &query()).unwrap().value("OLDEST_CONTACT_AGE").unwrap();
    let whole = CurrentMetricsRequest { groupings: vec![], ..query() };
    let whole = ask(&mut world, &whole).unwrap();
    assert!((400.0..500.0).contains(&grouped), "{grouped} s");
    assert_eq!(whole.value("OLDEST_CONTACT_AGE"), Some(grouped * 1000.0));
    assert_eq!(whole.metric_results[0].dimensions, None);
}

#[test]
fn figures_are_as_old_as_configured() {
    let mut world = World::new(SimConfig { metrics_stale: seconds(10), ..fresh(1) });
    world.run(seconds(1));
    assert_eq!(figures(&mut world)[6], 0.0);
    world.start(0).unwrap();
    let snapshot = at(START) + seconds(1);
    world.run(seconds(9));
    assert_eq!(ask(&mut world, &query()).unwrap().data_snapshot_time, Some(snapshot));
    world.run(seconds(1));
    assert_eq!(ask(&mut world, &query()).unwrap().data_snapshot_time, Some(world.now));
}

#[test]
fn requests_are_checked_and_throttled() {
    let mut world = World::new(fresh(1));
    world.run(seconds(1));
    let bad = |change: &dyn Fn(&mut CurrentMetricsRequest)| {
        let mut query = query();
        change(&mut query);
        query
    };
    let unknown = bad(&|query| query.current_metrics[0].name = "AGENTS_ASLEEP".to_owned());
    assert_eq!(ask(&mut world, &unknown), Err(ApiError::INVALID_PARAMETER));
    assert_eq!(ask(&mut world, &bad(&|query| query.filters.queues.clear())), Err(ApiError::INVALID_REQUEST));
    assert_eq!(world.sim.current_metrics(world.now, "other", &query()), Err(ApiError::NOT_FOUND));
    let other_queue = bad(&|query| query.filters.queues = vec!["other".to_owned()]);
    assert_eq!(
        ask(&mut world, &other_queue).unwrap().metric_results.len(),
        0,
        "an unknown queue looks empty"
    );
    for _ in 4..8 {
        ask(&mut world, &query()).unwrap();
    }
    assert_eq!(ask(&mut world, &query()), Err(ApiError::THROTTLED), "the ninth at once");
}
