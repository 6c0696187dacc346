//! Writing, alone and in transactions.

use super::consumed::Operation;
use super::item::{Item, number};
use super::schema::Table;
use super::{Dynamo, TRIES, back_off};
use crate::fault::{CONDITION, CONFLICT, cancelled, fault};
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{
    AttributeValue, CancellationReason, Delete, Put, ReturnConsumedCapacity,
    ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update,
};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use rollcall_ports::Fault;

const SHOW_OLD: ReturnValuesOnConditionCheckFailure = ReturnValuesOnConditionCheckFailure::AllOld;

/// One write. In its expressions `#name` stands for the attribute `name`
/// (several of ours are reserved words) and `:name` for a value that was given
/// by [`Write::with`].
#[derive(Clone, Debug)]
pub(super) struct Write {
    table: Table,
    what: What,
    condition: Option<&'static str>,
    values: Item,
}

#[derive(Clone, Debug)]
enum What {
    /// The item takes the place of whatever was there.
    Put(Item),
    /// The expression is carried out on the item under the key.
    Update(Item, &'static str),
    /// Nothing is under the key afterwards. Only in transactions: nobody is
    /// deleted without being taken out of what counts them.
    Delete(Item),
}

/// What became of a conditional write.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Written {
    /// It was done.
    Done,
    /// The condition did not hold, and nothing was changed; the item as it is,
    /// if there is one.
    Refused(Option<Item>),
}

/// What became of a transaction.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Transacted {
    /// All writes were done.
    Done,
    /// None was. For each write, in order, whether its condition did not hold.
    Refused(Vec<Written>),
}

impl Write {
    /// Puts an item.
    pub(super) fn put(table: Table, item: Item) -> Self {
        Self { table, what: What::Put(item), condition: None, values: Item::default() }
    }

    /// Changes attributes of an item, which is created if there is none.
    pub(super) fn update(table: Table, key: Item, expression: &'static str) -> Self {
        Self { table, what: What::Update(key, expression), condition: None, values: Item::default() }
    }

    /// Deletes an item, in a transaction.
    pub(super) fn delete(table: Table, key: Item) -> Self {
        Self { table, what: What::Delete(key), condition: None, values: Item::default() }
    }

    /// Only under this condition.
    pub(super) fn only_if(mut self, condition: &'static str) -> Self {
        self.condition = Some(condition);
        self
    }

    /// Only if nothing is stored under the key yet, or that version is.
    pub(super) fn only_if_version(self, version: u64) -> Self {
        if version == 0 {
            return self.only_if("attribute_not_exists(#version)");
        }
        self.only_if("#version = :version").with(":version", number(version))
    }

    /// Gives a value that an expression names.
    pub(super) fn with(mut self, name: &'static str, value: AttributeValue) -> Self {
        self.values.insert(name.to_owned(), value);
        self
    }
}

impl Dynamo {
    /// Makes one write.
    pub(super) async fn write(&self, operation: Operation, write: Write) -> Result<Written, Fault> {
        let (table, names) = (self.tables.name(&write.table), write.names());
        let condition = write.condition.map(str::to_owned);
        let values = (!write.values.is_empty()).then_some(write.values);
        match write.what {
            What::Put(item) => {
                let request = self.client.put_item().table_name(table).set_item(Some(item));
                let answer = request
                    .set_condition_expression(condition)
                    .set_expression_attribute_names(names)
                    .set_expression_attribute_values(values)
                    .return_values_on_condition_check_failure(SHOW_OLD)
                    .return_consumed_capacity(ReturnConsumedCapacity::Total)
                    .send()
                    .await;
                self.note(operation, &answer);
                written(operation, answer.map(drop), |error| match error {
                    PutItemError::ConditionalCheckFailedException(refused) => Some(refused.item.clone()),
                    _ => None,
                })
            }
            What::Update(key, expression) => {
                let request = self.client.update_item().table_name(table).set_key(Some(key));
                let answer = request
                    .update_expression(expression)
                    .set_condition_expression(condition)
                    .set_expression_attribute_names(names)
                    .set_expression_attribute_values(values)
                    .return_values_on_condition_check_failure(SHOW_OLD)
                    .return_consumed_capacity(ReturnConsumedCapacity::Total)
                    .send()
                    .await;
                self.note(operation, &answer);
                written(operation, answer.map(drop), |error| match error {
                    UpdateItemError::ConditionalCheckFailedException(refused) => Some(refused.item.clone()),
                    _ => None,
                })
            }
            What::Delete(_) => {
                let reason = "a deletion outside of a transaction".to_owned();
                Err(Fault::Refused { port: operation.port, reason })
            }
        }
    }

