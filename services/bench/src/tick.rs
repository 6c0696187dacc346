//! `tick_growth`: a planner tick costs what is due, not what is registered.

use crate::figures::{Aim, Failed, Figures};
use crate::stopwatch::Stopwatch;
use crate::town::{AgentsOnly, Heard};
use crate::virtual_time::VirtualClock;
use crate::{people, shell, town};
use jiff::{SignedDuration, Timestamp};
use rollcall_domain::duty::Schedule;
use rollcall_domain::ids::{RequestId, ResidentId};
use rollcall_domain::resident::Claim;
use rollcall_embedded::Durability;
use rollcall_host::Periodic;
use rollcall_local::machine::Machine;
use rollcall_ports::{Clock, Fault, Inbox};
use std::path::Path;
use std::sync::Arc;

/// How much is measured.
pub(crate) struct Size {
    /// Residents on the larger register.
    pub(crate) large: u64,
    /// Residents on the smaller register.
    pub(crate) small: u64,
    /// Ticks on each.
    pub(crate) ticks: u64,
}

/// What the key stands for.
pub(crate) const FULL: Size = Size { large: 1_000_000, small: 1_000, ticks: 300 };

/// Residents who are due at each tick.
const DUE: u64 = 100;
/// Ticks that are not counted: the first ones compile statements.
const WARM_UP: usize = 20;
/// Residents added at a time.
const PAGE: u64 = 2_000;

/// Ticks on both registers in turn, so that whatever else the machine does
/// falls on both alike.
///
/// # Errors
/// When it cannot be measured, or a tick did not order what was due.
pub(crate) fn measure(dir: &Path, size: &Size, figures: &mut Figures) -> Result<(), Failed> {
    shell::block_on(async {
        let mut large = Register::new(&dir.join("large"), size.large, size.ticks).await?;
        let mut small = Register::new(&dir.join("small"), size.small, size.ticks).await?;
        let (mut of_large, mut of_small) = (Vec::new(), Vec::new());
        for _ in 0..size.ticks {
            of_large.push(large.tick().await?);
            of_small.push(small.tick().await?);
        }
        let skip = WARM_UP.min(of_large.len() / 2);
        let [large, small] = [of_large, of_small].map(|mut all| shell::median(&mut all.split_off(skip)));
        let what = format!(
            "planner tick, {DUE} due of {} ({:.2} ms) / of {} ({:.2} ms); medians of {} ticks in turn",
            size.large,
            large * 1e3,
            size.small,
            small * 1e3,
            usize::try_from(size.ticks)? - skip
        );
        figures.add("tick_growth", large / small, Aim::AtMost(1.3), what);
        Ok(())
    })
}

/// A register in a store of its own. Somebody else is due at each tick, from
/// all over the register; where it is too small for that, the same again after
/// all others.
struct Register {
    machine: Arc<Machine>,
    clock: Arc<VirtualClock>,
    heard: Arc<Heard>,
    /// In the order in which they are due.
    order: Vec<ResidentId>,
    /// Ticks until everybody was due who is to be.
    rounds: u64,
    ticks: u64,
}

impl Register {
    async fn new(dir: &Path, residents: u64, ticks: u64) -> Result<Self, Failed> {
        let clock = VirtualClock::new(town::morning()?);
        let heard = Arc::new(Heard::default());
        let machine = town::open(dir, &clock, Arc::new(AgentsOnly), &heard, Durability::Power)?;
        let rounds = (residents / DUE).min(ticks).max(1);
        // Places in the order of being due: scattered over the register.
        let mut places: Vec<u64> = (0..residents).collect();
        fastrand::Rng::with_seed(1).shuffle(&mut places);
        let mut due_at = vec![0; places.len()];
        for (rank, place) in places.iter().enumerate() {
            if let Some(slot) = due_at.get_mut(usize::try_from(*place)?) {
                *slot = rank as u64;
            }
        }
        let mut order: Vec<(u64, ResidentId)> = Vec::new();
        for from in (0..residents).step_by(usize::try_from(PAGE)?) {
            let mut page = Vec::new();
            for index in from..(from + PAGE).min(residents) {
                let resident = people::resident(index, clock.now())?;
                let rank = due_at.get(usize::try_from(index)?).copied().unwrap_or(0);
                if rank < rounds * DUE {
                    order.push((rank, resident.id));
                }
                let schedule = schedule(rank, rounds, clock.now());
                page.push((resident, schedule));
            }
            machine.ports().residents.add(&page).await?;
        }
        order.sort_unstable();
        let order = order.into_iter().map(|(_, id)| id).collect();
        let register = Self { machine, clock, heard, order, rounds, ticks: 0 };
        register.order_once().await?;
        register.start_over().await?;
        Ok(register)
    }

