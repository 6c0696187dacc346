//! Every sample of Connect's traffic is read, and written again as it was.

#![expect(clippy::unwrap_used, reason = "a sample that cannot be read fails the test")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rollcall_contracts::connect::api::{
    CurrentMetricsRequest, CurrentMetricsResponse, StartOutboundRequest, StartOutboundResponse,
};
use rollcall_contracts::connect::{
    ContactEventType, ContactRecord, DisconnectReason, FlowAnswer, FlowInvocation, InitiationMethod,
    StreamRecord, Undecodable, decode_stream_record,
};
use serde::Serialize;
use serde_json::Value;

/// Fields of the samples that nobody here reads and that are therefore not written either.
const UNREAD: [&str; 16] = [
    "AgentPauseDurationInSeconds",
    "Campaign",
    "ContactDetails",
    "ContactLens",
    "CustomerId",
    "CustomerVoiceActivity",
    "Description",
    "HierarchyGroups",
    "MediaStreams",
    "Recording",
    "Recordings",
    "References",
    "TransferredToEndpoint",
    "VoiceIdResult",
    "campaign",
    "customerVoiceActivity",
];

fn samples(folder: &str) -> Vec<(String, Vec<u8>)> {
    let path: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/samples").join(folder);
    let mut files: Vec<_> = fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(!files.is_empty(), "no samples in {folder}");
    let name = |path: &Path| path.file_stem().unwrap().to_str().unwrap().to_owned();
    files.iter().map(|path| (name(path), fs::read(path).unwrap())).collect()
}

fn sample(folder: &str, prefix: &str) -> Vec<u8> {
    let mut found = samples(folder).into_iter().filter(|(name, _)| name.starts_with(prefix));
    let (_, bytes) = found.next().unwrap();
    assert!(found.next().is_none(), "{prefix} is ambiguous");
    bytes
}

fn record(prefix: &str) -> ContactRecord {
    match decode_stream_record(&sample("ctr", prefix)).unwrap() {
        StreamRecord::Contact(record) => *record,
        other => panic!("{prefix} was read as {other:?}"),
    }
}

/// Whether `written` says what `sample` said: nothing added, nothing changed, nothing lost but what is unread.
fn same(name: &str, sample: &Value, written: &Value) {
    match (sample, written) {
        (Value::Object(sample), Value::Object(written)) => {
            for (key, value) in sample {
                match written.get(key) {
                    Some(again) => same(&format!("{name}.{key}"), value, again),
                    None => assert!(UNREAD.contains(&key.as_str()), "{name}.{key} was lost"),
                }
            }
            for key in written.keys() {
                assert!(sample.contains_key(key), "{name}.{key} was added");
            }
        }
        (Value::Array(sample), Value::Array(written)) => {
            assert_eq!(sample.len(), written.len(), "{name}");
            for (index, (sample, written)) in sample.iter().zip(written).enumerate() {
                same(&format!("{name}[{index}]"), sample, written);
            }
        }
        _ => assert_eq!(sample, written, "{name}"),
    }
}

fn same_as_read<T: Serialize>(name: &str, bytes: &[u8], read: &T) {
    same(name, &serde_json::from_slice(bytes).unwrap(), &serde_json::to_value(read).unwrap());
}

#[test]
fn contact_records() {
    for (name, bytes) in samples("ctr") {
        match decode_stream_record(&bytes) {
            Ok(StreamRecord::Contact(record)) => same_as_read(&name, &bytes, &*record),
            other => panic!("{name} was read as {other:?}"),
        }
    }
}

#[test]
fn contact_events() {
    for (name, bytes) in samples("contact-events") {
        match decode_stream_record(&bytes) {
            Ok(StreamRecord::Event(event)) => same_as_read(&name, &bytes, &*event),
            other => panic!("{name} was read as {other:?}"),
        }
    }
}

