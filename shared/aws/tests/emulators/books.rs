//! Accounts, audit log and progress on DynamoDB.

use crate::clock::RealClock;
use crate::people::{at, both};
use rollcall_aws::dynamodb::{Audit, Batches, Days, Dynamo, Progress};
use rollcall_domain::batch::{ChunkReport, LineNote};
use rollcall_domain::ids::BatchId;
use rollcall_ports::{
    Audit as _, AuditEntry, Batches as _, Checkpoints as _, Fault, Sequence, Settled, suite,
};
use std::sync::Arc;

fn batches_of(dynamo: &Dynamo) -> Batches {
    Batches::new(dynamo, Arc::new(RealClock))
}

#[tokio::test]
async fn days() {
    for dynamo in both().await {
        suite::days::all(&Days::new(&dynamo)).await;
    }
}

#[tokio::test]
async fn batches() {
    for dynamo in both().await {
        suite::batches::all(&crate::clock::LAGGING, &batches_of(&dynamo)).await;
    }
}

/// Two thousand rejected rows are more than an item holds, and as many as a
/// chunk has; a part of one report is never mixed with one of another.
#[tokio::test]
async fn a_chunk_that_is_rejected_from_end_to_end() {
    let id = BatchId::derive(&["all rejected"]);
    let report = |reason: &str| {
        let note = |line| LineNote {
            line,
            column: Some("number".to_owned()),
            code: "not_a_number".to_owned(),
            reason: format!("{reason} {}", "found letters, expected digits; ".repeat(10)),
        };
        ChunkReport { rejections: (2..2002).map(note).collect(), ..ChunkReport::default() }
    };
    for dynamo in both().await {
        let batches = batches_of(&dynamo);
        for reason in ["first:", "second:"] {
            let report = report(reason);
            assert!(serde_json::to_vec(&report).unwrap().len() > 600_000);
            batches.chunk_done(id, 1, &report).await.unwrap();
            let mut listed: Vec<LineNote> = Vec::new();
            loop {
                let after = listed.last().map_or(0, |note| note.line);
                let page = batches.rejections(id, after, 300).await.unwrap();
                if page.is_empty() {
                    break;
                }
                assert!(page.len() == 300 || listed.len() + page.len() == 2000, "pages are full");
                listed.extend(page);
            }
            assert_eq!(listed, report.rejections);
        }
    }
}

#[tokio::test]
async fn audit() {
    for dynamo in both().await {
        suite::audit::all(&Audit::new(&dynamo)).await;
    }
}

/// The list goes on from one month to a later one, whichever was recorded
/// first and whatever lies between, and pages end where they are told to.
#[tokio::test]
async fn the_log_of_several_months() {
    let times = [
        "2027-03-31T23:59:59.999999999Z",
        "2026-11-23T09:00:00Z",
        "2027-04-01T00:00:00Z",
        "2026-12-01T00:00:00Z",
    ];
    let entry = |n: usize, time: &str| AuditEntry {
        key: format!("deed {n}"),
        at: at(time),
        actor: "sweep".to_owned(),
        action: "escalate".to_owned(),
        resident: None,
        detail: String::new(),
    };
    for dynamo in both().await {
        for (n, time) in times.into_iter().enumerate() {
            // A program of its own each time: no month is known to it.
            Audit::new(&dynamo).record(&entry(n, time)).await.unwrap();
        }
        for most in 1..=5 {
            let audit = Audit::new(&dynamo);
            let mut listed = Vec::new();
            loop {
                let page = audit.list(listed.last().map(|(cursor, _)| cursor), most).await.unwrap();
                assert!(page.len() <= usize::try_from(most).unwrap());
                if page.is_empty() {
                    break;
                }
                listed.extend(page);
            }
            let order: Vec<_> = listed.into_iter().map(|(_, entry)| entry).collect();
            assert_eq!(order, [1, 3, 0, 2].map(|n: usize| entry(n, times[n])));
        }
    }
}

#[tokio::test]
async fn progress_only_moves_forward() {
    let settled = |sequence: &str, time| Settled { sequence: Sequence::new(sequence), arrived_at: at(time) };
    let (early, late) = ("2026-11-23T09:00:00.123456789Z", "2026-11-23T10:00:00Z");
    // As long as Kinesis makes them, and longer than a number of DynamoDB.
    let shorter = settled("99999999999999999999999999999999999999999999999999999999", early);
    let longer = settled("100000000000000000000000000000000000000000000000000000000", late);
    for dynamo in both().await {
        let progress = Progress::new(&dynamo);
        suite::stream::settling(&progress).await;
        progress.settle("shardId-000000000000", &shorter).await.unwrap();
        progress.settle("shardId-000000000000", &longer).await.unwrap();
        // Late reports: of the same, and of one just before.
        let before = "099999999999999999999999999999999999999999999999999999999";
        for sequence in [longer.sequence.as_str(), before, "0", "1"] {
            progress.settle("shardId-000000000000", &settled(sequence, early)).await.unwrap();
            assert_eq!(progress.of("shardId-000000000000").await, Ok(Some(longer.clone())));
        }
        for nonsense in ["", "LATEST", "-1", "1.5"] {
            let refused = progress.settle("shardId-000000000000", &settled(nonsense, late)).await;
            assert!(matches!(refused, Err(Fault::Refused { .. })), "{nonsense}");
        }
    }
}
