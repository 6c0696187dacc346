//! The instance of Connect, and what of it is used.

use super::caller::Caller;
use super::{Asked, Check};
use crate::Aws;
use crate::connect::Instance;
use crate::fault::fault;
use aws_sdk_connect::Client;
use aws_sdk_connect::types::{
    ContactFlowState, ContactFlowStatus, InstanceStatus, InstanceStorageResourceType, QueueStatus,
};
use serde_json::Value;

const PORT: &str = "Connect";
const INSTANCE: &str = "instance";
const OUTBOUND: &str = "outbound calls";
const FLOW: &str = "call flow";
const FUNCTION: &str = "key-press function";
const QUEUE: &str = "callback queue";
const NUMBER: &str = "caller's number";
const RECORDS: &str = "contact records";

/// Pages of a list that are read.
const PAGES: u32 = 20;

/// All of them, in the order in which they are put right.
pub(super) async fn checks(
    aws: &Aws,
    caller: &Caller,
    instance: &Instance,
    (stream, shipped): (&str, &[&str]),
) -> Vec<Check> {
    let desk = Desk { client: Client::new(&aws.shared), caller, instance };
    let (mut checks, arn) = desk.instance().await;
    checks.extend(desk.flow(shipped).await);
    let (queue, shows_number) = desk.queue().await;
    checks.push(queue);
    checks.push(desk.number(arn, shows_number).await);
    checks.push(desk.records(stream).await);
    checks
}

struct Desk<'a> {
    client: Client,
    caller: &'a Caller,
    instance: &'a Instance,
}

