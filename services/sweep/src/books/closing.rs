//! Close of day: the account of a day that is over, written once.

use super::evidence::Whose;
use super::{Books, DAYS};
use futures_util::future::join_all;
use jiff::Timestamp;
use jiff::civil::Date;
use rollcall_domain::attempt::Disposition;
use rollcall_domain::day::{Bounds, DayAccount, DayPart, DayRecord};
use rollcall_domain::ids::ResidentId;
use rollcall_domain::ledger::{DayState, Ledger};
use rollcall_domain::resident::Resident;
use rollcall_ports::{Cursor, Fault, PartOf, Saved, Signal, Versioned};
use std::collections::BTreeSet;

/// Residents of one part.
const PAGE: u32 = 500;
/// Of how many the books are asked at once.
const AT_ONCE: usize = 16;
/// The account is taken so often if the register changes meanwhile; then it
/// stands as it was taken, without the count of the register beside it.
const TAKINGS: u32 = 3;
/// Deeds read at a time.
const DEEDS: u32 = 500;
/// Behind the last page of the register: those who were taken off it since.
const GONE: &str = "gone";
/// Before the place of a page.
const PLACE: &str = "page ";

/// What the parts come to.
#[derive(Default)]
struct Sum {
    ledger: Ledger,
    /// Residents who came later.
    later: u64,
    /// Residents who are gone since.
    gone: u64,
    /// The count of the register at the first part and at the last.
    register: (u64, u64),
    parts: u32,
}

impl Books {
    /// Writes the accounts of all days that are over and known, the earliest
    /// first.
    pub(super) async fn close_days(&self, until: Timestamp) -> Result<(), Fault> {
        let now = self.clock.now();
        // While the stream is behind, its backlog may hold the evidence.
        let known = self.horizon.horizon(now).await?.min(now);
        let days = self.days.list(None, DAYS).await?;
        let open: Vec<_> =
            days.into_iter().filter(|day| day.value.is_to_close(&self.policy, known)).collect();
        if open.is_empty() {
            return Ok(());
        }
        let old = known.checked_sub(self.policy.evidence_window()).unwrap_or(Timestamp::MIN);
        if !self.attempts.open(old, 1).await?.is_empty() {
            // The sweep settles it first.
            return Ok(());
        }
        for day in open.into_iter().rev() {
            self.close_day(day, (known, until)).await?;
        }
        Ok(())
    }

    async fn close_day(
        &self,
        mut stored: Versioned<DayRecord>,
        (known, until): (Timestamp, Timestamp),
    ) -> Result<(), Fault> {
        loop {
            let Some(sum) = self.sum(&stored.value, (known, until)).await? else { return Ok(()) };
            let moved = sum.register.0 != sum.register.1;
            if moved && stored.value.taking + 1 < TAKINGS {
                stored.value.taking += 1;
                let Saved::Done(version) = self.days.save(&stored).await? else { return Ok(()) };
                stored.version = version;
                continue;
            }
            let counted = sum.ledger.counted();
            let register =
                if moved { counted } else { (sum.register.1 + sum.gone).saturating_sub(sum.later) };
            let ledger = sum.ledger.close(register);
            self.tell_mismatch(&ledger).await?;
            let taken_at = self.clock.now();
            stored.value.account = Some(DayAccount { taken_at, parts: sum.parts, ledger });
            if let Saved::Done(_) = self.days.save(&stored).await? {
                self.signals.emit(&Signal::DayClosed { day: stored.value.day, ledger });
            }
            return Ok(());
        }
    }