    /// Everybody was called before: the first claim makes a row longer, and
    /// pages that an import has filled are split. On the smaller register that
    /// is long over, since the same people are due again and again.
    async fn order_once(&self) -> Result<(), Failed> {
        let residents = &self.machine.ports().residents;
        for (rank, id) in self.order.iter().enumerate() {
            let mut resident = residents.get(*id).await?.ok_or("a resident is gone")?;
            let until = self.clock.now();
            resident.value.claim = Some(Claim { request: RequestId::of(*id, until), until });
            let _saved = residents.save(&resident, schedule(rank as u64, self.rounds, until)).await?;
        }
        Ok(())
    }

    /// One tick, in seconds.
    async fn tick(&mut self) -> Result<f64, Failed> {
        if self.ticks > 0 && self.ticks.is_multiple_of(self.rounds) {
            self.start_over().await?;
        }
        self.clock.set(self.clock.now() + SignedDuration::from_secs(1));
        self.ticks += 1;
        let before = Heard::count(&self.heard.ordered);
        let began = Stopwatch::start();
        self.machine.services().planner.run().await?;
        let took = began.elapsed();
        let ordered = Heard::count(&self.heard.ordered) - before;
        if ordered != DUE {
            return Err(format!("a tick ordered {ordered} calls; expected {DUE}").into());
        }
        self.forget_orders().await?;
        Ok(took.as_secs_f64())
    }

    /// What dialers would do, without the dialing.
    async fn forget_orders(&self) -> Result<(), Fault> {
        let queue = self.machine.store().call_requests_queue();
        for message in queue.receive(u32::MAX).await? {
            queue.delete(&message.receipt).await?;
        }
        Ok(())
    }

    /// Everybody as at the start.
    async fn start_over(&self) -> Result<(), Failed> {
        let residents = &self.machine.ports().residents;
        for (rank, id) in self.order.iter().enumerate() {
            let mut resident = residents.get(*id).await?.ok_or("a resident is gone")?;
            resident.value.claim = None;
            let _saved =
                residents.save(&resident, schedule(rank as u64, self.rounds, self.clock.now())).await?;
        }
        Ok(())
    }
}

/// A hundred a second, and all others tomorrow, like those who were reached
/// today.
fn schedule(rank: u64, rounds: u64, now: Timestamp) -> Schedule {
    let round = rank / DUE;
    let after = if round < rounds {
        SignedDuration::from_secs((round + 1).cast_signed())
    } else {
        SignedDuration::from_hours(24) + SignedDuration::from_millis(rank.cast_signed())
    };
    Schedule { next_due: Some(now + after), review_at: None }
}

#[cfg(test)]
mod tests {
    use super::{Size, measure};
    use crate::figures::Figures;

    #[test]
    fn ticks_on_two_small_registers_order_what_is_due() {
        let dir = tempfile::tempdir().unwrap();
        let mut figures = Figures::default();
        measure(dir.path(), &Size { large: 2_100, small: 300, ticks: 8 }, &mut figures).unwrap();
        assert!(figures.value("tick_growth").unwrap() > 0.0);
    }
}
