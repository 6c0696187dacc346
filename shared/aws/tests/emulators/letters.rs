//! Dead letters: the contract suites over DynamoDB, SQS and Kinesis together,
//! and what only large or many letters, and interruptions, can show.

use crate::clock::LAGGING;
use crate::people::{both, fresh};
use crate::sqs::{SPEC, make, sdk};
use crate::support::{ministack, unique};
use async_trait::async_trait;
use aws_sdk_kinesis::primitives::Blob;
use jiff::{SignedDuration, Timestamp};
use rollcall_aws::Aws;
use rollcall_aws::arrivals::Arrivals;
use rollcall_aws::dynamodb::{Jobs, Letters, Progress};
use rollcall_aws::kinesis::{Reader, Writer};
use rollcall_aws::replays::Replays;
use rollcall_aws::sqs::{DeadLetterQueue, Queue, QueueUrls, Queues, Waiting};
use rollcall_domain::ids::{LetterId, ResidentId};
use rollcall_domain::letter::{Filter, Letter, LetterState, Which};
use rollcall_ports::suite::{self, queue::QueueUnderTest};
use rollcall_ports::{
    Arrivals as _, Cursor, DeadLetter, DeadLetters, Fault, LetterGroup, Letters as _, Replay, Replays as _,
    Resent, Saved, StreamWriter, Versioned,
};
use serde_json::json;
use std::sync::Arc;

fn letter(message_id: &str, body: Vec<u8>) -> DeadLetter {
    DeadLetter {
        source: "rows".to_owned(),
        message_id: message_id.to_owned(),
        reason: "not a message".to_owned(),
        handler: "loader".to_owned(),
        parked_at: "2026-11-23T09:00:00Z".parse().unwrap(),
        receives: 1,
        body,
        replay: None,
    }
}

#[tokio::test]
async fn letters_keep_their_promises() {
    for dynamo in both().await {
        let letters = Letters::new(&dynamo);
        suite::dead_letters::all(&LAGGING, &letters).await;
    }
    for dynamo in both().await {
        let letters = Letters::new(&dynamo);
        suite::letters::all(&letters, &letters).await;
        suite::letters::jobs(&Jobs::new(&dynamo)).await;
    }
}

#[tokio::test]
async fn no_letter_is_too_large_and_none_is_read_without_its_content() {
    for dynamo in both().await {
        let letters = Letters::new(&dynamo);
        let body: Vec<u8> = (0..1_048_576_u32).map(|n| u8::try_from(n % 251).unwrap()).collect();
        letters.park(&letter("large", body.clone())).await.unwrap();
        let id = LetterId::of("rows", "large");
        let mut found = letters.get(id).await.unwrap().unwrap();
        assert_eq!(found.value.body.as_bytes(), body);
        let at = found.value.parked_at;
        for n in 0..4_u8 {
            let edit = ("unreadable".to_owned(), vec![b'a' + n; 262_144]);
            found.value.edit(edit, ("joe", "a try"), at).unwrap();
            assert_eq!(letters.save(&found).await, Ok(Saved::Done(found.version + 1)));
            found.version += 1;
        }
        assert_eq!(letters.get(id).await.unwrap().unwrap(), found);
        let listed = letters.find(&Filter::default(), None, 10).await.unwrap();
        assert_eq!(listed.into_iter().map(|(_, letter)| letter).collect::<Vec<_>>(), [found]);
        // The reason of a program, however long.
        let reason = "x".repeat(500_000);
        letters.park(&DeadLetter { reason, ..letter("wordy", vec![0; 400_000]) }).await.unwrap();
        assert_eq!(letters.count().await.unwrap(), 2);
    }
}

