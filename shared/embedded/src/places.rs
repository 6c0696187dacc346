use crate::keys::half;

/// How many places are remembered at most: more than the planner, the dialers
/// and the records of their calls have in hands at a time.
const SLOTS: usize = 4096;

/// Where the residents are who were looked at last.
///
/// A resident is found, read and soon written; each time the tables of ids
/// would be asked again where they are, which on a large register is one more
/// page to be read. A resident never moves, so what is remembered stays true.
/// Whoever uses a place compares the id that is stored there all the same: a
/// wrong one may cost time, never mix up two people.
#[derive(Default)]
pub(crate) struct Places {
    /// Each id has one slot; whoever comes later takes it.
    slots: Vec<Option<([u8; 16], i64)>>,
}

impl Places {
    /// Where a resident was, if that is remembered.
    pub(crate) fn find(&self, id: &[u8; 16]) -> Option<i64> {
        let (held, seq) = self.slots.get(slot(id)).copied().flatten()?;
        (held == *id).then_some(seq)
    }

    /// A resident was found at `seq`.
    pub(crate) fn remember(&mut self, id: [u8; 16], seq: i64) {
        if self.slots.is_empty() {
            self.slots.resize(SLOTS, None);
        }
        if let Some(held) = self.slots.get_mut(slot(&id)) {
            *held = Some((id, seq));
        }
    }
}

/// Ids are hashes, so that any of their bits spread them evenly.
fn slot(id: &[u8; 16]) -> usize {
    usize::try_from(half(id).cast_unsigned() % SLOTS as u64).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::{Places, SLOTS};

    fn id(first_half: u64, last: u8) -> [u8; 16] {
        let mut id = [last; 16];
        id[..8].copy_from_slice(&first_half.to_be_bytes());
        id
    }

    #[test]
    fn only_the_one_who_was_remembered_last_is_found() {
        let mut places = Places::default();
        assert_eq!(places.find(&id(1, 0)), None);
        places.remember(id(1, 0), 10);
        places.remember(id(2, 0), 20);
        assert_eq!(places.find(&id(1, 0)), Some(10));
        assert_eq!(places.find(&id(2, 0)), Some(20));
        let same_slot = [id(1, 9), id(1 + SLOTS as u64, 0)];
        for other in same_slot {
            assert_eq!(places.find(&other), None, "the place of somebody else");
        }
        places.remember(same_slot[0], 30);
        assert_eq!((places.find(&same_slot[0]), places.find(&id(1, 0))), (Some(30), None));
    }
}
