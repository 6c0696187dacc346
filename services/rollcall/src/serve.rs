//! `rollcall serve`: everything of one machine in one process.

mod demo;
mod entrance;
mod outside;
mod owner;
mod printer;
mod seen;
mod words;

use crate::args::Serve;
use crate::runtime::runtime;
use crate::stop::Stop;
use crate::{directory, times, town};
use entrance::Entrance;
use jiff::SignedDuration;
use jiff::tz::TimeZone;
use outside::Outside;
#[cfg(feature = "aws")]
pub(crate) use outside::setting;
use printer::Printer;
use rollcall_connect_sim::http::Service;
use rollcall_domain::policy::Policy;
use rollcall_embedded::{Durability, Options, Store};
use rollcall_host::clock::SystemClock;
use rollcall_host::settings::{ProcessVars, Vars};
use rollcall_local::loops::Idle;
use rollcall_local::machine::connect::{AGENTS, SetupError, Simulated, demo_start, simulated};
use rollcall_local::machine::lasting::{self, LastingClock};
use rollcall_local::machine::{Machine, Setup, http};
use rollcall_ports::{Clock, StreamReader};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::JoinSet;

/// The most that the clock may be made to run faster: ten minutes a second.
const FASTEST: u32 = 600;
/// Up to this speed ten minutes of silence are ten seconds at least, and mean
/// something.
const FASTEST_WATCHED: u32 = 60;
/// How often loops look for what another process did, in real time.
const IDLE: SignedDuration = SignedDuration::from_millis(500);

/// Serves until it is stopped.
///
/// # Errors
/// [`Stop::Unusable`] with every problem of options and settings,
/// [`Stop::Failed`] when a part of it fails.
pub(crate) fn run(args: &Serve) -> Result<(), Stop> {
    runtime()?.block_on(async {
        let wanted = Wanted::read(args).await.map_err(Stop::Unusable)?;
        serve(args, wanted).await
    })
}

/// The options, read.
struct Wanted {
    listen: SocketAddr,
    speed: Option<u32>,
    policy: Arc<Policy>,
    /// The real telephone service; without it, it is simulated.
    outside: Option<Outside>,
    entrance: Entrance,
}

impl Wanted {
    /// All problems at once.
    async fn read(args: &Serve) -> Result<Self, Vec<String>> {
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
        let outside = outside(args).await.map_err(|more| problems.extend(more));
        let entrance = Entrance::read(&|name| ProcessVars.get(name)).map_err(|more| problems.extend(more));
        match (listen, policy, outside, entrance) {
            (Ok(listen), Ok(policy), Ok(outside), Ok(entrance)) if problems.is_empty() => {
                Ok(Self { listen, speed, policy: Arc::new(policy), outside, entrance })
            }
            _ => Err(problems),
        }
    }
}

/// The telephone service that was asked for.
async fn outside(args: &Serve) -> Result<Option<Outside>, Vec<String>> {
    match args.telephony.as_str() {
        "simulated" => Ok(None),
        "connect" => {
            // Of the simulated service's own time, and of what only it can see.
            let wrong = [
                ("--demo", args.demo),
                ("--speed", args.speed.is_some()),
                ("--events", args.events.is_some()),
            ];
            let wrong = wrong.into_iter().filter(|(_, given)| *given);
            let mut problems: Vec<String> = wrong
                .map(|(option, _)| format!("{option} is for the simulated telephone service; leave it out with --telephony connect"))
                .collect();
            let outside = Outside::read().await.map_err(|more| problems.extend(more));
            if problems.is_empty() { Ok(outside.ok()) } else { Err(problems) }
        }
        other => Err(vec![format!("--telephony is {other:?}; expected simulated or connect")]),
    }
}