#[test]
fn invocations_by_the_flow_even_with_an_endpoint_missing() {
    let of_flow = samples("lambda-events").into_iter().filter(|(name, _)| name.starts_with("connect-flow"));
    let mut seen = 0;
    for (name, bytes) in of_flow {
        let read: FlowInvocation = serde_json::from_slice(&bytes).unwrap();
        assert_eq!(read.name.as_deref(), Some(FlowInvocation::NAME), "{name}");
        assert_eq!(
            read.details.contact_data.system_endpoint.is_none(),
            name.contains("null-endpoint"),
            "{name}"
        );
        same_as_read(&name, &bytes, &read);
        seen += 1;
    }
    assert_eq!(seen, 5);
}

#[test]
fn the_answer_to_the_flow_holds_strings_only() {
    let bytes = sample("lambda-events", "response-connect");
    let answer: FlowAnswer = serde_json::from_slice(&bytes).unwrap();
    assert_eq!(answer.0["status"], "recorded");
    same_as_read("answer", &bytes, &answer);
    assert!(serde_json::from_str::<FlowAnswer>(r#"{"count":1}"#).is_err());
}

#[test]
fn bodies_of_the_api() {
    let bytes = sample("api", "start-outbound-request");
    let request: StartOutboundRequest = serde_json::from_slice(&bytes).unwrap();
    same_as_read("start request", &bytes, &request);
    let bytes = sample("api", "start-outbound-response");
    let response: StartOutboundResponse = serde_json::from_slice(&bytes).unwrap();
    same_as_read("start response", &bytes, &response);
    let bytes = sample("api", "get-current-metric-data-request");
    let request: CurrentMetricsRequest = serde_json::from_slice(&bytes).unwrap();
    same_as_read("metrics request", &bytes, &request);

    let mut available = BTreeMap::new();
    for (name, bytes) in samples("api").into_iter().filter(|(name, _)| name.contains("data-response")) {
        let response: CurrentMetricsResponse = serde_json::from_slice(&bytes).unwrap();
        same_as_read(&name, &bytes, &response);
        available.insert(name, response.value("AGENTS_AVAILABLE"));
    }
    assert_eq!(available.into_values().collect::<Vec<_>>(), [Some(2.0), None, None]);
}

#[test]
fn what_a_record_says_is_read() {
    let asked = record("ctr-02");
    assert_eq!(asked.attributes.get("answer"), Some("talk"));
    assert_eq!(asked.initiation_method, Some(InitiationMethod::Api));
    assert_eq!(asked.connected_to_system_timestamp, Some("2026-11-20T10:00:12Z".parse().unwrap()));
    assert_eq!(asked.first_contact_id(), asked.contact_id);

    let callback = record("ctr-07a");
    assert_eq!(callback.first_contact_id(), asked.contact_id);
    assert_eq!(Some(&callback.contact_id), asked.next_contact_id.as_ref());
    assert_eq!(callback.agent.unwrap().agent_interaction_duration, Some(485));
    assert_eq!(callback.queue.unwrap().duration, Some(195));

    assert_eq!(record("ctr-04").disconnect_reason, Some(DisconnectReason::TelecomBusy));
    assert_eq!(record("ctr-03d").disconnect_reason, None);
    assert_eq!(record("ctr-03d").connected_to_system_timestamp, None);
}

#[test]
fn events_are_read_in_the_guides_other_spelling() {
    let bytes = br#"{"version":"0","id":"x","Detail-Type":"Amazon Connect Contact Event","source":"aws.connect",
        "time":"2026-11-20T10:00:02Z","Detail":{"EventType":"CONNECTED_TO_AGENT","ContactId":"c-1","Channel":"Voice",
        "AgentInfo":{"AgentArn":"a","ConnectedToAgentTimestamp":"2026-11-20T10:04:25.125Z"},
        "ConnectedToSystemTimestamp":"1970-01-01T00:00:00.001Z","Tags":{"Own-Key":"v"},"New":{"deep":[1]}}}"#;
    let Ok(StreamRecord::Event(event)) = decode_stream_record(bytes) else { panic!("not an event") };
    let detail = event.detail;
    assert_eq!(detail.event_type, ContactEventType::ConnectedToAgent);
    assert_eq!(detail.contact_id, "c-1");
    assert_eq!(detail.connected_to_system_timestamp, None);
    assert_eq!(detail.tags.get("Own-Key"), Some("v"));
    let joined: Timestamp = "2026-11-20T10:04:25.125Z".parse().unwrap();
    assert_eq!(detail.agent_info.unwrap().connected_to_agent_timestamp, Some(joined));
}

#[test]
fn an_unknown_event_type_is_kept_and_a_missing_one_is_empty() {
    let event = |detail: &str| {
        let text = format!(
            r#"{{"source":"aws.connect","detail-type":"Amazon Connect Contact Event","detail":{detail}}}"#
        );
        match decode_stream_record(text.as_bytes()).unwrap() {
            StreamRecord::Event(event) => event.detail.event_type,
            other => panic!("{other:?}"),
        }
    };
    let unknown = event(r#"{"eventType":"NEW_THING","contactId":"c"}"#);
    assert_eq!(unknown, ContactEventType::Other("NEW_THING".to_owned()));
    assert_eq!(event(r#"{"contactId":"c"}"#), ContactEventType::Other(String::new()));
}

#[test]
fn traffic_of_others_is_foreign() {
    for prefix in ["agent-event-heartbeat", "eventbridge-schedule-tick"] {
        let bytes = sample("lambda-events", prefix);
        assert_eq!(decode_stream_record(&bytes), Ok(StreamRecord::Foreign), "{prefix}");
    }
}

#[test]
fn what_cannot_be_read_says_why() {
    let good = sample("ctr", "ctr-01");
    let check = |bytes: &[u8], expected: Undecodable| {
        assert_eq!(decode_stream_record(bytes), Err(expected), "{}", String::from_utf8_lossy(bytes));
    };
    check(b"", Undecodable::Empty);
    check(b" \n", Undecodable::Empty);
    check(&[0x1f, 0x8b, 0x08, 0x00, 0xff, 0xfe], Undecodable::Binary);
    check(&[0x00, 0x01, 0x02], Undecodable::Binary);
    check(b"hello", Undecodable::NotAnObject);
    check(b"[1]", Undecodable::NotAnObject);
    check(b"{not json}", Undecodable::NotJson);
    check(b"{}", Undecodable::NeitherKind);
    check(br#"{"ContactId":"c"}"#, Undecodable::NeitherKind);
    check(br#"{"ContactId":"","InitiationMethod":"API"}"#, Undecodable::NoContactId);
    check(&[good.clone(), good.clone()].concat(), Undecodable::NotJson);
    for cut in 1..good.len() - 2 {
        check(&good[..cut], Undecodable::CutOff);
    }
    let mut in_a_character = br#"{"ContactId":"caf"#.to_vec();
    in_a_character.push(0xc3);
    check(&in_a_character, Undecodable::CutOff);
}

#[test]
fn a_wrong_type_is_told_without_its_content() {
    let bytes = br#"{"ContactId":"c","InitiationMethod":"API","DisconnectTimestamp":"+447700900101"}"#;
    let error = decode_stream_record(bytes).unwrap_err();
    assert!(matches!(error, Undecodable::WrongType { kind: "a contact record", .. }), "{error:?}");
    let text = format!("{error} {error:?}");
    assert!(!text.contains("7700"), "{text}");
}

#[test]
fn debug_of_all_samples_holds_no_number() {
    let mut shown = String::new();
    for (_, bytes) in samples("ctr").into_iter().chain(samples("contact-events")) {
        shown += &format!("{:?}", decode_stream_record(&bytes).unwrap());
    }
    let request: StartOutboundRequest =
        serde_json::from_slice(&sample("api", "start-outbound-request")).unwrap();
    shown += &format!("{request:?}");
    assert!(shown.contains("a1b2c3d4"));
    for hidden in ["+4477009", "+442079", "b9343059-8a17", "agent.one"] {
        assert!(!shown.contains(hidden), "{hidden}");
    }
}
