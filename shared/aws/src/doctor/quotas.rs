//! What AWS grants: quotas, as far as Service Quotas knows them, and the
//! destinations that may be called, which no service tells.

use super::by_hand::{Desk, Question};
use super::{Asked, Check, Pace, State};
use crate::connect::Instance;
use serde_json::{Value, json};

/// Starts of calls a second, of account and Region (Administrator Guide,
/// service quotas).
const STARTS: &str = "L-4E9BCC96";
/// By its name in the same guide, since its code is in none.
const AT_ONCE: &str = "concurrent active calls per instance";
/// Pages of the list that are read.
const PAGES: u32 = 20;

/// Whether what we ask for is granted.
pub(super) async fn checks(desk: &Desk, instance: Option<&Instance>, pace: Pace) -> Vec<Check> {
    let starts =
        Wanted { name: "quota of starts", setting: "StartsPerSecond", wanted: pace.starts_per_second };
    let at_once = Wanted { name: "quota of calls at once", setting: "ConcurrentCalls", wanted: pace.at_once };
    let mut checks = match all(desk).await {
        Ok(quotas) => {
            let id = instance.map_or("", |instance| instance.instance_id.as_str());
            vec![
                starts.check(value(&quotas, id, |quota| text(quota, "QuotaCode") == STARTS)),
                at_once.check(value(&quotas, id, |quota| text(quota, "QuotaName").to_lowercase() == AT_ONCE)),
            ]
        }
        Err(check) => vec![*check],
    };
    checks.push(Check {
        name: "destinations".to_owned(),
        state: State::ByHand,
        found: "no service tells which countries and prefixes may be called".to_owned(),
        advice: "Calls to UK mobiles (+447) and to most countries need a grant (infra/DEPLOY.md, step 4); without it \
                 they are refused with DestinationNotAllowedException. Look at the answer to your request in \
                 Support's console, and call one number of each kind."
            .to_owned(),
    });
    checks
}

struct Wanted {
    name: &'static str,
    setting: &'static str,
    wanted: u32,
}

impl Wanted {
    fn check(&self, granted: Option<f64>) -> Check {
        let Self { name, setting, wanted } = self;
        match granted {
            None => Check {
                name: (*name).to_owned(),
                state: State::ByHand,
                // It lists what was applied; what never was raised may be missing (API reference, ListServiceQuotas).
                found: format!("Service Quotas does not list it; the setting is {wanted}"),
                advice: format!(
                    "Look in Service Quotas, Amazon Connect, at the instance, that it is no less than {setting}."
                ),
            },
            Some(granted) if granted < f64::from(*wanted) => {
                let advice = format!(
                    "AWS refuses what is above: request {wanted} in Service Quotas, Amazon Connect, or set \
                     {setting}={granted} and make deploy."
                );
                Check::wrong(*name, format!("{granted} granted, the setting is {wanted}"), advice)
            }
            Some(granted) => Check::ok(*name, format!("{granted} granted, the setting is {wanted}")),
        }
    }
}

/// Of the instance itself if there is such a quota, otherwise of the account.
fn value(quotas: &[Value], instance: &str, is: impl Fn(&Value) -> bool) -> Option<f64> {
    let context =
        |quota: &Value| quota.pointer("/QuotaContext/ContextId").and_then(Value::as_str).map(str::to_owned);
    let such: Vec<&Value> = quotas.iter().filter(|quota| is(quota)).collect();
    let own = such.iter().find(|quota| {
        !instance.is_empty() && context(quota).is_some_and(|id| id.rsplit('/').next() == Some(instance))
    });
    let general = such.iter().find(|quota| context(quota).is_none_or(|id| id == "*"));
    own.or(general).and_then(|quota| quota.get("Value")?.as_f64())
}

fn text<'q>(quota: &'q Value, member: &str) -> &'q str {
    quota.get(member).and_then(Value::as_str).unwrap_or_default()
}

async fn all(desk: &Desk) -> Result<Vec<Value>, Box<Check>> {
    let asked =
        Asked::new("quotas", "servicequotas:ListServiceQuotas", "*", "Service Quotas knows no Connect here.");
    let (mut quotas, mut token) = (Vec::new(), Value::Null);
    for _ in 0..PAGES {
        let mut input = json!({ "ServiceCode": "connect", "QuotaAppliedAtLevel": "ALL" });
        if let (Some(input), Value::String(_)) = (input.as_object_mut(), &token) {
            input.insert("NextToken".to_owned(), token);
        }
        let question = Question::Call("ServiceQuotasV20190624.ListServiceQuotas", input);
        let answer = desk.ask("servicequotas", question).await;
        let mut answer = answer.map_err(|fault| Box::new(asked.without_answer(&fault)))?;
        if let Some(Value::Array(page)) = answer.get_mut("Quotas").map(Value::take) {
            quotas.extend(page);
        }
        token = answer.get_mut("NextToken").map(Value::take).unwrap_or_default();
        if token.is_null() {
            break;
        }
    }
    Ok(quotas)
}
