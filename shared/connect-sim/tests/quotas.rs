//! What the simulated Connect refuses, and that no quota is ever exceeded.

mod support;

use jiff::SignedDuration;
use rollcall_connect_sim::{
    OutsideKind, OverConcurrency, ResidentKind, ResidentMix, SimConfig, TokenAfterEnd,
};
use rollcall_contracts::connect::DisconnectReason;
use rollcall_contracts::connect::api::{ApiError, StartOutboundRequest};
use support::{World, agents, request, roomy, seconds, shipped_flow};

fn standard(seed: u64) -> SimConfig {
    SimConfig { agents: agents(4), ..SimConfig::new(seed, shipped_flow()) }
}

#[test]
fn the_sixth_start_at_once_is_throttled_and_half_a_second_later_there_is_room() {
    let mut world = World::new(standard(1));
    let results: Vec<_> = (0..6).map(|index| world.start(index)).collect();
    assert!(results[..5].iter().all(Result::is_ok));
    assert_eq!(results[5], Err(ApiError::TOO_MANY_REQUESTS));
    world.run(SignedDuration::from_millis(500));
    assert!(world.start(5).is_ok());
    assert_eq!(world.start(6), Err(ApiError::TOO_MANY_REQUESTS));
    assert_eq!(world.seen(OutsideKind::DialThrottled).len(), 1);
    world.run(seconds(1));
    let throttled = world.seen(OutsideKind::DialThrottled);
    assert_eq!(throttled[1].reason.as_deref(), Some("TooManyRequestsException"));
    assert_eq!(
        (throttled[1].contact_id.as_ref(), throttled[1].attempt_id.as_deref()),
        (None, Some("attempt-6"))
    );
}

#[test]
fn the_eleventh_concurrent_call_is_refused_until_one_ends() {
    let residents = ResidentMix::only(ResidentKind::Silent);
    let mut world = World::new(SimConfig { concurrent_calls: 10, residents, ..roomy(1) });
    for index in 0..10 {
        world.start(index).unwrap();
    }
    assert_eq!(world.start(10), Err(ApiError::LIMIT_EXCEEDED));
    world.run(seconds(300));
    let reason = world.seen(OutsideKind::DialThrottled)[0].reason.clone();
    assert_eq!(reason.as_deref(), Some("LimitExceededException"));
    assert!(world.start(10).is_ok());
}

#[test]
fn a_call_too_many_may_also_be_accepted_and_come_to_nothing() {
    let residents = ResidentMix::only(ResidentKind::Well);
    let over_concurrency = OverConcurrency::AcceptThenFail;
    let mut world = World::new(SimConfig { concurrent_calls: 1, over_concurrency, residents, ..roomy(1) });
    world.start(0).unwrap();
    let second = world.start(1).unwrap();
    world.run(seconds(300));
    let record = world.record(&second);
    assert_eq!(record.connected_to_system_timestamp, None);
    assert_eq!(record.disconnect_reason, Some(DisconnectReason::OtherReason));
    assert_eq!((world.seen(OutsideKind::Ended).len(), world.sim.peak_concurrent_calls()), (2, 1));
}

#[test]
fn requests_that_can_never_succeed_are_refused_with_the_documented_error() {
    let mut world = World::new(roomy(1));
    let mut check = |change: &dyn Fn(&mut StartOutboundRequest), expected: ApiError| {
        let mut request = request(1);
        change(&mut request);
        assert_eq!(world.sim.start_outbound(world.now, &request), Err(expected));
    };
    check(&|r| r.destination_phone_number = "01632960001".to_owned(), ApiError::INVALID_PARAMETER);
    check(&|r| r.destination_phone_number = "+4416329600011234567".to_owned(), ApiError::INVALID_PARAMETER);
    check(&|r| r.destination_phone_number = "+449098790000".to_owned(), ApiError::DESTINATION_NOT_ALLOWED);
    check(&|r| r.destination_phone_number = "+998123456789".to_owned(), ApiError::DESTINATION_NOT_ALLOWED);
    check(&|r| r.instance_id = "other".to_owned(), ApiError::NOT_FOUND);
    check(&|r| r.contact_flow_id = "other".to_owned(), ApiError::NOT_FOUND);
    check(&|r| r.queue_id = Some("other".to_owned()), ApiError::NOT_FOUND);
    check(&|r| r.queue_id = None, ApiError::INVALID_REQUEST);
    check(&|r| r.source_phone_number = Some("+441632960999".to_owned()), ApiError::INVALID_PARAMETER);
    check(&|r| r.ring_timeout_in_seconds = Some(14), ApiError::INVALID_REQUEST);
    check(&|r| r.ring_timeout_in_seconds = Some(61), ApiError::INVALID_REQUEST);
    check(&|r| r.client_token = Some("t".repeat(501)), ApiError::INVALID_REQUEST);
    check(&|r| r.traffic_type = Some("CAMPAIGN".to_owned()), ApiError::INVALID_REQUEST);
    check(&|r| r.attributes.insert("a$b", "x"), ApiError::INVALID_REQUEST);
    check(&|r| r.attributes.insert("note", "x".repeat(32_768)), ApiError::INVALID_REQUEST);
    check(&|r| *r = StartOutboundRequest::default(), ApiError::INVALID_REQUEST);
    world.run(seconds(1));
    assert_eq!(world.seen(OutsideKind::DialRefused).len(), 16);
    assert_eq!(world.seen(OutsideKind::DialAccepted).len(), 0);
}

