//! `rollcall serve`: everything of one machine in one process.

mod printer;
mod seen;
mod words;

use crate::args::Serve;
use crate::runtime::runtime;
use crate::stop::Stop;
use crate::{directory, times, town};
use jiff::SignedDuration;
use jiff::tz::TimeZone;
use printer::Printer;
use rollcall_domain::policy::Policy;
use rollcall_embedded::Durability;
use rollcall_host::clock::SystemClock;
use rollcall_local::loops::Idle;
use rollcall_local::machine::connect::{AGENTS, SetupError, Simulated, demo_start, simulated};
use rollcall_local::machine::lasting::{self, LastingClock};
use rollcall_local::machine::{Machine, Setup, http};
use rollcall_ports::Clock;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::JoinSet;

/// The most that the clock may be made to run faster: ten minutes a second.
const FASTEST: u32 = 600;
/// How often loops look for what another process did, in real time.
const IDLE: SignedDuration = SignedDuration::from_millis(500);

/// Serves until it is stopped.
///
/// # Errors
/// [`Stop::Unusable`] with every problem of options and settings,
/// [`Stop::Failed`] when a part of it fails.
pub(crate) fn run(args: &Serve) -> Result<(), Stop> {
    let wanted = Wanted::read(args).map_err(Stop::Unusable)?;
    runtime()?.block_on(serve(args, wanted))
}

/// The options, read.
struct Wanted {
    listen: SocketAddr,
    speed: Option<u32>,
    policy: Arc<Policy>,
}

impl Wanted {
    /// All problems at once.
    fn read(args: &Serve) -> Result<Self, Vec<String>> {
        let mut problems = Vec::new();
        let listen = args.listen.parse().map_err(|_| {
            problems.push(format!(
                "--listen is {:?}; expected an address of this machine and a port, such as 127.0.0.1:8080",
                args.listen
            ));
        });
        let speed = args.speed.as_deref().and_then(|text| match text.parse() {
            Ok(speed) if (1..=FASTEST).contains(&speed) => Some(speed),
            _ => {
                problems.push(format!("--speed is {text:?}; expected a whole number from 1 to {FASTEST}"));
                None
            }
        });
        let policy = directory::policy(&args.data_dir).map_err(|more| problems.extend(more));
        match (listen, policy) {
            (Ok(listen), Ok(policy)) if problems.is_empty() => {
                Ok(Self { listen, speed, policy: Arc::new(policy) })
            }
            _ => Err(problems),
        }
    }
}

async fn serve(args: &Serve, wanted: Wanted) -> Result<(), Stop> {
    let dir = args.data_dir.as_path();
    let served = directory::serve(dir).await?;
    let listener = TcpListener::bind(wanted.listen).await.map_err(|error| {
        Stop::unusable(format_args!("--listen {}: {error}; choose another address or port", wanted.listen))
    })?;
    let time = Time::of(args, &wanted)?;
    let zone = directory::zone(&wanted.policy);
    let printer = Printer::start(Arc::clone(&time.clock), zone.clone());
    let simulated = simulated(dir, &wanted.policy, &time.clock).map_err(|error| match error {
        SetupError::Flow(_) => Stop::failed(error),
        SetupError::Io(_) => Stop::unusable(error),
    })?;
    let machine = machine(dir, &wanted, &time, (&simulated, &printer))?;
    let address = listener.local_addr().map_err(Stop::failed)?;
    for line in welcome(dir, address, &time, &zone) {
        printer.line(line);
    }
    if args.demo && town::load(&machine).await? {
        printer.line("A made-up town of 200 residents was put into the store.".to_owned());
    }
    let mut tasks = JoinSet::new();
    machine.take_in(&mut tasks);
    let wire = address.ip().is_loopback().then_some(&simulated.http);
    let router = http::router(&machine, wire);
    machine.call(simulated, seen::sink(args.events.as_deref())?, &mut tasks);
    let ended = tokio::select! {
        ended = stopped() => ended,
        () = printer.unheard() => Ok(()),
        failed = time.keep() => Err(failed),
        answered = http::serve(listener, router) => {
            Err(Stop::failed(format_args!("HTTP requests are no longer answered: {answered:?}")))
        }
        // Loops never end by themselves.
        _ = tasks.join_next() => Err(Stop::failed("a part of the program has failed; start it again")),
    };
    tasks.shutdown().await;
    let stopped = time.stop();
    printer.line("Stopped. Nothing is lost: the next start goes on from here.".to_owned());
    printer.finish();
    drop(served);
    ended.and(stopped)
}

