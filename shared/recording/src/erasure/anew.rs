//! Stores were restored to what they were before: whoever was erased since is
//! erased anew.
//!
//! The list of erasures is from after that moment, so it says who they are: that
//! of another directory, or on AWS the table itself, which is not restored. What
//! it says of being clean is about what was there before; a mark with the
//! erasure ([`Erasure::restored_to`]) says that it began after the restore, so
//! that whoever is killed may begin again and nobody is erased once more.

use super::asking::Found;
use super::{Eraser, Progress, TRIES};
use jiff::Timestamp;
use rollcall_domain::erasure::{Class, Erasure};
use rollcall_ports::Fault;

/// Erasures read at a time.
const PAGE: u32 = 200;

/// What became of erasing somebody anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Anew {
    /// It is written down, and they are off the register.
    Begun,
    /// It is written down, but they are on the register still: who goes on takes
    /// them off.
    Delayed,
    /// Nothing of them can have come back, or it was begun before.
    Known,
    /// They came by a list after they had been erased: they are here for good
    /// reason.
    Registered,
    /// Others keep changing the erasure or the record.
    Contended,
}

impl Eraser {
    /// Those of whom something may be back in stores that were restored to this
    /// moment, while the list of erasures was not.
    ///
    /// # Errors
    /// When the store did not behave.
    pub async fn undone(&self, restored_to: Timestamp) -> Result<Vec<Erasure>, Fault> {
        let news_for = self.recorder.policy.evidence_window();
        let (mut undone, mut from) = (Vec::new(), None);
        loop {
            let (some, next) = self.erasures.page(from.as_ref(), PAGE).await?;
            undone.extend(some.into_iter().filter(|one| one.may_be_undone(restored_to, news_for)));
            from = next;
            if from.is_none() {
                return Ok(undone);
            }
        }
    }

    /// Erases somebody who was `erased`, in the name of whoever did so first, if
    /// they are as they were before. `restored_to`: to which moment all stores
    /// but the list of erasures were restored; `None` where that list was
    /// restored as well, and `erased` is of another.
    ///
    /// # Errors
    /// When a store did not behave. Asked again, it goes on.
    pub async fn erase_anew(&self, erased: &Erasure, restored_to: Option<Timestamp>) -> Result<Anew, Fault> {
        let id = erased.resident;
        for _ in 0..TRIES {
            let stored = self.recorder.residents.get(id).await?;
            if stored.as_ref().is_some_and(|stored| stored.value.registered_at > erased.asked_at) {
                return Ok(Anew::Registered);
            }
            let known = self.erasures.get(id).await?;
            if let Some(known) = known.clone().filter(|known| is_known(&known.value, erased, restored_to)) {
                if stored.is_none() {
                    return Ok(Anew::Known);
                }
                if !known.value.done.contains(&Class::Register) {
                    return Ok(begun(&self.progress(known).await?));
                }
            }
            let found = Found { stored: stored.as_ref(), known, restored_to };
            let whose = (erased.by.as_str(), erased.reason);
            if let Some(progress) = self.begin(id, found, whose).await? {
                return Ok(begun(&progress));
            }
        }
        Ok(Anew::Contended)
    }
}

fn begun(progress: &Progress) -> Anew {
    let is_off = progress.erasure.done.contains(&Class::Register);
    if is_off { Anew::Begun } else { Anew::Delayed }
}

/// Whether this erasure is of after the restore, or as old as what was restored.
fn is_known(known: &Erasure, erased: &Erasure, restored_to: Option<Timestamp>) -> bool {
    match restored_to {
        Some(_) => known.restored_to == restored_to,
        None => known.asked_at >= erased.asked_at,
    }
}