impl Desk<'_> {
    /// What is asked of something that belongs to the instance.
    fn asked(&self, name: &str, action: &'static str, part: &str, missing: &str) -> Asked {
        let resource = self.caller.arn("connect", &format!("instance/{}{part}", self.instance.instance_id));
        Asked::new(name, action, resource, missing)
    }

    async fn instance(&self) -> (Vec<Check>, Option<String>) {
        let answer = self.client.describe_instance().instance_id(&self.instance.instance_id).send().await;
        let found = match answer {
            Ok(answer) => answer.instance,
            Err(error) => {
                let advice = "ROLLCALL_CONNECT_INSTANCE_ID must be the id of an instance in AWS_REGION: see the \
                              end of its ARN in Connect's console.";
                let asked = self.asked(INSTANCE, "connect:DescribeInstance", "", advice);
                return (vec![asked.without_answer(&fault(PORT, &error))], None);
            }
        };
        let Some(found) = found else {
            return (vec![Check::unknown(INSTANCE, "no answer", "Ask again.")], None);
        };
        let status = found.instance_status.as_ref().map_or("no status", InstanceStatus::as_str).to_owned();
        let first = if found.instance_status == Some(InstanceStatus::Active) {
            Check::ok(INSTANCE, status)
        } else {
            let advice = "Wait until it is ACTIVE; Connect's console says why a creation failed.";
            Check::wrong(INSTANCE, status, advice)
        };
        let second = if found.outbound_calls_enabled == Some(true) {
            Check::ok(OUTBOUND, "enabled")
        } else {
            let advice = "Connect's console, the instance, Telephony: allow outbound calls.";
            Check::wrong(OUTBOUND, "not enabled", advice)
        };
        (vec![first, second], found.arn)
    }

    async fn flow(&self, shipped: &[&str]) -> Vec<Check> {
        let request = self.client.describe_contact_flow().instance_id(&self.instance.instance_id);
        let flow = match request.contact_flow_id(&self.instance.flow_id).send().await {
            Ok(answer) => answer.contact_flow,
            Err(error) => {
                let not_published =
                    error.as_service_error().is_some_and(|e| e.is_contact_flow_not_published_exception());
                let advice = "ROLLCALL_CONNECT_FLOW_ID must be the id of the check call's flow, published: deploy \
                              infra/connect.yaml, or publish it in Connect's console.";
                return vec![if not_published {
                    Check::wrong(FLOW, "not published", advice)
                } else {
                    let part = format!("/contact-flow/{}", self.instance.flow_id);
                    let asked = self.asked(FLOW, "connect:DescribeContactFlow", &part, advice);
                    asked.without_answer(&fault(PORT, &error))
                }];
            }
        };
        let Some(flow) = flow else {
            return vec![Check::unknown(FLOW, "no answer", "Ask again.")];
        };
        let state = flow.state().map_or("no state", ContactFlowState::as_str);
        let status = flow.status().map_or("no status", ContactFlowStatus::as_str);
        let found = format!("{state}, {status}");
        if (flow.state(), flow.status())
            != (Some(&ContactFlowState::Active), Some(&ContactFlowStatus::Published))
        {
            let advice = "Connect's console, Flows: publish it and see that it is not archived.";
            return vec![Check::wrong(FLOW, found, advice)];
        }
        let content: Value =
            flow.content().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
        let is = |text: &&str| serde_json::from_str(text).is_ok_and(|shipped| is_made_of(&shipped, &content));
        let same = if shipped.iter().any(is) { "as shipped" } else { "differs from those that are shipped" };
        let mut checks = vec![Check::ok(FLOW, format!("{found}, {same}"))];
        let functions = functions(&content);
        if !functions.is_empty() {
            checks.push(self.functions(&functions).await);
        }
        checks
    }

    /// Whether the functions that the flow names may be called by it.
    async fn functions(&self, named: &[&str]) -> Check {
        let request = self.client.list_lambda_functions().instance_id(&self.instance.instance_id);
        let mut known = Vec::new();
        let mut token = None;
        for _ in 0..PAGES {
            match request.clone().set_next_token(token).send().await {
                Ok(answer) => {
                    known.extend(answer.lambda_functions.unwrap_or_default());
                    token = answer.next_token;
                }
                Err(error) => {
                    let asked = self.asked(
                        FUNCTION,
                        "connect:ListLambdaFunctions",
                        "",
                        "Correct the instance first.",
                    );
                    return asked.without_answer(&fault(PORT, &error));
                }
            }
            if token.is_none() {
                break;
            }
        }
        if named.iter().all(|arn| known.iter().any(|one| one == arn)) {
            Check::ok(FUNCTION, "associated with the instance")
        } else {
            let advice = "No key press would be noted at once: deploy infra/connect.yaml again, or add the function in \
                          Connect's console, Flows, AWS Lambda.";
            Check::wrong(FUNCTION, "not associated with the instance", advice)
        }
    }

    /// Also whether callbacks show a number of the queue's own.
    async fn queue(&self) -> (Check, bool) {
        let request = self.client.describe_queue().instance_id(&self.instance.instance_id);
        let queue = match request.queue_id(&self.instance.queue_id).send().await {
            Ok(answer) => answer.queue.unwrap_or_else(|| aws_sdk_connect::types::Queue::builder().build()),
            Err(error) => {
                let advice = "ROLLCALL_CONNECT_QUEUE_ID must be the id of the agents' queue; with a wrong one nobody \
                              would seem to be at the desk, and nobody would be called.";
                let part = format!("/queue/{}", self.instance.queue_id);
                let asked = self.asked(QUEUE, "connect:DescribeQueue", &part, advice);
                return (asked.without_answer(&fault(PORT, &error)), false);
            }
        };
        let number = queue.outbound_caller_config().and_then(|config| config.outbound_caller_id_number_id());
        let status = queue.status().map_or("no status", QueueStatus::as_str).to_owned();
        let check = if queue.status() == Some(&QueueStatus::Enabled) {
            Check::ok(QUEUE, status)
        } else {
            Check::wrong(QUEUE, status, "Connect's console, Queues: enable it.")
        };
        (check, number.is_some())
    }

    async fn number(&self, arn: Option<String>, shows_number: bool) -> Check {
        let Some(wanted) = &self.instance.source_number else {
            return if shows_number {
                Check::ok(NUMBER, "that of the queue")
            } else {
                let advice = "Calls would be rejected: set ROLLCALL_CONNECT_SOURCE_NUMBER, or give the queue an \
                              outbound caller id number.";
                Check::wrong(NUMBER, "neither a setting nor one of the queue", advice)
            };
        };
        let Some(arn) = arn else {
            return Check::unknown(NUMBER, "the instance is not known", "Correct the instance first.");
        };
        let request = self.client.list_phone_numbers_v2().target_arn(arn);
        let mut token = None;
        for _ in 0..PAGES {
            let answer = match request.clone().set_next_token(token).send().await {
                Ok(answer) => answer,
                Err(error) => {
                    let resource = self.caller.arn("connect", "phone-number/*");
                    let asked = Asked::new(
                        NUMBER,
                        "connect:ListPhoneNumbersV2",
                        resource,
                        "Correct the instance first.",
                    );
                    return asked.without_answer(&fault(PORT, &error));
                }
            };
            let numbers = answer.list_phone_numbers_summary_list.unwrap_or_default();
            if numbers.iter().any(|one| one.phone_number() == Some(wanted)) {
                return Check::ok(NUMBER, "claimed by the instance");
            }
            token = answer.next_token;
            if token.is_none() {
                break;
            }
        }
        let advice = "Claim the number for this instance (Connect's console, Phone numbers), or set \
                      ROLLCALL_CONNECT_SOURCE_NUMBER to one that is, as +44…";
        Check::wrong(NUMBER, "not claimed by the instance", advice)
    }

    async fn records(&self, stream: &str) -> Check {
        let request = self.client.list_instance_storage_configs().instance_id(&self.instance.instance_id);
        let request = request.resource_type(InstanceStorageResourceType::ContactTraceRecords);
        let configs = match request.send().await {
            Ok(answer) => answer.storage_configs.unwrap_or_default(),
            Err(error) => {
                let asked = self.asked(
                    RECORDS,
                    "connect:ListInstanceStorageConfigs",
                    "",
                    "Correct the instance first.",
                );
                return asked.without_answer(&fault(PORT, &error));
            }
        };
        let streams =
            configs.iter().filter_map(|one| one.kinesis_stream_config()).map(|one| one.stream_arn());
        if streams.clone().any(|arn| arn.rsplit_once(":stream/").is_some_and(|(_, name)| name == stream)) {
            return Check::ok(RECORDS, "go to the stream");
        }
        let found = if streams.count() == 0 { "go nowhere" } else { "go to another stream" };
        let advice = "No outcome would arrive: Connect's console, Data streaming: contact records to the stream that \
                      ROLLCALL_STREAM_OUTCOMES names.";
        Check::wrong(RECORDS, found.to_owned(), advice)
    }
}