fn machine(
    dir: &Path,
    wanted: &Wanted,
    time: &Time,
    (simulated, printer): (&Simulated, &Printer),
) -> Result<Arc<Machine>, Stop> {
    let speed = i32::try_from(time.speed).unwrap_or(i32::MAX);
    let setup = Setup {
        policy: Arc::clone(&wanted.policy),
        clock: Arc::clone(&time.clock),
        signals: printer.signals(),
        telephony: Arc::new(simulated.port.clone()),
        // Time that is made up need not survive the loss of power.
        durability: if time.own.is_some() { Durability::Process } else { Durability::Power },
        idle: Idle(IDLE.saturating_mul(speed)),
    };
    Machine::open(dir, setup).map_err(|error| directory::unusable(dir, &error))
}

/// The clock that is served by.
struct Time {
    clock: Arc<dyn Clock>,
    /// The directory's own clock, which outlives the process.
    own: Option<Arc<LastingClock>>,
    speed: u32,
}

impl Time {
    /// The system's clock, unless the directory has one of its own already or
    /// is to have one.
    fn of(args: &Serve, wanted: &Wanted) -> Result<Self, Stop> {
        let dir = args.data_dir.as_path();
        let known = lasting::read(dir).map_err(Stop::unusable)?;
        if known.is_none() && !args.demo && wanted.speed.is_none() {
            return Ok(Self { clock: Arc::new(SystemClock), own: None, speed: 1 });
        }
        let now = SystemClock.now();
        let first = if args.demo { demo_start(&wanted.policy, now) } else { now };
        let speed = wanted.speed.unwrap_or(1);
        let own = Arc::new(LastingClock::start(dir, first, speed).map_err(Stop::unusable)?);
        Ok(Self { clock: Arc::clone(&own) as Arc<dyn Clock>, own: Some(own), speed })
    }

    /// Keeps the clock; comes back only with what went wrong.
    async fn keep(&self) -> Stop {
        match &self.own {
            Some(own) => Stop::failed(own.keep().await),
            None => std::future::pending().await,
        }
    }

    fn stop(&self) -> Result<(), Stop> {
        self.own.as_ref().map_or(Ok(()), |own| own.stop().map_err(Stop::failed))
    }
}

/// What a newcomer should know first.
fn welcome(dir: &Path, address: SocketAddr, time: &Time, zone: &TimeZone) -> Vec<String> {
    let mut lines = vec![
        format!("Rollcall serves {} from {}.", dir.display(), times::long(time.clock.now(), zone)),
        format!("Health: http://{address}/healthz"),
    ];
    if address.ip().is_loopback() {
        lines.push(format!(
            "The telephone service is simulated, with {AGENTS} agents: no phone rings. Its API: http://{address}/"
        ));
    } else {
        lines.push(format!("The telephone service is simulated, with {AGENTS} agents: no phone rings."));
    }
    if time.own.is_some() {
        lines
            .push(format!("This directory has a clock of its own, which runs {} times as fast.", time.speed));
    }
    lines.push(
        "Look with `rollcall ledger`, `rollcall residents`, `rollcall why`; stop with Ctrl-C.".to_owned(),
    );
    lines
}

/// Returns when somebody asks the process to stop.
async fn stopped() -> Result<(), Stop> {
    let listen = |kind| signal(kind).map_err(Stop::failed);
    let (mut interrupt, mut terminate) = (listen(SignalKind::interrupt())?, listen(SignalKind::terminate())?);
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    Ok(())
}