#[tokio::test]
async fn a_page_may_be_behind_many_that_do_not_match_and_lists_are_merged() {
    for dynamo in both().await {
        let letters = Letters::new(&dynamo);
        let start: Timestamp = "2026-11-23T09:00:00Z".parse().unwrap();
        for n in 0..130_i64 {
            let parked_at = start + SignedDuration::from_secs(n);
            let reason = if n % 60 == 59 { "rare".to_owned() } else { format!("usual {n}") };
            let one = letter(&format!("m{n}"), b"{}".to_vec());
            letters.park(&DeadLetter { parked_at, reason, ..one }).await.unwrap();
        }
        for n in [3, 59, 61] {
            let id = LetterId::of("rows", &format!("m{n}"));
            let mut found = letters.get(id).await.unwrap().unwrap();
            found.value.discard("joe", "a test", start).unwrap();
            assert!(matches!(letters.save(&found).await, Ok(Saved::Done(2))));
        }
        let of = async |filter: &Filter, most: u32| -> Vec<String> {
            let (mut all, mut after): (Vec<String>, Option<Cursor>) = (Vec::new(), None);
            loop {
                let page = letters.find(filter, after.as_ref(), most).await.unwrap();
                let Some((place, _)) = page.last() else { break };
                after = Some(place.clone());
                all.extend(page.into_iter().map(|(_, letter)| letter.value.message_id));
            }
            assert_eq!(letters.tally(filter).await.unwrap(), all.len() as u64);
            all
        };
        let rare = Filter { cause: Some("RARE".to_owned()), ..Filter::default() };
        assert_eq!(of(&rare, 1).await, ["m119"]);
        assert_eq!(of(&Filter { which: Which::All, ..rare }, 7).await, ["m59", "m119"]);
        let all = of(&Filter { which: Which::All, ..Filter::default() }, 7).await;
        assert_eq!(all, (0..130).map(|n| format!("m{n}")).collect::<Vec<_>>());
        let over = Filter { which: Which::Only(LetterState::Discarded), ..Filter::default() };
        assert_eq!(of(&over, 2).await, ["m3", "m59", "m61"]);
        let groups = letters.groups(10).await.unwrap();
        assert_eq!(groups.iter().map(|group| group.letters).collect::<Vec<_>>(), [126, 1]);
    }
}

#[tokio::test]
async fn whoever_is_forgotten_is_in_no_letter_any_more() {
    for dynamo in both().await {
        let letters = Letters::new(&dynamo);
        let [ann, bob] = ["ann", "bob"].map(|name| ResidentId::derive(&["letters", name]));
        let names = |id: ResidentId, padding: usize| {
            format!(
                "{{\"resident\": \"{}\", \"x\": \"{}\"}}",
                id.to_string().to_uppercase(),
                "x".repeat(padding)
            )
        };
        letters.park(&letter("small", names(ann, 0).into_bytes())).await.unwrap();
        letters.park(&letter("large", names(ann, 900_000).into_bytes())).await.unwrap();
        letters.park(&letter("other", names(bob, 900_000).into_bytes())).await.unwrap();
        letters.park(&letter("edited", names(ann, 10_000).into_bytes())).await.unwrap();
        let mut edited = letters.get(LetterId::of("rows", "edited")).await.unwrap().unwrap();
        let at = edited.value.parked_at;
        edited.value.edit(("x".to_owned(), b"{}".to_vec()), ("joe", "typo"), at).unwrap();
        edited.value.discard("joe", "a test", at).unwrap_or_default();
        assert_eq!(letters.save(&edited).await, Ok(Saved::Done(2)));
        assert_eq!(letters.forget(ann).await, Ok(3));
        assert_eq!(letters.forget(ann).await, Ok(0));
        let all = Filter { which: Which::All, ..Filter::default() };
        let left = letters.find(&all, None, 10).await.unwrap();
        assert_eq!(left.iter().map(|(_, one)| one.value.message_id.as_str()).collect::<Vec<_>>(), ["other"]);
        // Not even a writer who had it in hand brings it back.
        assert_eq!(letters.save(&Versioned { version: 2, ..edited }).await, Ok(Saved::Changed));
        assert_eq!(letters.get(LetterId::of("rows", "edited")).await, Ok(None));
    }
}

#[tokio::test]
async fn of_many_at_once_each_message_is_one_letter_and_each_round_ends_once() {
    for dynamo in both().await {
        let letters = Arc::new(Letters::new(&dynamo));
        let one = letter("m", b"{}".to_vec());
        let parks = (0..8).map(|_| letters.park(&one));
        futures_util::future::try_join_all(parks).await.unwrap();
        assert_eq!(letters.count().await, Ok(1));
        let id = LetterId::of("rows", "m");
        let mut found = letters.get(id).await.unwrap().unwrap();
        let round = found.value.replay("joe", None, one.parked_at).unwrap();
        assert_eq!(letters.save(&found).await, Ok(Saved::Done(2)));
        let replay = Replay { letter: id, round };
        let copy = DeadLetter { message_id: "m2".to_owned(), replay: Some(replay), ..one.clone() };
        let parks = (0..4).map(|_| letters.park(&copy));
        let settled = (0..4).map(|_| letters.applied(replay, one.parked_at));
        let (parked, applied) = futures_util::future::join(
            futures_util::future::join_all(parks),
            futures_util::future::join_all(settled),
        )
        .await;
        assert!(parked.into_iter().chain(applied).all(|answer| answer.is_ok()));
        let found = letters.get(id).await.unwrap().unwrap().value;
        assert_eq!(found.state, LetterState::Applied, "applied outranks parked again");
        let ends = found.history.iter().filter(|event| event.what.word() == "applied").count();
        assert_eq!(ends, 1);
    }
}

