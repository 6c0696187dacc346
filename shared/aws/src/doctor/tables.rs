//! The tables: there as `dynamodb/schema.rs` wants them, and safe from loss.

use super::caller::Caller;
use super::{Asked, Check};
use crate::Aws;
use crate::dynamodb::schema::{Key, TABLES, Table};
use crate::fault::fault;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{
    KeySchemaElement, KeyType, PointInTimeRecoveryStatus, ScalarAttributeType, TableDescription, TableStatus,
    TimeToLiveStatus,
};
use std::collections::BTreeMap;

const PORT: &str = "tables";

/// Of each table what is lost if it is not so.
pub(super) async fn checks(aws: &Aws, caller: &Caller, prefix: &str) -> Vec<Check> {
    let client = Client::new(&aws.shared);
    let mut checks = Vec::new();
    for table in TABLES {
        let name = format!("{prefix}-{}", table.name);
        let place =
            Place { client: &client, arn: caller.arn("dynamodb", &format!("table/{name}")), name, table };
        let (of_table, there) = place.description().await;
        checks.extend(of_table);
        if there {
            checks.push(place.recovery().await);
            if let Some(attribute) = table.expires {
                checks.push(place.expiry(attribute).await);
            }
        }
    }
    checks
}

struct Place<'a> {
    client: &'a Client,
    table: &'a Table,
    name: String,
    arn: String,
}

impl Place<'_> {
    fn asked(&self, what: &str, action: &'static str) -> Asked {
        let missing = format!(
            "Every handler that needs it fails: make deploy. If it was deleted, restore {} from its point-in-time \
             recovery first.",
            self.name
        );
        Asked::new(format!("{what} {}", self.table.name), action, &self.arn, missing)
    }

    /// Also whether there is one.
    async fn description(&self) -> (Vec<Check>, bool) {
        let asked = self.asked("table", "dynamodb:DescribeTable");
        let answer = self.client.describe_table().table_name(&self.name).send().await;
        let found = match answer {
            Ok(answer) => answer.table.unwrap_or_else(|| TableDescription::builder().build()),
            Err(error) => {
                let check = asked.without_answer(&fault(PORT, &error));
                let there = check.found != super::NONE;
                return (vec![check], there);
            }
        };
        let status = found.table_status().map_or("no status", TableStatus::as_str).to_owned();
        let usable = matches!(found.table_status(), Some(TableStatus::Active | TableStatus::Updating));
        let mut checks = vec![if usable {
            let advice = "Programs and template are of different versions: check out one commit and make deploy. \
                          Never delete the table for it.";
            Check::of_problems(asked.name, status, &differences(self.table, &found), advice)
        } else {
            let advice =
                "Wait while it is CREATING; in any other state, see the table in DynamoDB's console.";
            Check::wrong(asked.name, status, advice)
        }];
        let name = format!("protection of {}", self.table.name);
        checks.push(if found.deletion_protection_enabled() == Some(true) {
            Check::ok(name, "cannot be deleted")
        } else {
            let advice = format!(
                "One wrong command deletes it: aws dynamodb update-table --table-name {} --deletion-protection-enabled",
                self.name
            );
            Check::wrong(name, "can be deleted", advice)
        });
        (checks, true)
    }

    async fn recovery(&self) -> Check {
        let asked = self.asked("recovery of", "dynamodb:DescribeContinuousBackups");
        let answer = self.client.describe_continuous_backups().table_name(&self.name).send().await;
        let found = match answer {
            Ok(answer) => answer.continuous_backups_description,
            Err(error) => return asked.without_answer(&fault(PORT, &error)),
        };
        let recovery = found.as_ref().and_then(|found| found.point_in_time_recovery_description());
        if recovery.and_then(|it| it.point_in_time_recovery_status())
            == Some(&PointInTimeRecoveryStatus::Enabled)
        {
            return Check::ok(asked.name, "to any second");
        }
        let advice = format!(
            "What is overwritten by mistake is lost: aws dynamodb update-continuous-backups --table-name {} \
             --point-in-time-recovery-specification PointInTimeRecoveryEnabled=true",
            self.name
        );
        Check::wrong(asked.name, "none", advice)
    }

    async fn expiry(&self, attribute: &str) -> Check {
        let asked = self.asked("expiry of", "dynamodb:DescribeTimeToLive");
        let answer = self.client.describe_time_to_live().table_name(&self.name).send().await;
        let found = match answer {
            Ok(answer) => answer.time_to_live_description,
            Err(error) => return asked.without_answer(&fault(PORT, &error)),
        };
        let status = found.as_ref().and_then(|found| found.time_to_live_status());
        let by = found.as_ref().and_then(|found| found.attribute_name());
        if matches!(status, Some(TimeToLiveStatus::Enabled | TimeToLiveStatus::Enabling))
            && by == Some(attribute)
        {
            return Check::ok(asked.name, format!("by {attribute}"));
        }
        let advice = format!(
            "Old items are kept for ever: aws dynamodb update-time-to-live --table-name {} \
             --time-to-live-specification Enabled=true,AttributeName={attribute}",
            self.name
        );
        Check::wrong(asked.name, format!("not by {attribute}"), advice)
    }
}

/// What of keys and indexes is not as it must be.
fn differences(wanted: &Table, found: &TableDescription) -> Vec<String> {
    let types: BTreeMap<&str, bool> = found
        .attribute_definitions()
        .iter()
        .map(|one| (one.attribute_name(), one.attribute_type() == &ScalarAttributeType::N))
        .collect();
    let mut problems = Vec::new();
    if !is_schema(found.key_schema(), &types, wanted.partition, wanted.sort) {
        problems.push("its key is another".to_owned());
    }
    for index in wanted.indexes {
        let its = found.global_secondary_indexes().iter().find(|one| one.index_name() == Some(index.name));
        match its {
            None => problems.push(format!("it has no index {}", index.name)),
            Some(its) if !is_schema(its.key_schema(), &types, index.partition, index.sort) => {
                problems.push(format!("the key of its index {} is another", index.name));
            }
            Some(_) => {}
        }
    }
    problems
}

fn is_schema(
    found: &[KeySchemaElement],
    types: &BTreeMap<&str, bool>,
    partition: Key,
    sort: Option<Key>,
) -> bool {
    let is = |kind: &KeyType, wanted: Option<Key>| {
        let its = found.iter().find(|one| one.key_type() == kind).map(KeySchemaElement::attribute_name);
        its == wanted.map(|key| key.name)
            && wanted.is_none_or(|key| types.get(key.name).is_some_and(|number| *number == key.number))
    };
    is(&KeyType::Hash, Some(partition)) && is(&KeyType::Range, sort)
}
