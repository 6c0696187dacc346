//! What [`Deposits`] promises, and [`Intake`] where there is one.

use super::{Case, at, ok, there};
use crate::{Broken, Deposits, Inbox, Intake, Offer, Pieces, Released, Slot, Taken, Uploads};
use async_trait::async_trait;
use jiff::SignedDuration;
use rollcall_contracts::upload::{Arrived, loaded_key};
use rollcall_domain::ids::UploadId;

/// A place for a file of at most 100 bytes, until five minutes after the
/// adapter's clock.
#[must_use]
pub fn offer(case: &Case<'_>, name: &str) -> Offer {
    Offer {
        id: UploadId::derive(&["suite", name]),
        file_name: "North Ward (week 47) \u{202e}caf\u{e9} \u{1f600}.CSV".to_owned(),
        by: "cl\u{e9}rk@example".to_owned(),
        most: 100,
        until: case.clock.now() + SignedDuration::from_mins(5),
    }
}

/// A file in pieces.
pub struct Sent<'a>(Vec<Result<&'a [u8], Broken>>);

impl<'a> Sent<'a> {
    /// These pieces.
    #[must_use]
    pub fn of(pieces: &[&'a [u8]]) -> Self {
        Self(pieces.iter().rev().map(|piece| Ok(*piece)).collect())
    }

    /// These pieces, and then nothing more comes.
    #[must_use]
    pub fn broken_after(pieces: &[&'a [u8]]) -> Self {
        let mut sent = Self::of(pieces);
        sent.0.insert(0, Err(Broken));
        sent
    }
}

#[async_trait]
impl Pieces for Sent<'_> {
    async fn next(&mut self) -> Result<Option<Vec<u8>>, Broken> {
        self.0.pop().transpose().map(|piece| piece.map(<[u8]>::to_vec))
    }
}

/// A file that was put is staged and told to nobody, until it is released:
/// then it is told of once, under its new key, with the same bytes. `put` puts
/// bytes into an offered place.
pub async fn staging(
    (deposits, uploads, inbox): (&dyn Deposits, &dyn Uploads, &dyn Inbox),
    offer: &Offer,
    put: impl AsyncFn(&Offer, &Slot, &[u8]),
) -> Arrived {
    let id = offer.id;
    assert_eq!(ok(deposits.staged(id).await), None);
    assert_eq!(ok(deposits.release(id).await), Released::Missing);
    let slot = ok(deposits.offer(offer).await);
    assert_eq!(ok(deposits.staged(id).await), None, "nothing was put yet");
    assert_eq!(ok(deposits.release(id).await), Released::Missing);
    put(offer, &slot, b"the first").await;
    put(offer, &slot, b"firstName,lastName,number\n").await;
    let staged = there(deposits.staged(id).await);
    assert_eq!(
        (staged.file_name.as_str(), staged.by.as_str()),
        (offer.file_name.as_str(), offer.by.as_str())
    );
    super::uploads::reading(uploads, &staged.upload, b"firstName,lastName,number\n").await;
    assert_eq!(staged.size, 26);
    assert!(ok(inbox.receive(10).await).is_empty(), "nobody is told of a staged file");

    assert_eq!(ok(deposits.release(id).await), Released::Done);
    let told = ok(inbox.receive(10).await);
    let [message] = told.as_slice() else { panic!("expected one notification, found {}", told.len()) };
    let Ok(files) = rollcall_contracts::upload::arrived(&message.body) else {
        panic!("expected a notification of S3's form")
    };
    ok(inbox.delete(&message.receipt).await);
    let [file] = files.as_slice() else { panic!("expected one file") };
    assert_eq!((file.upload.key.as_str(), file.size), (loaded_key(id).as_str(), 26));
    super::uploads::reading(uploads, &file.upload, b"firstName,lastName,number\n").await;
    super::uploads::reading(uploads, &staged.upload, b"firstName,lastName,number\n").await;

    assert_eq!(ok(deposits.release(id).await), Released::Done, "a repeat");
    assert!(ok(inbox.receive(10).await).is_empty(), "told once");
    super::uploads::reading(uploads, &file.upload, b"firstName,lastName,number\n").await;
    file.clone()
}

/// What an intake takes, and what it does not.
pub async fn taking_in(case: &Case<'_>, deposits: &dyn Deposits, intake: &dyn Intake) {
    let hundred = [b'x'; 100];
    let one = offer(case, "taking in");
    let none = Sent::of(&[b"x"]);
    assert_eq!(ok(intake.take(one.id, &mut { none }).await), Taken::NotOffered);
    assert_eq!(ok(deposits.offer(&one).await), Slot::Here);
    let cases: [(Sent<'_>, Taken); 4] = [
        (Sent::of(&[&hundred, b"y"]), Taken::TooLarge),
        (Sent::of(&[&hundred[..60], &hundred[..60], &hundred]), Taken::TooLarge),
        (Sent::broken_after(&[&hundred]), Taken::Broken),
        (Sent::broken_after(&[]), Taken::Broken),
    ];
    for (mut sent, expected) in cases {
        assert_eq!(ok(intake.take(one.id, &mut sent).await), expected);
        assert_eq!(ok(deposits.staged(one.id).await), None, "nothing of it is there");
    }
    let mut sent = Sent::of(&[&hundred[..50], b"", &hundred[50..]]);
    assert_eq!(ok(intake.take(one.id, &mut sent).await), Taken::Done(100));
    assert_eq!(there(deposits.staged(one.id).await).size, 100);
    let mut too_large = Sent::of(&[&hundred, b"y"]);
    assert_eq!(ok(intake.take(one.id, &mut too_large).await), Taken::TooLarge);
    assert_eq!(there(deposits.staged(one.id).await).size, 100, "the former stays");
    assert_eq!(ok(deposits.release(one.id).await), Released::Done);
    let mut late = Sent::of(&[b"other"]);
    assert_eq!(ok(intake.take(one.id, &mut late).await), Taken::Released);

    let short = Offer { until: at("2001-01-01T00:00:00Z"), ..offer(case, "too late") };
    assert_eq!(ok(deposits.offer(&short).await), Slot::Here);
    let mut late = Sent::of(&[b"x"]);
    assert_eq!(ok(intake.take(short.id, &mut late).await), Taken::NotOffered);
}
