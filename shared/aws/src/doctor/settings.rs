//! What a deployed function was told, for whoever works where it does.

use super::by_hand::{Desk, Question};
use super::caller;
use crate::Aws;
use rollcall_ports::Clock;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The variables of a function, by their names (Lambda API reference,
/// GetFunctionConfiguration). Needs `lambda:GetFunctionConfiguration`.
///
/// # Errors
/// Why they cannot be had, in one line.
pub async fn settings_of(
    aws: &Aws,
    clock: &Arc<dyn Clock>,
    function: &str,
) -> Result<BTreeMap<String, String>, String> {
    let (caller, _clock) = caller::caller(aws, clock).await?;
    let region = caller.region.clone();
    let question = Question::Get(format!("/2015-03-31/functions/{function}/configuration"));
    let said = Desk::new(aws, caller).ask("lambda", question).await.map_err(|fault| {
        format!(
            "the settings of the function {function} in {region} cannot be read (lambda:GetFunctionConfiguration): \
             {fault}"
        )
    })?;
    let named = said.pointer("/Environment/Variables").and_then(Value::as_object);
    let named = named.ok_or_else(|| format!("the function {function} in {region} has no settings"))?;
    let text = |(name, value): (&String, &Value)| Some((name.clone(), value.as_str()?.to_owned()));
    Ok(named.iter().filter_map(text).collect())
}
