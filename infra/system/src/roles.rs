//! What the deployed roles allow, as CloudFormation made them from the
//! template.

use crate::deployment::endpoint;
use crate::http::{Protocol, ask, decoded, encoded, tagged};
use crate::requests::Permission;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::io::Error;

/// What one role allows: each action with each resource of its statement.
#[derive(Clone, Debug, Default)]
pub struct Role {
    /// The permissions, resources as patterns.
    pub grants: BTreeSet<Permission>,
}

impl Role {
    /// Reads the policies of the role `arn`, its own and the attached.
    ///
    /// # Errors
    /// When a policy cannot be read, or says anything but that it allows named
    /// actions on resources.
    pub(crate) async fn read(arn: &str) -> Result<Self, Error> {
        let name = arn.rsplit('/').next().unwrap_or_default();
        let of_role = format!("RoleName={}", encoded(name));
        let mut documents = Vec::new();
        let own = tagged(&iam("ListRolePolicies", &of_role).await?, "member");
        for policy in own.into_iter().filter(|policy| policy != OURS) {
            let asked = format!("{of_role}&PolicyName={}", encoded(&policy));
            documents.extend(document(&iam("GetRolePolicy", &asked).await?, "PolicyDocument"));
        }
        for policy in tagged(&iam("ListAttachedRolePolicies", &of_role).await?, "PolicyArn") {
            let asked = format!("PolicyArn={}", encoded(&policy));
            let version = tagged(&iam("GetPolicy", &asked).await?, "DefaultVersionId").concat();
            let asked = format!("{asked}&VersionId={version}");
            documents.extend(document(&iam("GetPolicyVersion", &asked).await?, "Document"));
        }
        let mut role = Self::default();
        for document in documents {
            role.grants.extend(grants(&document).ok_or_else(|| Error::other(format!("{name}: {document}")))?);
        }
        Ok(role)
    }

    /// Makes good, in the role `arn`, for what the emulator (MiniStack 1.5.33)
    /// asks and AWS does not: it knows actions for batches, which AWS grants
    /// with the action of one, and reading by an iterator is reading any
    /// stream. Nothing else is added, and [`Role::read`] does not see it.
    pub(crate) async fn suit_emulator(&self, arn: &str) -> Result<(), Error> {
        let more = self.grants.iter().filter_map(|grant| match grant.action.as_str() {
            "sqs:SendMessage" | "sqs:ChangeMessageVisibility" => {
                Some(Permission::new(&format!("{}Batch", grant.action), &grant.resource))
            }
            "kinesis:GetRecords" => Some(Permission::new(&grant.action, "*")),
            _ => None,
        });
        let statement =
            |one: Permission| json!({ "Effect": "Allow", "Action": one.action, "Resource": one.resource });
        let statements: Vec<Value> = more.map(statement).collect();
        if statements.is_empty() {
            return Ok(());
        }
        let policy = json!({ "Version": "2012-10-17", "Statement": statements }).to_string();
        let name = arn.rsplit('/').next().unwrap_or_default();
        let fields =
            format!("RoleName={}&PolicyName={OURS}&PolicyDocument={}", encoded(name), encoded(&policy));
        iam("PutRolePolicy", &fields).await?;
        Ok(())
    }

    /// The grant by which something is allowed.
    #[must_use]
    pub fn grants(&self, asked: &Permission) -> Vec<&Permission> {
        let fits =
            |grant: &&Permission| grant.action == asked.action && matches(&grant.resource, &asked.resource);
        self.grants.iter().filter(fits).collect()
    }
}

/// The policy of [`Role::suit_emulator`].
const OURS: &str = "emulator";

async fn iam(action: &str, fields: &str) -> Result<String, Error> {
    let body = format!("Action={action}&Version=2010-05-08&{fields}");
    Ok(ask(&endpoint(), "iam", ("POST", "/"), Protocol::Query, body.as_bytes()).await?.fine()?.text())
}

fn document(answer: &str, tag: &str) -> Vec<Value> {
    let texts = tagged(answer, tag).into_iter().filter(|text| !text.trim_start().starts_with('<'));
    let plain = |text: String| if text.starts_with('%') { decoded(&text) } else { text };
    texts.map(|text| serde_json::from_str(&plain(text)).unwrap_or(Value::Null)).collect()
}

fn grants(document: &Value) -> Option<Vec<Permission>> {
    let many = |value: &Value| match value {
        Value::String(one) => Some(vec![one.clone()]),
        Value::Array(all) => all.iter().map(|one| one.as_str().map(str::to_owned)).collect(),
        _ => None,
    };
    let mut grants = Vec::new();
    for statement in document["Statement"].as_array()? {
        let known = ["Effect", "Action", "Resource", "Sid"];
        if statement["Effect"] != "Allow" || !statement.as_object()?.keys().all(|key| known.contains(&&**key))
        {
            return None;
        }
        for action in many(&statement["Action"])? {
            grants.extend(many(&statement["Resource"])?.iter().map(|one| Permission::new(&action, one)));
        }
    }
    Some(grants)
}

/// Whether a resource fits a pattern; a star stands for anything, also one in
/// the resource, which is of any name.
fn matches(pattern: &str, resource: &str) -> bool {
    match pattern.split_once('*') {
        None => {
            pattern == resource || resource.strip_suffix('*').is_some_and(|start| pattern.starts_with(start))
        }
        Some((start, rest)) => {
            let Some(tail) = resource.strip_prefix(start) else { return false };
            rest.is_empty() || tail.char_indices().any(|(at, _)| matches(rest, &tail[at..]))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{grants, matches};
    use serde_json::json;

    #[test]
    fn patterns() {
        assert!(matches("a:b", "a:b") && !matches("a:b", "a:bc") && !matches("a:bc", "a:b"));
        assert!(matches("a/*", "a/b/c") && !matches("a/*", "b/a/c") && matches("*", "a"));
        assert!(matches("a/*/c", "a/b/c") && !matches("a/*/c", "a/b/d"));
        assert!(matches("stream/outcomes", "stream/*") && !matches("stream/outcomes", "table/*"));
    }

    #[test]
    fn a_policy_with_more_than_grants_is_not_read() {
        let one = json!({ "Effect": "Allow", "Action": ["a:B", "a:C"], "Resource": "r" });
        assert_eq!(grants(&json!({ "Statement": [one] })).unwrap().len(), 2);
        let deny = json!({ "Effect": "Deny", "Action": "a:B", "Resource": "r" });
        assert_eq!(grants(&json!({ "Statement": [one, deny] })), None);
        let when = json!({ "Effect": "Allow", "Action": "a:B", "Resource": "r", "Condition": {} });
        assert_eq!(grants(&json!({ "Statement": [when] })), None);
    }
}