#[test]
fn a_known_token_gives_the_contact_again_and_no_call() {
    let mut world = World::new(roomy(1));
    let first = world.start(1).unwrap();
    assert_eq!(world.start(1).unwrap(), first);
    world.run(seconds(3600));
    assert_eq!(world.start(1).unwrap(), first, "also after the call has ended");
    world.run(seconds(6 * 86_400));
    assert_eq!(world.start(1).unwrap(), first);
    world.run(seconds(86_400));
    assert_ne!(world.start(1).unwrap(), first, "after seven days the token is forgotten");
    world.run(seconds(1));
    assert_eq!(world.seen(OutsideKind::DialAccepted).len(), 2);
}

#[test]
fn the_nasty_reading_of_the_documentation_calls_again_after_the_hang_up() {
    let mut world = World::new(SimConfig { token_after_end: TokenAfterEnd::NewCall, ..roomy(1) });
    let first = world.start(1).unwrap();
    assert_eq!(world.start(1).unwrap(), first, "while the call lives it is one call");
    world.run(seconds(3600));
    let second = world.start(1).unwrap();
    assert_ne!(second, first);
    assert_eq!(world.start(1).unwrap(), second);
}

#[test]
fn contacts_are_forgotten_only_when_nothing_can_follow_any_more() {
    let mut world = World::new(roomy(1));
    let first = world.start(1).unwrap();
    let instance = rollcall_connect_sim::Place::default().instance_id;
    world.run(seconds(15 * 86_400));
    world.start(2).unwrap();
    let described = world.sim.describe_contact(world.now, &instance, &first).unwrap();
    assert_eq!(described.contact.attributes.get("residentId"), Some("resident-1"));
    world.run(seconds(2 * 86_400));
    world.start(3).unwrap();
    assert_eq!(world.sim.describe_contact(world.now, &instance, &first), Err(ApiError::NOT_FOUND));
}

/// Ten thousand starts at random moments: rate and concurrency as an outside observer counts them.
#[test]
fn whatever_is_asked_no_quota_is_exceeded() {
    for seed in 0..4 {
        let mut rng = fastrand::Rng::with_seed(seed);
        let mut world = World::new(standard(seed));
        for index in 0..2_500 {
            let repeat = if rng.u8(..) < 30 { rng.usize(0..=index) } else { index };
            drop(world.start(repeat));
            world.run(SignedDuration::from_millis(rng.i64(0..4_000)));
        }
        world.run(seconds(100_000));
        assert_eq!(world.sim.peak_concurrent_calls(), 10, "the quota was used and not exceeded");

        let accepted: Vec<_> = world.seen(OutsideKind::DialAccepted).iter().map(|event| event.at).collect();
        for (first, start) in accepted.iter().enumerate() {
            for (count, last) in accepted[first..].iter().take(100).enumerate() {
                let allowed = 5.0 + 2.0 * last.duration_since(*start).as_secs_f64();
                assert!((count + 1) as f64 <= allowed + 1e-6, "{} starts from {start} to {last}", count + 1);
            }
        }
        let mut live = 0_i32;
        for event in &world.seen {
            live += match event.kind {
                OutsideKind::DialAccepted => 1,
                OutsideKind::Ended => -1,
                _ => 0,
            };
            assert!((0..=10).contains(&live), "{live} check calls at once");
        }
        assert_eq!(world.seen(OutsideKind::Ended).len(), accepted.len());
        assert!(world.seen(OutsideKind::DialThrottled).len() > 20);
        assert!(world.seen(OutsideKind::CallbackConnected).len() > 10);
    }
}