    /// Reads the parts that are stored, and stores those that are missing.
    /// `None` if the day is not over for everybody, or there is no time left.
    async fn sum(
        &self,
        record: &DayRecord,
        (known, until): (Timestamp, Timestamp),
    ) -> Result<Option<Sum>, Fault> {
        let (mut sum, mut from) = (Sum::default(), None::<String>);
        loop {
            let of = PartOf { day: record.day, taking: record.taking, part: sum.parts };
            let part = match self.days.part(of).await? {
                Some(part) => part,
                None if self.clock.now() > until => return Ok(None),
                None => {
                    let Some(part) = self.read_part(record.day, from.as_deref(), known).await? else {
                        return Ok(None);
                    };
                    self.days.add_part(of, &part).await?
                }
            };
            if sum.parts == 0 {
                sum.register.0 = part.register;
            }
            sum.register.1 = part.register;
            sum.parts += 1;
            sum.later += part.later;
            for (_, state) in &part.people {
                sum.ledger.count(*state);
            }
            match part.next {
                Some(next) => from = Some(next),
                None => {
                    sum.gone = part.people.len() as u64;
                    return Ok(Some(sum));
                }
            }
        }
    }

    async fn read_part(
        &self,
        day: Date,
        from: Option<&str>,
        known: Timestamp,
    ) -> Result<Option<DayPart>, Fault> {
        if from == Some(GONE) {
            let people = self.gone(day).await?;
            let register = self.residents.count().await?;
            return Ok(Some(DayPart { register, later: 0, people, next: None }));
        }
        let register = self.residents.count().await?;
        let place = from.and_then(|from| from.strip_prefix(PLACE)).map(|place| Cursor(place.to_owned()));
        let page = self.residents.page(place.as_ref(), PAGE).await?;
        let next = page.next.map_or_else(|| GONE.to_owned(), |next| format!("{PLACE}{}", next.0));
        let mut part = DayPart { register, later: 0, people: Vec::new(), next: Some(next) };
        let mut there: Vec<(Bounds, &Resident)> = Vec::new();
        for resident in &page.residents {
            let resident = &resident.value;
            let bounds = Bounds::of_resident(day, resident, &self.policy);
            if bounds.known_at(&self.policy) > known {
                return Ok(None);
            }
            if resident.registered_at >= bounds.end {
                part.later += 1;
            } else {
                there.push((bounds, resident));
            }
        }
        for some in there.chunks(AT_ONCE) {
            let asked = some.iter().map(|(bounds, resident)| async move {
                let whose = Whose { id: resident.id, record: Some(resident), day, bounds: *bounds };
                Ok::<_, Fault>((resident.id, self.state_of(whose, resident).await?))
            });
            for answer in join_all(asked).await {
                part.people.push(answer?);
            }
        }
        Ok(Some(part))
    }

    /// Those who were taken off the register since the day ended, as far as the
    /// books say where they stood. Of an upload that was undone nobody was called:
    /// its people were never there.
    async fn gone(&self, day: Date) -> Result<Vec<(ResidentId, DayState)>, Fault> {
        let bounds = Bounds::of(day, &self.policy.own_zone());
        let mut people = Vec::new();
        for id in self.deleted_since(bounds.end).await? {
            let again = self.residents.get(id).await?;
            if again.is_some_and(|one| one.value.registered_at < bounds.end) {
                continue;
            }
            let evidence = self.evidence(Whose { id, record: None, day, bounds }).await?;
            let called = evidence
                .dials
                .iter()
                .any(|dial| dial.begun_at >= bounds.start && dial.disposition() != Disposition::NotPlaced);
            let state = evidence.standing(day, &self.policy).or_else(|| called.then_some(DayState::Trying));
            people.extend(state.map(|state| (id, state)));
        }
        Ok(people)
    }

    async fn deleted_since(&self, end: Timestamp) -> Result<BTreeSet<ResidentId>, Fault> {
        let (mut found, mut before) = (BTreeSet::new(), None);
        loop {
            let deeds = self.audit.recent(before.as_ref(), DEEDS).await?;
            let Some((place, _)) = deeds.last() else { return Ok(found) };
            before = Some(place.clone());
            for (_, deed) in deeds {
                if deed.at < end {
                    return Ok(found);
                }
                if matches!(deed.action.as_str(), "resident.delete" | "resident.erase") {
                    found.extend(deed.resident);
                }
            }
        }
    }
}
