//! What [`Batches`] promises.

use super::{Case, at, ok, there};
use crate::{Batches, Cursor};
use rollcall_domain::batch::{Batch, BatchStage, ChunkReport, LineNote, Tally};
use rollcall_domain::ids::BatchId;

/// Runs the whole part.
pub async fn all(case: &Case<'_>, batches: &dyn Batches) {
    the_newest_come_first(case, batches).await;
    a_batch_moves_forward(batches).await;
    a_repeated_chunk_counts_once(batches).await;
    chunks_may_come_first(batches).await;
    notes_are_listed_by_line(batches).await;
}

fn batch(name: &str, stage: BatchStage) -> Batch {
    Batch {
        id: BatchId::derive(&["suite", name]),
        upload: format!("public/{name} (week 47) + caf\u{e9}.csv"),
        seen_at: at("2026-11-23T09:00:00.5Z"),
        stage,
        by: Some("clerk@example".to_owned()),
        file_name: Some(format!("{name} \u{202e}caf\u{e9}.csv")),
    }
}

fn note(line: u64, code: &str) -> LineNote {
    let column = line.is_multiple_of(2).then(|| "number".to_owned());
    LineNote { line, column, code: code.to_owned(), reason: format!("found {code}, expected a number") }
}

fn report(loaded: u64, already_known: u64, rejected: &[u64], warned: &[u64]) -> ChunkReport {
    ChunkReport {
        loaded,
        already_known,
        rejections: rejected.iter().map(|line| note(*line, "rejected")).collect(),
        warnings: warned.iter().map(|line| note(*line, "warned")).collect(),
    }
}

/// A late copy of an earlier stage changes nothing.
pub async fn a_batch_moves_forward(batches: &dyn Batches) {
    let refused =
        BatchStage::Refused { code: "no_number_column".to_owned(), reason: "found 2 columns".to_owned() };
    for (name, end) in [("loading", BatchStage::Loading { chunks: 3, rows: 20 }), ("refused", refused)] {
        let reading = batch(name, BatchStage::Reading);
        let ended = batch(name, end);
        assert_eq!(ok(batches.get(reading.id).await), None);
        ok(batches.put(&reading).await);
        assert_eq!(there(batches.get(reading.id).await), (reading.clone(), Tally::default()));
        for stage in [&ended, &reading, &ended, &reading] {
            ok(batches.put(stage).await);
            assert_eq!(there(batches.get(reading.id).await), (ended.clone(), Tally::default()));
        }
    }
    let undone = [
        batch("undone", BatchStage::Reading),
        batch("undone", BatchStage::Loading { chunks: 3, rows: 20 }),
        batch("undone", BatchStage::Undoing { chunks: 3, rows: 20 }),
        batch("undone", BatchStage::Undone { chunks: 3, rows: 20 }),
    ];
    for (nth, stage) in undone.iter().enumerate() {
        for any in undone.iter().take(nth + 1).rev() {
            ok(batches.put(any).await);
            assert_eq!(there(batches.get(stage.id).await).0, *stage);
            assert_eq!(there(batches.find(stage.id).await), *stage);
        }
    }
    assert_eq!(ok(batches.find(BatchId::derive(&["nobody's"])).await), None);
    let at_once = batch("at once", BatchStage::Loading { chunks: 1, rows: 20 });
    ok(batches.put(&at_once).await);
    assert_eq!(there(batches.get(at_once.id).await).0, at_once);
}

/// A chunk that is loaded again has one report: the last.
pub async fn a_repeated_chunk_counts_once(batches: &dyn Batches) {
    let one = batch("repeated", BatchStage::Loading { chunks: 3, rows: 20 });
    ok(batches.put(&one).await);
    let first = report(2, 1, &[3, 5], &[2]);
    for _ in 0..3 {
        ok(batches.chunk_done(one.id, 0, &first).await);
    }
    let tally = Tally { chunks_done: 1, loaded: 2, already_known: 1, rejected: 2 };
    assert_eq!(there(batches.get(one.id).await), (one.clone(), tally));
    assert_eq!(ok(batches.rejections(one.id, 0, 10).await), first.rejections);

    ok(batches.chunk_done(one.id, 1, &report(4, 0, &[9], &[])).await);
    ok(batches.chunk_done(one.id, 0, &report(1, 3, &[3], &[4, 5])).await);
    let tally = Tally { chunks_done: 2, loaded: 5, already_known: 3, rejected: 2 };
    assert_eq!(there(batches.get(one.id).await).1, tally);
    let lines = |notes: Vec<LineNote>| notes.iter().map(|note| note.line).collect::<Vec<_>>();
    assert_eq!(lines(ok(batches.rejections(one.id, 0, 10).await)), [3, 9]);
    let warnings = ok(batches.warnings(one.id, 0, 10).await);
    assert_eq!(lines(warnings.into_iter().map(|(_, note)| note).collect()), [4, 5]);
    assert_eq!(ok(batches.rejections(BatchId::derive(&["nobody's"]), 0, 10).await), vec![]);
}

