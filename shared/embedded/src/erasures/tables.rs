//! Which table holds what of people. A table that is not named here fails a
//! test: whoever adds one says to which class of data it belongs, and so what
//! becomes of it when somebody is erased, and whether an export tells of it.

#[cfg(test)]
mod tests {
    use crate::schema::{STEPS, migrate};
    use rollcall_domain::erasure::Class;
    use rusqlite::Connection;
    use std::collections::BTreeSet;

    /// Each table, and what of people is in it; `None` where there is nothing,
    /// with the reason beside it.
    const TABLES: &[(&str, Option<Class>)] = &[
        ("accounts", None), // Staff.
        ("attempts", Some(Class::Attempts)),
        ("audit", Some(Class::Audit)),
        ("batches", Some(Class::Batches)),
        ("callbacks", Some(Class::Callbacks)),
        ("checkpoints", None), // Places in the stream.
        ("checks", Some(Class::Days)),
        ("chunks", Some(Class::Batches)),
        ("contact_points", Some(Class::Numbers)),
        ("counters", None), // Counts.
        ("day_parts", Some(Class::Accounts)),
        ("days", Some(Class::Accounts)), // Ids of those of whom two sources differ.
        ("dead_letters", Some(Class::Letters)),
        ("erasures", Some(Class::Erasures)),
        ("escalations", Some(Class::Escalations)),
        ("letter_jobs", Some(Class::Letters)), // Ids of letters.
        ("messages", Some(Class::Queues)),
        ("notes", Some(Class::Batches)), // Line numbers and reasons, no cells.
        ("notices", Some(Class::Notices)),
        ("numbers", Some(Class::Register)),
        ("pace", None), // Ids of calls for minutes.
        ("resident_ids", Some(Class::Register)),
        ("resident_ids_spill", Some(Class::Register)),
        ("residents", Some(Class::Register)),
        ("settled", None),         // Places in a stream.
        ("sqlite_sequence", None), // Counts.
        ("staged", Some(Class::Lists)),
        ("stream", Some(Class::Stream)),
        ("suppressions", Some(Class::Suppressions)),
        ("switch", None),       // One row about all dialing.
        ("upload_parts", None), // Numbers of files.
        ("uploads", Some(Class::Lists)),
    ];

    #[test]
    fn every_table_belongs_to_a_class_of_data() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate(&mut connection, STEPS).unwrap();
        let mut statement =
            connection.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").unwrap();
        let found: Vec<String> =
            statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        let named: Vec<&str> = TABLES.iter().map(|(name, _)| *name).collect();
        assert_eq!(found, named, "name the table here, with its class of data");
        let held: BTreeSet<Class> = TABLES.iter().filter_map(|(_, class)| *class).collect();
        let all: BTreeSet<Class> = Class::ALL.into_iter().filter(|class| *class != Class::Residue).collect();
        assert_eq!(held, all, "every class is in a table");
    }
}
