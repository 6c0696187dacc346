//! The account of an upload: what counts, and when it is finished.

use rollcall_domain::batch::{Batch, BatchStage, Tally};
use rollcall_domain::ids::BatchId;

fn batch(stage: BatchStage) -> Batch {
    let seen = Batch::seen(
        "6f9c1d52-4f1e-5c0a-9d3b-21a760b844c1".parse::<BatchId>().expect("an id"),
        "uploads/northbridge.csv".to_owned(),
        "2026-11-23T09:00:00Z".parse().expect("a time"),
    );
    Batch { stage, file_name: Some("Mrs Quackenbush.csv".to_owned()), ..seen }
}

#[test]
fn every_line_is_one_of_three() {
    let tally = Tally { chunks_done: 1, loaded: 5, already_known: 7, rejected: 11 };
    assert_eq!(tally.rows(), 23);
}

#[test]
fn a_batch_is_finished_when_its_last_chunk_is_done_and_not_before() {
    let done = |chunks_done| Tally { chunks_done, ..Tally::default() };
    let loading = batch(BatchStage::Loading { chunks: 3, rows: 30 });
    assert_eq!([2, 3, 4].map(|chunks| loading.is_finished(&done(chunks))), [false, true, true]);
    assert!(!batch(BatchStage::Reading).is_finished(&done(9)));
    for over in [BatchStage::Undoing { chunks: 3, rows: 30 }, BatchStage::Undone { chunks: 3, rows: 30 }] {
        assert!(batch(over).is_finished(&done(0)));
    }
}

#[test]
fn stages_go_one_way_and_the_last_two_load_nothing() {
    let stages = [
        BatchStage::Reading,
        BatchStage::Loading { chunks: 3, rows: 30 },
        BatchStage::Undoing { chunks: 3, rows: 30 },
        BatchStage::Undone { chunks: 3, rows: 30 },
    ];
    assert_eq!(stages.each_ref().map(BatchStage::rank), [0, 1, 2, 3]);
    assert_eq!(stages.each_ref().map(BatchStage::is_undone), [false, false, true, true]);
}

#[test]
fn a_batch_is_told_without_the_names_that_people_gave_it() {
    let told = format!("{:?}", batch(BatchStage::Reading));
    assert!(told.contains("Reading") && !told.contains("Quackenbush"), "{told}");
}