/// Letters in DynamoDB, of which each look collects first: what SQS set aside
/// by itself is one of them within the minute in which the collector runs.
pub(crate) struct Collected {
    letters: Letters,
    from: Vec<Arrivals>,
}

impl Collected {
    pub(crate) async fn of(aws: &Aws, source: &str, dead: &str) -> Self {
        let (source, url) = (source.to_owned(), dead.to_owned());
        let queue = DeadLetterQueue { source, url, max_receives: SPEC.max_receives };
        let letters = Letters::new(&fresh(aws).await);
        Self { letters, from: vec![Arrivals::new(aws, queue, "none")] }
    }

    async fn collect(&self) -> Result<(), Fault> {
        for from in &self.from {
            for arrival in from.receive(10).await? {
                for letter in arrival.letters? {
                    self.letters.park(&letter).await?;
                }
                from.delete(&arrival.receipt).await?;
            }
        }
        Ok(())
    }
}

#[async_trait]
impl DeadLetters for Collected {
    async fn park(&self, letter: &DeadLetter) -> Result<(), Fault> {
        self.letters.park(letter).await
    }
    async fn applied(&self, replay: Replay, at: Timestamp) -> Result<(), Fault> {
        self.letters.applied(replay, at).await
    }
    async fn list(&self, after: Option<&Cursor>, most: u32) -> Result<Vec<(Cursor, DeadLetter)>, Fault> {
        self.collect().await?;
        self.letters.list(after, most).await
    }
    async fn count(&self) -> Result<u64, Fault> {
        self.collect().await?;
        self.letters.count().await
    }
}

#[async_trait]
impl rollcall_ports::Letters for Collected {
    async fn get(&self, id: LetterId) -> Result<Option<Versioned<Letter>>, Fault> {
        self.collect().await?;
        self.letters.get(id).await
    }
    async fn save(&self, letter: &Versioned<Letter>) -> Result<Saved, Fault> {
        self.letters.save(letter).await
    }
    async fn find(
        &self,
        filter: &Filter,
        after: Option<&Cursor>,
        most: u32,
    ) -> Result<Vec<(Cursor, Versioned<Letter>)>, Fault> {
        self.letters.find(filter, after, most).await
    }
    async fn tally(&self, filter: &Filter) -> Result<u64, Fault> {
        self.letters.tally(filter).await
    }
    async fn groups(&self, most: u32) -> Result<Vec<LetterGroup>, Fault> {
        self.letters.groups(most).await
    }
    async fn forget(&self, resident: ResidentId) -> Result<u64, Fault> {
        self.letters.forget(resident).await
    }
}

fn urls(queue: &str, dead: &str) -> Queues {
    let both = || QueueUrls { queue: queue.to_owned(), dead_letters: dead.to_owned() };
    Queues {
        uploads: both(),
        rows: both(),
        call_requests: both(),
        outcomes_dead_letters: dead.to_owned(),
        contact_events_dead_letters: dead.to_owned(),
    }
}

#[tokio::test]
async fn a_queue_keeps_its_promises_with_its_letters() {
    let (client, aws) = (sdk().await, ministack().await);
    let (url, dead) = make(&client, &unique("call-requests")).await;
    let queue = Queue::new(&aws, "call_requests", &url, Waiting::Short);
    let letters = Collected::of(&aws, "call_requests", &dead).await;
    let under_test = QueueUnderTest {
        sender: &queue,
        inbox: &queue,
        depth: &queue,
        dead_letters: &letters,
        spec: SPEC,
        // The emulator hands nothing out twice, so more can be asked of it
        // than of SQS itself.
        duplicates: false,
        tells_next: false,
    };
    suite::queue::all(&LAGGING, under_test).await;
}

