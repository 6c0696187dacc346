//! What would be deleted of somebody, for an export.

use super::known;
use crate::db::DbError;
use crate::residents::digits;
use crate::values::time_at;
use rollcall_domain::day::DayPart;
use rollcall_domain::erasure::Class;
use rollcall_domain::ids::ResidentId;
use rollcall_ports::{Known, Whose};
use rusqlite::{Connection, ToSql};
use serde_json::json;

/// Each thing of a class, as text.
pub(super) fn of(connection: &Connection, class: Class, whose: &Whose<'_>) -> Result<Vec<String>, DbError> {
    let (bytes, text) = (whose.resident.as_uuid().as_bytes(), whose.resident.to_string());
    let known = || known(connection, whose.resident, Some(whose.erasure));
    match class {
        Class::Callbacks => {
            texts(connection, "SELECT data FROM callbacks WHERE data ->> '$.resident' = ?1", &text)
        }
        Class::Escalations => {
            texts(connection, "SELECT data FROM escalations WHERE data ->> '$.resident' = ?1", &text)
        }
        Class::Notices => {
            texts(connection, "SELECT data FROM notices WHERE data ->> '$.resident' = ?1", &text)
        }
        Class::Queues => texts(connection, "SELECT body FROM messages WHERE instr(body, ?1) > 0", &text),
        Class::Attempts => {
            texts(connection, "SELECT data FROM attempts WHERE resident = ?1 ORDER BY rowid", bytes)
        }
        Class::Stream => about(connection, "SELECT data FROM stream", &known()?),
        Class::Letters => about(connection, "SELECT body FROM dead_letters", &known()?),
        Class::Numbers => {
            let Some(number) = whose.number.map(digits) else { return Ok(Vec::new()) };
            let query = "SELECT last_rung_at FROM contact_points WHERE number = ?1";
            let mut statement = connection.prepare(query)?;
            let rows = statement.query_map([number], |row| time_at(row, 0))?;
            rows.map(|at| Ok(json!({"last_rang_at": at?}).to_string())).collect()
        }
        Class::Accounts => accounts(connection, whose.resident),
        Class::Register
        | Class::Suppressions
        | Class::Days
        | Class::Lists
        | Class::Batches
        | Class::Residue
        | Class::Audit
        | Class::Erasures => Ok(Vec::new()),
    }
}

/// Where the accounts of days have them. Reads all parts of all days.
fn accounts(connection: &Connection, resident: ResidentId) -> Result<Vec<String>, DbError> {
    let query = "SELECT day_parts.day, people FROM day_parts JOIN days
                 ON days.day = day_parts.day AND days.data ->> '$.taking' = day_parts.taking
                 WHERE days.data ->> '$.account' IS NOT NULL ORDER BY day_parts.day, part";
    let mut statement = connection.prepare(query)?;
    let mut rows = statement.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let people: Vec<u8> = row.get(1)?;
        let people = DayPart::people_of(&people).ok_or(DbError::Unreadable("day"))?;
        let day: String = row.get(0)?;
        let theirs = people.into_iter().filter(|(id, _)| *id == resident);
        found.extend(theirs.map(|(_, state)| json!({"day": day, "state": state}).to_string()));
    }
    Ok(found)
}

fn texts(connection: &Connection, query: &str, key: &dyn ToSql) -> Result<Vec<String>, DbError> {
    let mut statement = connection.prepare(query)?;
    let rows = statement.query_map([key], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Whatever is about them, of which only that is in memory.
fn about(connection: &Connection, query: &str, known: &Known) -> Result<Vec<String>, DbError> {
    let mut found = Vec::new();
    let mut statement = connection.prepare(query)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let bytes = row.get_ref(0)?.as_bytes().map_err(|_| DbError::Unreadable("message"))?;
        if known.is_in(bytes) {
            found.push(String::from_utf8_lossy(bytes).into_owned());
        }
    }
    Ok(found)
}