async fn serve(args: &Serve, wanted: Wanted) -> Result<(), Stop> {
    let dir = args.data_dir.as_path();
    let served = directory::serve(dir).await?;
    owner::claim(dir, wanted.outside.as_ref().map(Outside::name).as_deref())?;
    let listener = TcpListener::bind(wanted.listen).await.map_err(|error| {
        Stop::unusable(format_args!("--listen {}: {error}; choose another address or port", wanted.listen))
    })?;
    let time = Time::of(args, &wanted)?;
    let zone = directory::zone(&wanted.policy);
    let printer = Printer::start(Arc::clone(&time.clock), zone.clone());
    let (machine, line) = machine(dir, &wanted, &time, &printer).await?;
    directory::sound(dir, &machine)?;
    let address = listener.local_addr().map_err(Stop::failed)?;
    for text in welcome(dir, address, (&time, &zone), &line) {
        printer.line(text);
    }
    if args.demo && town::load(&machine).await? {
        printer.line("A made-up town of 200 residents was put into the store.".to_owned());
    }
    if args.demo && wanted.entrance.provider.is_none() {
        for told in demo::accounts(&machine, dir).await? {
            printer.line(told);
        }
    }
    let mut tasks = JoinSet::new();
    machine.take_in(&mut tasks);
    let router =
        http::router(&machine, entrance::open(dir, &machine, &line, wanted.entrance)?, line.wire(address));
    match line {
        Line::Simulated(simulated) => {
            machine.call(*simulated, seen::sink(args.events.as_deref())?, &mut tasks);
        }
        Line::Real { records, .. } => machine.call_through(records, &mut tasks),
    }
    let ended = tokio::select! {
        ended = stopped() => ended,
        () = printer.unheard() => Ok(()),
        failed = time.keep() => Err(failed),
        answered = http::serve(listener, router) => {
            Err(Stop::failed(format_args!("HTTP requests are no longer answered: {answered:?}")))
        }
        advice = machine.store().damaged() => {
            Err(Stop::failed(format_args!("{}: the database is damaged; {advice}", dir.display())))
        }
        // Loops never end by themselves.
        _ = tasks.join_next() => Err(Stop::failed("a part of the program has failed; start it again")),
    };
    tasks.shutdown().await;
    let stopped = time.stop();
    if ended.is_ok() && stopped.is_ok() {
        printer.line("Stopped. Nothing is lost: the next start goes on from here.".to_owned());
    }
    printer.finish();
    drop(served);
    ended.and(stopped)
}

/// The telephone service of a machine, open.
enum Line {
    Simulated(Box<Simulated>),
    Real { name: String, records: Arc<dyn StreamReader> },
}

impl Line {
    /// The simulated service's own API, where nobody else can reach it.
    fn wire(&self, address: SocketAddr) -> Option<&Service> {
        match self {
            Self::Simulated(simulated) => address.ip().is_loopback().then_some(&simulated.http),
            Self::Real { .. } => None,
        }
    }
}

async fn machine(
    dir: &Path,
    wanted: &Wanted,
    time: &Time,
    printer: &Printer,
) -> Result<(Arc<Machine>, Line), Stop> {
    let speed = i32::try_from(time.speed).unwrap_or(i32::MAX);
    let setup = |telephony| Setup {
        policy: Arc::new(time.kept_by(&wanted.policy)),
        clock: Arc::clone(&time.clock),
        signals: printer.signals(),
        telephony,
        // Time that is made up need not survive the loss of power.
        durability: if time.own.is_some() { Durability::Process } else { Durability::Power },
        idle: Idle(IDLE.saturating_mul(speed)),
    };
    let problem = |error| directory::unusable(dir, &error);
    if let Some(outside) = &wanted.outside {
        let store = Store::open_with(dir, Arc::clone(&time.clock), Options::default()).map_err(problem)?;
        let (records, horizon) = outside.records(&store).await?;
        let machine = Machine::over(store, horizon, setup(outside.telephony()));
        return Ok((machine, Line::Real { name: outside.name(), records }));
    }
    let simulated = simulated(dir, &wanted.policy, &time.clock, time.speed).map_err(|error| match error {
        SetupError::Flow(_) => Stop::failed(error),
        SetupError::Io(_) => Stop::unusable(error),
    })?;
    let machine = Machine::open(dir, setup(Arc::new(simulated.port.clone()))).map_err(problem)?;
    Ok((machine, Line::Simulated(Box::new(simulated))))
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

    /// The rules, but for those that watch the clock of the world and how fast
    /// the telephone service is: a clock of the directory's own cannot be set by
    /// others, and when it runs fast a moment of work is many minutes.
    fn kept_by(&self, policy: &Policy) -> Policy {
        let mut policy = policy.clone();
        if self.own.is_some() {
            policy.clock_forward_minutes = u32::MAX;
        }
        if self.speed > FASTEST_WATCHED {
            policy.silence_calls = u32::MAX;
        }
        policy
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
fn welcome(dir: &Path, address: SocketAddr, (time, zone): (&Time, &TimeZone), line: &Line) -> Vec<String> {
    let mut lines = vec![
        format!("Rollcall serves {} from {}.", dir.display(), times::long(time.clock.now(), zone)),
        format!("Health: http://{address}/healthz"),
    ];
    lines.push(match (line, line.wire(address)) {
        (Line::Real { name, .. }, _) => format!("Calls are made through {name}: PHONES RING."),
        (Line::Simulated(_), Some(_)) => format!(
            "The telephone service is simulated, with {AGENTS} agents: no phone rings. Its API: http://{address}/"
        ),
        (Line::Simulated(_), None) => {
            format!("The telephone service is simulated, with {AGENTS} agents: no phone rings.")
        }
    });
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
