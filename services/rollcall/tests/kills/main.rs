//! `rollcall serve` is killed again and again (`kill -9`) while lists are
//! uploaded, agents take and complete callbacks, notes are written and
//! operators replay, edit and discard dead letters, all over HTTP. In the end
//! nothing that was answered with success is missing, nothing is doubled, the
//! ledger balances, and no rule of calling was broken as the simulated Connect
//! saw it.
//!
//! A short form runs with the other tests; `make kills KILLS=100` is the long
//! one. `KILLS_SEED` draws the moments of the kills and what people do; what
//! the machine makes of it differs from run to run.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "the figures are what make kills is for")]

mod agent;
mod client;
mod judge;
mod operator;
mod promised;
mod uploader;
mod world;

use client::Client;
use fastrand::Rng;
use promised::Promised;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::task::JoinSet;
use world::World;

/// Kills where nothing else is said.
const KILLS: u32 = 8;

/// What every task of the load shares.
pub(crate) struct Load {
    pub(crate) client: Client,
    pub(crate) promised: Promised,
    /// No new work is begun any more; what is under way is brought to its end.
    pub(crate) closing: AtomicBool,
}

impl Load {
    pub(crate) fn is_open(&self) -> bool {
        !self.closing.load(Ordering::Relaxed)
    }
}

/// Rests a little, as people do.
pub(crate) async fn rest(rng: &mut Rng, milliseconds: std::ops::Range<u64>) {
    tokio::time::sleep(Duration::from_millis(rng.u64(milliseconds))).await;
}

#[expect(clippy::disallowed_methods, reason = "make kills says how many, and from which seed")]
fn number(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok().filter(|text| !text.is_empty())?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name} is {text:?}; expected a whole number")))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_that_was_answered_is_lost_or_doubled_however_often_it_is_killed() {
    let kills = number("KILLS").map_or(KILLS, |kills| u32::try_from(kills).unwrap());
    let seed = number("KILLS_SEED").unwrap_or(1);
    println!("{kills} kills, seed {seed}");
    let mut rng = Rng::with_seed(seed);
    let mut world = World::open();
    let load = Arc::new(Load {
        client: Client::new(world.address()),
        promised: Promised::default(),
        closing: AtomicBool::new(false),
    });
    world.start().await;
    load.client.sign_in().await;
    world.kill();
    world.park_letters(&mut rng).await;

    let mut people = JoinSet::new();
    for number in 0..2 {
        people.spawn(uploader::work(Arc::clone(&load), number, rng.fork()));
        people.spawn(agent::work(Arc::clone(&load), number, rng.fork()));
    }
    let closed = operator::work(Arc::clone(&load), rng.fork());
    people.spawn(closed);
    for kill in 1..=kills {
        if rng.u8(0..5) == 0 {
            // In the middle of the start itself.
            world.start_unheard();
            rest(&mut rng, 0..150).await;
        } else {
            world.start().await;
            rest(&mut rng, 300..2_200).await;
        }
        if kill % 4 == 0 {
            world.back_up(kill);
        }
        world.kill();
        assert!(people.try_join_next().is_none(), "somebody at work has failed before kill {kill}");
        world.balanced();
        if kill % 4 == 0 {
            world.park_letters(&mut rng).await;
        }
        if kill % 10 == 0 {
            println!("{kill} kills; {}", load.promised.figures());
        }
    }
    world.start().await;
    load.closing.store(true, Ordering::Relaxed);
    while let Some(ended) = people.join_next().await {
        ended.unwrap();
    }
    println!("{kills} kills, the load is over; {}", load.promised.figures());
    world.come_to_rest(&load).await;
    judge::judge(&world, &load.promised).await;
}
