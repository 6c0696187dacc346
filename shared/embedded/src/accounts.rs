use crate::db::{Db, DbError, Durability};
use crate::values::{count, int, nanos, time_at};
use async_trait::async_trait;
use rollcall_domain::group::Group;
use rollcall_ports::{Account, Accounts, Fault, Saved, Versioned};
use rusqlite::{Row, params};
use std::sync::Arc;

const PORT: &str = "accounts";
const COLUMNS: &str = "SELECT name, version, groups, password_hash, since FROM accounts";

/// Who may sign in.
pub(crate) struct People(pub(crate) Arc<Db>);

#[async_trait]
impl Accounts for People {
    async fn get(&self, name: &str) -> Result<Option<Versioned<Account>>, Fault> {
        self.0.read(PORT, |connection| {
            let mut statement = connection.prepare_cached(&format!("{COLUMNS} WHERE name = ?1"))?;
            let mut rows = statement.query([name])?;
            rows.next()?.map(account).transpose()
        })
    }

    async fn save(&self, account: &Versioned<Account>) -> Result<Saved, Fault> {
        let Versioned { value, version } = account;
        let groups: Vec<_> = value.groups.iter().map(|group| group.name()).collect();
        let query = if *version == 0 {
            "INSERT INTO accounts (name, version, groups, password_hash, since)
             VALUES (?1, ?2 + 1, ?3, ?4, ?5) ON CONFLICT DO NOTHING"
        } else {
            "UPDATE accounts SET version = version + 1, groups = ?3, password_hash = ?4, since = ?5
             WHERE name = ?1 AND version = ?2"
        };
        let values =
            params![value.name, int(*version), groups.join(","), value.password_hash, nanos(value.since)];
        let changed = self.0.write(PORT, Durability::Power, |session| {
            Ok(session.connection.prepare_cached(query)?.execute(values)?)
        })?;
        Ok(if changed > 0 { Saved::Done(version.saturating_add(1)) } else { Saved::Changed })
    }

    async fn remove(&self, name: &str) -> Result<bool, Fault> {
        let removed = self.0.write(PORT, Durability::Power, |session| {
            Ok(session.connection.prepare_cached("DELETE FROM accounts WHERE name = ?1")?.execute([name])?)
        })?;
        Ok(removed > 0)
    }

    async fn list(&self, after: Option<&str>, most: u32) -> Result<Vec<Versioned<Account>>, Fault> {
        self.0.read(PORT, |connection| {
            let query = format!("{COLUMNS} WHERE name > ?1 ORDER BY name LIMIT ?2");
            let mut statement = connection.prepare_cached(&query)?;
            let mut rows = statement.query(params![after.unwrap_or_default(), most])?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                found.push(account(row)?);
            }
            Ok(found)
        })
    }
}

fn account(row: &Row<'_>) -> Result<Versioned<Account>, DbError> {
    let groups: String = row.get(2)?;
    let groups = groups.split(',').filter(|name| !name.is_empty()).map(str::parse::<Group>);
    let value = Account {
        name: row.get(0)?,
        groups: groups.collect::<Result<_, _>>().map_err(|_| DbError::Unreadable("account"))?,
        password_hash: row.get(3)?,
        since: time_at(row, 4)?,
    };
    Ok(Versioned { value, version: count(row, 1)? })
}
