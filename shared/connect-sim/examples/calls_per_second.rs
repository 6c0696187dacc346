//! How many calls a second are simulated, from start to record: `cargo run --release --example calls_per_second`.

use std::collections::BTreeMap;
use std::io::Write;
use std::time::Instant;

use jiff::{SignedDuration, Timestamp};
use rollcall_connect_sim::flow::{CHECK_CALL, Flow};
use rollcall_connect_sim::{AgentPlan, Emission, Period, Place, SimConfig, Simulator};
use rollcall_contracts::connect::api::StartOutboundRequest;

const CALLS: usize = 200_000;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let start: Timestamp = "2026-11-23T08:00:00Z".parse()?;
    let mut simulator = Simulator::new(config(start)?, start);
    let recorded = BTreeMap::from([("status".to_owned(), "recorded".to_owned())]);
    #[expect(clippy::disallowed_methods, reason = "this program measures real time")]
    let began = Instant::now();
    let (mut now, mut records, mut bytes) = (start, 0_usize, 0_usize);
    let mut drive = |simulator: &mut Simulator, until: Timestamp| {
        while simulator.next_at().is_some_and(|next| next <= until) {
            for emission in simulator.advance(until) {
                match emission {
                    Emission::InvokeFunction(call) => {
                        simulator.function_answered(call.at, call.id, Ok(recorded.clone()));
                    }
                    Emission::StreamRecord { data, .. } => {
                        records += 1;
                        bytes += data.len();
                    }
                    Emission::Seen(_) => {}
                }
            }
        }
    };
    for index in 0..CALLS {
        now += SignedDuration::from_millis(500);
        drive(&mut simulator, now);
        simulator.start_outbound(now, &request(index))?;
    }
    drive(&mut simulator, now + SignedDuration::from_hours(48));
    let seconds = began.elapsed().as_secs_f64();
    let line = format!(
        "{CALLS} calls, {records} events and records, {bytes} bytes in {seconds:.2} s: {:.0} calls/s\n",
        CALLS as f64 / seconds
    );
    std::io::stdout().write_all(line.as_bytes())?;
    Ok(())
}

fn config(start: Timestamp) -> Result<SimConfig, String> {
    let substitutions = [
        ("KeyPressFunctionArn".to_owned(), "key-press".to_owned()),
        ("CallbackQueueArn".to_owned(), Place::default().queue_arn()),
        ("OrganisationName".to_owned(), "Example Reassurance".to_owned()),
        ("OrganisationTelephone".to_owned(), "020 7946 0100".to_owned()),
    ];
    let flow = Flow::parse(CHECK_CALL, &substitutions.into()).map_err(|problems| format!("{problems:?}"))?;
    let shift = Period { from: start, until: start + SignedDuration::from_hours(24 * 365) };
    let agent = |index| AgentPlan { username: format!("agent.{index}"), shifts: vec![shift], breaks: vec![] };
    Ok(SimConfig {
        concurrent_calls: 1_000,
        agents: (0..100).map(agent).collect(),
        ..SimConfig::new(1, flow)
    })
}

fn request(index: usize) -> StartOutboundRequest {
    let place = Place::default();
    StartOutboundRequest {
        destination_phone_number: format!("+441632960{:03}", index % 1000),
        contact_flow_id: place.flow_id,
        instance_id: place.instance_id,
        client_token: Some(format!("token-{index}")),
        queue_id: Some(place.queue_id),
        attributes: [("residentId", format!("r-{index}")), ("attemptId", format!("a-{index}"))]
            .into_iter()
            .collect(),
        ring_timeout_in_seconds: Some(45),
        ..StartOutboundRequest::default()
    }
}
