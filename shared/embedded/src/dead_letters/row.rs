//! One letter as a row.

use crate::db::DbError;
use crate::values::{count, from_json, int, json, nanos, small, time_at, uuid};
use rollcall_contracts::letters::label;
use rollcall_domain::ids::LetterId;
use rollcall_domain::letter::{Content, Letter, LetterState, Parking, cause_of};
use rollcall_ports::{Saved, Versioned};
use rusqlite::{Connection, Row, TransactionBehavior, params};

/// In the order in which [`letter`] reads them.
pub(super) const COLUMNS: &str = "id, source, message_id, version, state, kind, reason, handler,
    first_parked_at, parked_at, receives, round, body_since, body, history";
/// The place of the column after them.
pub(super) const NEXT: usize = 15;

/// A row as a letter.
pub(super) fn letter(row: &Row<'_>) -> Result<Versioned<Letter>, DbError> {
    let letter = Letter {
        id: LetterId::from_uuid(uuid(row, 0)?),
        source: row.get(1)?,
        message_id: row.get(2)?,
        state: state(row.get(4)?)?,
        kind: row.get(5)?,
        reason: row.get(6)?,
        handler: row.get(7)?,
        first_parked_at: time_at(row, 8)?,
        parked_at: time_at(row, 9)?,
        receives: small(row, 10)?,
        round: small(row, 11)?,
        body_since: small(row, 12)?,
        body: Content::new(row.get(13)?),
        history: from_json(row, 14, "letter")?,
    };
    Ok(Versioned { value: letter, version: count(row, 3)? })
}

/// Adds a letter, unless its message is one already.
pub(super) fn insert(connection: &Connection, letter: &Letter) -> Result<(), DbError> {
    connection
        .prepare_cached(
            "INSERT INTO dead_letters (id, source, message_id, version, state, kind, cause, reason, handler,
                first_parked_at, parked_at, receives, round, body_since, body, history, over_since)
             VALUES (?1, ?2, ?3, 1, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)
             ON CONFLICT DO NOTHING",
        )?
        .execute(params![
            letter.id.as_uuid().as_bytes(),
            letter.source,
            letter.message_id,
            rank(letter.state),
            letter.kind,
            cause_of(&letter.reason),
            letter.reason,
            letter.handler,
            nanos(letter.first_parked_at),
            nanos(letter.parked_at),
            letter.receives,
            letter.round,
            letter.body_since,
            letter.body.as_bytes(),
            json(&letter.history, "letter")?,
            letter.over_since().map(nanos),
        ])?;
    Ok(())
}

/// Writes a letter back, if nobody did since it was read.
pub(super) fn update(connection: &Connection, letter: &Versioned<Letter>) -> Result<Saved, DbError> {
    let Versioned { value: letter, version } = letter;
    let changed = connection
        .prepare_cached(
            "UPDATE dead_letters SET version = version + 1, state = ?3, kind = ?4, cause = ?5, reason = ?6,
                handler = ?7, parked_at = ?8, receives = ?9, round = ?10, body_since = ?11, body = ?12,
                history = ?13, over_since = ?14
             WHERE id = ?1 AND version = ?2",
        )?
        .execute(params![
            letter.id.as_uuid().as_bytes(),
            int(*version),
            rank(letter.state),
            letter.kind,
            cause_of(&letter.reason),
            letter.reason,
            letter.handler,
            nanos(letter.parked_at),
            letter.receives,
            letter.round,
            letter.body_since,
            letter.body.as_bytes(),
            json(&letter.history, "letter")?,
            letter.over_since().map(nanos),
        ])?;
    Ok(if changed == 1 { Saved::Done(version + 1) } else { Saved::Changed })
}

/// How a state is stored.
pub(super) const fn rank(state: LetterState) -> u8 {
    match state {
        LetterState::Open => 0,
        LetterState::Replaying => 1,
        LetterState::Applied => 2,
        LetterState::Discarded => 3,
    }
}

fn state(rank: u8) -> Result<LetterState, DbError> {
    Ok(match rank {
        0 => LetterState::Open,
        1 => LetterState::Replaying,
        2 => LetterState::Applied,
        3 => LetterState::Discarded,
        _ => return Err(DbError::Unreadable("letter")),
    })
}

/// Gives the letters of former versions what this one knows of each.
pub(crate) fn name_old_ones(connection: &mut Connection) -> Result<(), rusqlite::Error> {
    const UNNAMED: &str = "SELECT seq, source, message_id, reason, handler, parked_at, receives, body
        FROM dead_letters WHERE id IS NULL";
    if !connection.prepare(UNNAMED)?.exists([])? {
        return Ok(());
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    {
        let mut statement = transaction.prepare(UNNAMED)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let (source, message_id): (String, String) = (row.get(1)?, row.get(2)?);
            let (reason, handler): (String, String) = (row.get(3)?, row.get(4)?);
            let body: Vec<u8> = row.get(7)?;
            let how = Parking {
                reason: &reason,
                handler: &handler,
                at: time_at(row, 5)?,
                receives: small(row, 6)?,
            };
            let kind = label(&body).kind;
            let letter = Letter::parked(&source, &message_id, (kind.to_owned(), Vec::new()), how);
            // Text, a number and a time always serialise.
            let history = serde_json::to_string(&letter.history).unwrap_or_else(|_| "[]".to_owned());
            transaction.execute(
                "UPDATE dead_letters SET id = ?2, kind = ?3, cause = ?4, history = ?5 WHERE seq = ?1",
                params![
                    row.get::<_, i64>(0)?,
                    letter.id.as_uuid().as_bytes(),
                    kind,
                    cause_of(&reason),
                    history
                ],
            )?;
        }
    }
    transaction.commit()
}

#[cfg(test)]
mod tests {
    use super::name_old_ones;
    use crate::dead_letters::get;
    use crate::schema::{STEPS, migrate};
    use rollcall_domain::ids::LetterId;
    use rollcall_domain::letter::{LetterState, What};
    use rusqlite::Connection;

    #[test]
    fn letters_of_a_former_version_keep_their_place_and_get_a_history() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate(&mut connection, &STEPS[..7]).unwrap();
        connection
            .execute_batch(
                r#"INSERT INTO dead_letters VALUES
                   (4, 'rows', '17', 'line 3 is cut', 'loader', 60000000000, 2, CAST('{"kind":"rows_chunk"}' AS BLOB))"#,
            )
            .unwrap();
        migrate(&mut connection, STEPS).unwrap();
        name_old_ones(&mut connection).unwrap();
        name_old_ones(&mut connection).unwrap();
        let found = get(&connection, LetterId::of("rows", "17")).unwrap().unwrap();
        let letter = found.value;
        assert_eq!((letter.kind.as_str(), letter.state, found.version), ("rows_chunk", LetterState::Open, 1));
        assert_eq!(letter.body.as_text(), Some(r#"{"kind":"rows_chunk"}"#));
        let parked = What::Parked { reason: "line 3 is cut".into(), handler: "loader".into(), receives: 2 };
        assert_eq!((letter.history.len(), &letter.history[0].what), (1, &parked));
        let query = "SELECT seq, cause FROM dead_letters";
        let kept: (i64, String) =
            connection.query_row(query, [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        assert_eq!(kept, (4, "line # is cut".to_owned()));
    }
}
