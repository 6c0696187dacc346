use crate::{Cursor, Versioned};
use jiff::Timestamp;
use rollcall_domain::identity::normalise_name;
use rollcall_domain::ids::ResidentId;
use rollcall_domain::policy::Policy;
use rollcall_domain::resident::Resident;
use rollcall_domain::search::Filter;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// In which order residents are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// The adapter's own: the one that it can walk without looking at everybody
    /// first. The same in every walk.
    Register,
    /// When they came onto the register.
    Registered,
    /// Last name, then first name, in the form in which names are compared.
    Name,
    /// When the planner looks at them next; those it does not come last.
    NextDue,
    /// When they were last heard of; those who never were come first.
    LastReached,
}

/// Whom somebody looks for, and how they are listed.
#[derive(Clone)]
pub struct Question<'a> {
    /// Whom.
    pub filter: &'a Filter,
    /// In which order.
    pub order: Order,
    /// The other way round; without meaning for [`Order::Register`].
    pub descending: bool,
    /// The rules, for the state of the day.
    pub policy: &'a Policy,
    /// The moment as of which they are asked.
    pub now: Timestamp,
}

impl Question<'_> {
    /// Whether somebody is looked for.
    #[must_use]
    pub fn admits(&self, resident: &Resident) -> bool {
        self.filter.admits(resident, self.policy, self.now)
    }
}

/// Somebody who was found.
#[derive(Clone, Debug)]
pub struct Listed {
    /// The resident.
    pub resident: Versioned<Resident>,
    /// When the planner looks at them next, as stored.
    pub next_due: Option<Timestamp>,
}

/// What became of a search.
#[derive(Clone, Debug)]
pub enum Search {
    /// These, and where the rest starts; `None` at the end.
    Found(Vec<Listed>, Option<Cursor>),
    /// The register is too large to be put into this order; there is always
    /// [`Order::Register`].
    TooMany,
    /// The cursor is of another question, or not ours.
    ForeignCursor,
}

/// The first of an order after a place in it, picked out of everybody in
/// whatever order they come: for adapters that have no list in that order.
/// Keeps no more than it answers.
pub struct Ranking {
    order: Order,
    descending: bool,
    after: Option<(Rank, ResidentId)>,
    most: usize,
    kept: BTreeMap<(Rank, ResidentId), Listed>,
}

/// The place of somebody in an order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Rank {
    /// Those without the value of the order stand before or after the others.
    group: u8,
    at: Option<Timestamp>,
    names: [String; 2],
}

impl Rank {
    /// By a time that somebody may not have; without it they come `last` or
    /// first.
    #[must_use]
    pub fn time(at: Option<Timestamp>, last: bool) -> Self {
        Self { group: u8::from(at.is_some() != last), at, names: Default::default() }
    }

    /// By the name.
    #[must_use]
    pub fn name(first: &str, last: &str) -> Self {
        Self { group: 0, at: None, names: [normalise_name(last), normalise_name(first)] }
    }

    /// The place of somebody in `order`.
    #[must_use]
    pub fn of(order: Order, listed: &Listed) -> Self {
        let resident = &listed.resident.value;
        match order {
            Order::Register | Order::Registered => Self::time(Some(resident.registered_at), true),
            Order::Name => Self::name(&resident.first_name, &resident.last_name),
            Order::NextDue => Self::time(listed.next_due, true),
            Order::LastReached => Self::time(resident.reached.map(|reached| reached.at), false),
        }
    }
}

/// A cursor of a ranking: of which order, and after whom.
#[derive(Serialize, Deserialize)]
struct After(Order, bool, Rank, ResidentId);

impl Ranking {
    /// Up to `most` of the order of `question` after `from`; `None` when the
    /// cursor is of another order, or not ours.
    #[must_use]
    pub fn new(question: &Question<'_>, from: Option<&Cursor>, most: u32) -> Option<Self> {
        let (order, descending) = (question.order, question.descending);
        let after = match from {
            None => None,
            Some(cursor) => {
                let After(of, way, rank, id) = serde_json::from_str(&cursor.0).ok()?;
                if (of, way) != (order, descending) {
                    return None;
                }
                Some((rank, id))
            }
        };
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        Some(Self { order, descending, after, most, kept: BTreeMap::new() })
    }

    /// Whether somebody at this place may be among those that are answered:
    /// what is expensive to find out may wait until then.
    #[must_use]
    pub fn wants(&self, rank: &Rank, id: ResidentId) -> bool {
        let before = |one: &(Rank, ResidentId), rank: &Rank, id: ResidentId| {
            if self.descending { (&one.0, one.1) > (rank, id) } else { (&one.0, one.1) < (rank, id) }
        };
        if self.after.as_ref().is_some_and(|after| !before(after, rank, id)) {
            return false;
        }
        let worst = if self.descending { self.kept.first_key_value() } else { self.kept.last_key_value() };
        self.kept.len() <= self.most || worst.is_some_and(|(worst, _)| !before(worst, rank, id))
    }

    /// Somebody who is looked for.
    pub fn offer(&mut self, listed: Listed) {
        let rank = Rank::of(self.order, &listed);
        let id = listed.resident.value.id;
        if !self.wants(&rank, id) {
            return;
        }
        self.kept.insert((rank, id), listed);
        // One more than is asked for: it tells that there is a rest.
        if self.kept.len() > self.most.saturating_add(1) {
            let _worst = if self.descending { self.kept.pop_first() } else { self.kept.pop_last() };
        }
    }

    /// Everybody has been offered.
    #[must_use]
    pub fn end(self) -> Search {
        let (order, descending, most) = (self.order, self.descending, self.most);
        let more = self.kept.len() > most;
        let all: Vec<_> = self.kept.into_iter().collect();
        let ordered: Vec<_> = if descending { all.into_iter().rev().collect() } else { all };
        let found: Vec<_> = ordered.into_iter().take(most).collect();
        let next = found.last().filter(|_| more).and_then(|((rank, id), _)| {
            serde_json::to_string(&After(order, descending, rank.clone(), *id)).ok().map(Cursor)
        });
        Search::Found(found.into_iter().map(|(_, listed)| listed).collect(), next)
    }
}