#[tokio::test]
async fn copies_keep_their_promises() {
    let (client, aws) = (sdk().await, ministack().await);
    let (url, dead) = make(&client, &unique("call-requests")).await;
    let queue = Queue::new(&aws, "call_requests", &url, Waiting::Short);
    let letters = Collected::of(&aws, "call_requests", &dead).await;
    let stream = stream().await;
    let replays = Replays::new(&aws, &urls(&url, &dead), &stream);
    let hidden = SignedDuration::from_millis(2_200);
    suite::letters::copies_on_a_queue(&LAGGING, (&replays, &queue), (&letters, &letters), hidden).await;
    let checkpoints = Arc::new(Progress::new(&fresh(&aws).await));
    let reader = Reader::open(&aws, &stream, checkpoints).await.unwrap();
    suite::letters::copies_on_a_stream(&replays, &reader).await;
    let replay = Replay { letter: LetterId::of("outcomes", "1"), round: 1 };
    for (source, body) in [("outcomes", vec![b'x'; 1_048_576]), ("rows", vec![]), ("rows", b"\0".to_vec())] {
        assert!(matches!(replays.resend(source, &body, replay).await, Ok(Resent::Never(_))), "{source}");
    }
}

async fn stream() -> String {
    let client = aws_sdk_kinesis::Client::new(&crate::support::sdk().await);
    let name = unique("outcomes");
    client.create_stream().stream_name(&name).shard_count(1).send().await.unwrap();
    for _ in 0..50 {
        let answer = client.describe_stream_summary().stream_name(&name).send().await.unwrap();
        let status = answer.stream_description_summary.unwrap().stream_status;
        if status == aws_sdk_kinesis::types::StreamStatus::Active {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    name
}

#[tokio::test]
async fn records_that_lambda_gave_up_on_are_letters_each_and_copies_come_back() {
    let (sqs, aws) = (sdk().await, ministack().await);
    let (_, dead) = make(&sqs, &unique("outcomes")).await;
    let stream = stream().await;
    let kinesis = aws_sdk_kinesis::Client::new(&crate::support::sdk().await);
    let replay = Replay { letter: LetterId::of("outcomes", "former"), round: 3 };
    Writer::new(&aws, &stream).put("contact", b"before").await.unwrap();
    let mut places = Vec::new();
    for (key, data) in
        [("contact".to_owned(), "one"), (replay.partition_key(), "two"), ("x".to_owned(), "after")]
    {
        let put = kinesis.put_record().stream_name(&stream).partition_key(key).data(Blob::new(data));
        let put = put.send().await.unwrap();
        places.push((put.shard_id, put.sequence_number));
    }
    let note = |first: &str, last: &str| {
        json!({
            "requestContext": {"condition": "RetryAttemptsExhausted", "approximateInvokeCount": 11},
            "KinesisBatchInfo": {"shardId": places[0].0, "startSequenceNumber": first,
                "endSequenceNumber": last, "batchSize": 2, "streamArn": "arn"},
        })
        .to_string()
    };
    sqs.send_message().queue_url(&dead).message_body(note(&places[0].1, &places[1].1)).send().await.unwrap();
    let queue = DeadLetterQueue { source: "outcomes".to_owned(), url: dead.clone(), max_receives: 0 };
    let arrivals = Arrivals::new(&aws, queue, &stream);
    let received = arrivals.receive(10).await.unwrap();
    let [arrival] = received.as_slice() else { panic!("one message") };
    let letters = arrival.letters.clone().unwrap();
    let told: Vec<_> = letters.iter().map(|one| (one.body.as_slice(), one.replay)).collect();
    assert_eq!(told, [(b"one".as_slice(), None), (b"two".as_slice(), Some(replay))]);
    assert_eq!(letters[0].message_id, format!("{}:{}", places[0].0, places[0].1));
    assert!(arrivals.receive(10).await.unwrap().is_empty(), "hidden while it is in hand");
    arrivals.delete(&arrival.receipt).await.unwrap();
    arrivals.delete(&arrival.receipt).await.unwrap();

    // Of a shard that is no more, the place is told.
    let gone = note(&places[0].1, &places[1].1).replace(&places[0].0, "shardId-000000000099");
    sqs.send_message().queue_url(&dead).message_body(gone).send().await.unwrap();
    let received = arrivals.receive(10).await.unwrap();
    let letters = received[0].letters.clone().unwrap();
    assert_eq!(letters.len(), 1);
    assert!(letters[0].reason.contains("keeps them no longer"), "{}", letters[0].reason);
}
