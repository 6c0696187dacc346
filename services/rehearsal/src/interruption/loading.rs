//! Ingest and loader.

use super::people::{ANN, registered};
use super::stage::{Part, Stage};
use super::{Kind, Situation, ended, interrupt};
use crate::properties::ask;
use jiff::SignedDuration;
use rollcall_domain::identity::resident_id;
use rollcall_domain::phone::PhoneNumber;
use rollcall_ports::Inbox as _;
use std::io::Cursor;

/// Good, the same person again, premium rate, no name, a number shared with
/// another, a blank line, and a column that nobody reads.
const MIXED: &str = "firstName,lastName,number,pet\n\
    ann,Example,07700 900101,cat\n\
    ann,Example,+447700900101,cat\n\
    bob,Example,0909 8790000,\n\
    ,,07700 900103,\n\
    dan,Example,07700 900101,dog\n\
    ,,,\n\
    eve,Example,07700 900105,\n";

const INGEST: Situation = Situation {
    part: Part::Ingest,
    with: &[Part::Loader],
    // A scan is given the longest visibility of all queues.
    lasts: 20 * 60,
    setup: mixed,
    shows: &[("register", "3 counted, 3 found"), ("queue uploads", "0 waiting, 0 set aside")],
    ..Situation::PLAIN
};

fn put(stage: &Stage, text: &str) {
    put_as(stage, "list.csv", text);
}

fn put_as(stage: &Stage, key: &str, text: &str) {
    stage.store.uploads().put(key, &mut Cursor::new(text.as_bytes())).unwrap();
}

fn mixed(stage: &Stage) {
    put(stage, MIXED);
}

#[test]
fn a_file_that_arrives() {
    let refused = |stage: &Stage| put(stage, "name,phone\n");
    let twice = |stage: &Stage| {
        mixed(stage);
        let queue = stage.store.uploads_queue();
        let message = ask(queue.receive(1)).unwrap().remove(0);
        ask(queue.retry_after(&message.receipt, SignedDuration::ZERO)).unwrap();
        queue.send_raw(&message.body, SignedDuration::ZERO).unwrap();
    };
    let nonsense = |stage: &Stage| {
        stage.store.uploads_queue().send_raw("nonsense", SignedDuration::ZERO).unwrap();
        mixed(stage);
    };
    let gone = |stage: &Stage| {
        mixed(stage);
        let queue = stage.store.uploads_queue();
        let message = ask(queue.receive(1)).unwrap().remove(0);
        ask(queue.delete(&message.receipt)).unwrap();
        queue.send_raw(&message.body.replace("list.csv", "gone.csv"), SignedDuration::ZERO).unwrap();
    };
    let capitals = |stage: &Stage| {
        let event = r#"{"Service":"Amazon S3","Event":"s3:TestEvent","Bucket":"uploads"}"#;
        stage.store.uploads_queue().send_raw(event, SignedDuration::ZERO).unwrap();
        put_as(stage, "North Ward (week 47) + caf\u{e9}.CSV", MIXED);
    };
    interrupt(&[
        Situation { name: "good file", ..INGEST },
        Situation { name: "the event of a new subscription, then capitals", setup: capitals, ..INGEST },
        Situation {
            name: "refused file",
            setup: refused,
            shows: &[("register", "0 counted, 0 found"), ("queue rows", "0 waiting, 0 set aside")],
            ..INGEST
        },
        Situation { name: "told of it twice", setup: twice, ..INGEST },
        Situation {
            name: "a message that is no notification, before a good one",
            setup: nonsense,
            shows: &[("register", "3 counted, 3 found"), ("queue uploads", "0 waiting, 1 set aside")],
            ..INGEST
        },
        Situation {
            name: "a file that is gone",
            setup: gone,
            shows: &[("queue uploads", "0 waiting, 1 set aside")],
            ..INGEST
        },
    ]);
}

#[test]
fn a_file_that_is_replaced_before_it_is_read() {
    // The former is told of as well, but is not what is there now.
    let replaced = |stage: &Stage| {
        put(stage, "firstName,lastName,number\nfay,Example,07700 900106\n");
        mixed(stage);
    };
    let newest_first = |stage: &Stage| {
        let queue = stage.store.uploads_queue();
        put(stage, "firstName,lastName,number\nfay,Example,07700 900106\n");
        let former = ask(queue.receive(1)).unwrap().remove(0);
        mixed(stage);
        ask(queue.delete(&former.receipt)).unwrap();
        queue.send_raw(&former.body, SignedDuration::ZERO).unwrap();
    };
    interrupt(&[
        Situation {
            name: "a file that was replaced before it was read",
            setup: replaced,
            shows: &[("register", "3 counted, 3 found"), ("queue uploads", "0 waiting, 1 set aside")],
            ..INGEST
        },
        Situation {
            name: "told of the newer file first",
            setup: newest_first,
            shows: &[("register", "3 counted, 3 found"), ("queue uploads", "0 waiting, 1 set aside")],
            ..INGEST
        },
    ]);
}

#[test]
fn a_chunk_of_rows() {
    const LOADER: Situation = Situation { part: Part::Loader, with: &[Part::Ingest], ..INGEST };
    let known = |stage: &Stage| {
        let number = PhoneNumber::from_e164(ANN).unwrap();
        registered(stage, resident_id(None, number, "ann", "Example"), "ann", ANN);
        mixed(stage);
    };
    interrupt(&[
        Situation { name: "good, known and rejected rows", ..LOADER },
        Situation { name: "one is on the register already", setup: known, ..LOADER },
    ]);
}

/// Found by these plays: the batch was moved forward before the deed was in
/// the audit log, and a batch that is read is never looked at again.
#[test]
fn what_became_of_a_file_is_in_the_audit_log_whatever_is_lost() {
    for call in ["batches.put", "audit.record"] {
        for kind in Kind::ALL {
            let state = ended(&Situation { name: "good file", ..INGEST }, call, kind);
            assert!(state.get("audit").starts_with("upload_read/"), "{call} {kind:?}");
        }
    }
}