    /// Makes all writes or none, again for a while if others are writing the
    /// same items at that moment.
    ///
    /// The token by which DynamoDB knows a repeated transaction is left to the
    /// SDK, which draws a new one for each request here and keeps it while it
    /// repeats that request itself: a transaction whose answer was lost is then
    /// answered as done, and not refused by its own effect. It MUST NOT be
    /// derived from what is written. Two callers with the same versions would
    /// send the same token, DynamoDB would tell both that it is done, and a
    /// person would be rung twice.
    pub(super) async fn transact(&self, operation: Operation, writes: &[Write]) -> Result<Transacted, Fault> {
        let mut tries = 0;
        loop {
            let actions: Result<Vec<_>, _> =
                writes.iter().map(|write| write.action(&self.tables.name(&write.table))).collect();
            let unbuilt = |_| Fault::Refused { port: operation.port, reason: "an empty write".to_owned() };
            let answer = self
                .client
                .transact_write_items()
                .set_transact_items(Some(actions.map_err(unbuilt)?))
                .return_consumed_capacity(ReturnConsumedCapacity::Total)
                .send()
                .await;
            self.note(operation, &answer);
            let Err(error) = answer else { return Ok(Transacted::Done) };
            let Some(TransactWriteItemsError::TransactionCanceledException(refused)) =
                error.as_service_error()
            else {
                return Err(fault(operation.port, &error));
            };
            let reasons = refused.cancellation_reasons();
            if reasons.iter().any(|reason| reason.code() == Some(CONDITION)) {
                return Ok(Transacted::Refused(reasons.iter().map(refusal).collect()));
            }
            tries += 1;
            let conflict = reasons.iter().any(|reason| reason.code() == Some(CONFLICT));
            if !conflict || tries >= TRIES {
                return Err(cancelled(operation.port, reasons.iter().filter_map(CancellationReason::code)));
            }
            back_off(tries).await;
        }
    }
}

impl Write {
    /// Every `#name` of the expressions.
    #[expect(clippy::disallowed_types, reason = "the SDK's own type")]
    fn names(&self) -> Option<std::collections::HashMap<String, String>> {
        let update = if let What::Update(_, expression) = self.what { expression } else { "" };
        let names: std::collections::HashMap<String, String> = [update, self.condition.unwrap_or("")]
            .into_iter()
            .flat_map(|text| text.split('#').skip(1))
            .map(|rest| rest.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next().unwrap_or(rest))
            .map(|name| (format!("#{name}"), name.to_owned()))
            .collect();
        (!names.is_empty()).then_some(names)
    }

    fn action(&self, table: &str) -> Result<TransactWriteItem, aws_sdk_dynamodb::error::BuildError> {
        let values = (!self.values.is_empty()).then(|| self.values.clone());
        let action = TransactWriteItem::builder();
        Ok(match &self.what {
            What::Put(item) => action.put(
                Put::builder()
                    .table_name(table)
                    .set_item(Some(item.clone()))
                    .set_condition_expression(self.condition.map(str::to_owned))
                    .set_expression_attribute_names(self.names())
                    .set_expression_attribute_values(values)
                    .return_values_on_condition_check_failure(SHOW_OLD)
                    .build()?,
            ),
            What::Update(key, expression) => action.update(
                Update::builder()
                    .table_name(table)
                    .set_key(Some(key.clone()))
                    .update_expression(*expression)
                    .set_condition_expression(self.condition.map(str::to_owned))
                    .set_expression_attribute_names(self.names())
                    .set_expression_attribute_values(values)
                    .return_values_on_condition_check_failure(SHOW_OLD)
                    .build()?,
            ),
            What::Delete(key) => action.delete(
                Delete::builder()
                    .table_name(table)
                    .set_key(Some(key.clone()))
                    .set_condition_expression(self.condition.map(str::to_owned))
                    .set_expression_attribute_names(self.names())
                    .set_expression_attribute_values(values)
                    .return_values_on_condition_check_failure(SHOW_OLD)
                    .build()?,
            ),
        }
        .build())
    }
}

fn refusal(reason: &CancellationReason) -> Written {
    if reason.code() == Some(CONDITION) { Written::Refused(reason.item.clone()) } else { Written::Done }
}

fn written<E: aws_smithy_types::error::metadata::ProvideErrorMetadata>(
    operation: Operation,
    answer: Result<(), SdkError<E, HttpResponse>>,
    refused: impl Fn(&E) -> Option<Option<Item>>,
) -> Result<Written, Fault> {
    let Err(error) = answer else { return Ok(Written::Done) };
    match error.as_service_error().and_then(refused) {
        Some(old) => Ok(Written::Refused(old)),
        None => Err(fault(operation.port, &error)),
    }
}
