//! What the program has answered with success, and must therefore keep; and
//! what it was asked without an answer, which it may have done once.

use std::collections::BTreeMap;
use std::sync::Mutex;

/// How often something was asked, and how often that was answered with success.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) asked: usize,
    pub(crate) promised: usize,
}

/// Deeds by what they are told by: each text is used for one deed only.
type Deeds<K> = Mutex<BTreeMap<K, Asked>>;

/// A list of residents that is to be loaded: id of the batch, references.
#[derive(Clone, Debug)]
pub(crate) struct List {
    pub(crate) batch: String,
    pub(crate) references: Vec<String>,
}

#[derive(Default)]
pub(crate) struct Promised {
    pub(crate) lists: Mutex<Vec<List>>,
    /// By resident and text.
    pub(crate) notes: Deeds<(String, String)>,
    /// By callback, agent and disposition.
    pub(crate) results: Deeds<(String, String, String)>,
    /// By letter and reason.
    pub(crate) discards: Deeds<(String, String)>,
    /// By letter and reason.
    pub(crate) edits: Deeds<(String, String)>,
    /// By letter.
    pub(crate) replays: Deeds<String>,
    /// Ids of replays of many.
    pub(crate) jobs: Mutex<Vec<String>>,
    counted: Mutex<Counted>,
}

#[derive(Default)]
struct Counted {
    answered: u64,
    refused: BTreeMap<u16, u64>,
    unanswered: u64,
    resets: u64,
}

impl Promised {
    /// Something is about to be asked.
    pub(crate) fn asking<K: Ord>(deeds: &Deeds<K>, key: K) {
        deeds.lock().unwrap().entry(key).or_default().asked += 1;
    }

    /// It was answered with success.
    pub(crate) fn done<K: Ord>(deeds: &Deeds<K>, key: K) {
        deeds.lock().unwrap().entry(key).or_default().promised += 1;
    }

    /// An answer came: its status; or none.
    pub(crate) fn count(&self, status: Option<u16>) {
        let mut counted = self.counted.lock().unwrap();
        match status {
            None => counted.unanswered += 1,
            Some(200..=299) => counted.answered += 1,
            Some(status) => *counted.refused.entry(status).or_default() += 1,
        }
    }

    /// Dialing had stopped by itself, and the operator started it again.
    pub(crate) fn reset(&self) {
        self.counted.lock().unwrap().resets += 1;
    }

    /// In one line.
    pub(crate) fn figures(&self) -> String {
        let counted = self.counted.lock().unwrap();
        let sum = |deeds: &BTreeMap<_, Asked>| deeds.values().map(|one| one.promised).sum::<usize>();
        format!(
            "changes: {} answered, {} cut off, refused {:?}; {} lists, {} notes, {} results of callbacks, {} replays, \
             {} replays of many, {} edits, {} discards, dialing started again {} times",
            counted.answered,
            counted.unanswered,
            counted.refused,
            self.lists.lock().unwrap().len(),
            sum(&self.notes.lock().unwrap()),
            self.results.lock().unwrap().values().map(|one| one.promised).sum::<usize>(),
            self.replays.lock().unwrap().values().map(|one| one.promised).sum::<usize>(),
            self.jobs.lock().unwrap().len(),
            sum(&self.edits.lock().unwrap()),
            sum(&self.discards.lock().unwrap()),
            counted.resets,
        )
    }
}