/// Chunks may be done before the batch is known: its messages overtake it.
pub async fn chunks_may_come_first(batches: &dyn Batches) {
    let late = batch("late", BatchStage::Loading { chunks: 2, rows: 20 });
    ok(batches.chunk_done(late.id, 1, &report(7, 0, &[], &[])).await);
    assert_eq!(ok(batches.get(late.id).await), None);
    ok(batches.put(&late).await);
    let (stored, tally) = there(batches.get(late.id).await);
    assert_eq!(tally, Tally { chunks_done: 1, loaded: 7, already_known: 0, rejected: 0 });
    assert!(!stored.is_finished(&tally));
    ok(batches.chunk_done(late.id, 0, &ChunkReport::default()).await);
    let (stored, tally) = there(batches.get(late.id).await);
    assert!(stored.is_finished(&tally));
}

/// Notes come by line, whatever the order of the chunks; several warnings of
/// one line are all listed, also across the end of a page.
pub async fn notes_are_listed_by_line(batches: &dyn Batches) {
    let one = batch("notes", BatchStage::Loading { chunks: 3, rows: 20 });
    ok(batches.put(&one).await);
    ok(batches.chunk_done(one.id, 2, &report(0, 0, &[70_000, 1_048_576], &[90, 80, 80, 80])).await);
    ok(batches.chunk_done(one.id, 0, &report(0, 0, &[4, 2], &[2, 3, 3])).await);

    let rejected = [2, 4, 70_000, 1_048_576];
    let mut listed = Vec::new();
    loop {
        let after = listed.last().map_or(0, |note: &LineNote| note.line);
        let page = ok(batches.rejections(one.id, after, 3).await);
        assert!(page.len() <= 3);
        if page.is_empty() {
            break;
        }
        listed.extend(page);
    }
    assert_eq!(listed, rejected.map(|line| note(line, "rejected")));

    let warned = [2, 3, 3, 80, 80, 80, 90];
    for most in [1, 2, 100] {
        let mut listed: Vec<(u64, LineNote)> = Vec::new();
        loop {
            let after = listed.last().map_or(0, |(position, _)| *position);
            let page = ok(batches.warnings(one.id, after, most).await);
            if page.is_empty() {
                break;
            }
            listed.extend(page);
        }
        let notes: Vec<LineNote> = listed.into_iter().map(|(_, note)| note).collect();
        assert_eq!(notes, warned.map(|line| note(line, "warned")));
    }
}

/// The history, in pages of every size, while one more comes.
pub async fn the_newest_come_first(case: &Case<'_>, batches: &dyn Batches) {
    let one = |n: u32| {
        let stage = BatchStage::Loading { chunks: 1, rows: 2 };
        let seen_at = at(&format!("2026-11-23T10:00:0{n}.00000000{n}Z"));
        Batch { seen_at, ..batch(&format!("history {n}"), stage) }
    };
    for n in 0..5 {
        ok(batches.put(&one(n)).await);
    }
    ok(batches.chunk_done(one(3).id, 0, &report(2, 0, &[], &[])).await);
    let newest = |count: u32| (0..count).rev().map(one).collect::<Vec<_>>();
    case.settles("all are listed", newest(5), async || walk(batches, 100).await).await;
    for most in [1, 2, 5] {
        assert_eq!(walk(batches, most).await, newest(5), "by {most}");
    }
    let first = ok(batches.list(None, 2).await);
    assert_eq!(first[1].1.1, Tally { chunks_done: 1, loaded: 2, ..Tally::default() });
    ok(batches.put(&one(5)).await);
    // What moves on keeps its place.
    let moved = Batch { stage: BatchStage::Undoing { chunks: 1, rows: 2 }, ..one(2) };
    ok(batches.put(&moved).await);
    let rest = ok(batches.list(first.last().map(|(place, _)| place), 100).await);
    assert_eq!(rest.into_iter().map(|(_, (batch, _))| batch).collect::<Vec<_>>(), [moved, one(1), one(0)]);
    case.settles("the newest", one(5), async || walk(batches, 1).await.swap_remove(0)).await;
}

async fn walk(batches: &dyn Batches, most: u32) -> Vec<Batch> {
    let (mut met, mut before): (Vec<Batch>, Option<Cursor>) = (Vec::new(), None);
    loop {
        let page = ok(batches.list(before.as_ref(), most).await);
        assert!(page.len() <= usize::try_from(most).unwrap_or(0), "{most} at most");
        let Some((place, _)) = page.last() else { return met };
        before = Some(place.clone());
        met.extend(page.into_iter().map(|(_, (batch, _))| batch));
    }
}