/// Whether `found` is the shipped flow with anything in the places of its
/// `${…}`; how it is drawn does not matter.
fn is_made_of(shipped: &Value, found: &Value) -> bool {
    match (shipped, found) {
        (Value::String(text), Value::String(other)) => {
            let mut pieces = text.split("${").enumerate();
            let mut rest = other.as_str();
            pieces.all(|(number, piece)| {
                let fixed =
                    if number == 0 { piece } else { piece.split_once('}').map_or("", |(_, fixed)| fixed) };
                let place = if number == 0 { rest.starts_with(fixed).then_some(0) } else { rest.find(fixed) };
                place.and_then(|place| rest.get(place + fixed.len()..)).map(|after| rest = after).is_some()
            })
        }
        (Value::Array(all), Value::Array(others)) => {
            all.len() == others.len() && all.iter().zip(others).all(|(one, other)| is_made_of(one, other))
        }
        (Value::Object(all), Value::Object(others)) => all.iter().all(|(key, one)| {
            key == "Metadata" || others.get(key).is_some_and(|other| is_made_of(one, other))
        }),
        (one, other) => one == other,
    }
}

fn functions(content: &Value) -> Vec<&str> {
    let actions = content.get("Actions").and_then(Value::as_array).into_iter().flatten();
    actions.filter_map(|action| action.pointer("/Parameters/LambdaFunctionARN")?.as_str()).collect()
}
