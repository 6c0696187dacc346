//! What the simulated Connect must not forget when this process ends: the real
//! one does not die with its customers.
//!
//! A file in the data directory holds how it began, everything that was asked
//! of it, and how many of the things it did reached the world. Repeated, that
//! gives the same Connect again, with its calls, its callbacks and the records
//! that were on their way; what is after the last thing that reached the world
//! is done (again): at least once, as Connect's own records come.
//!
//! Absent on purpose: flushes to the disk. After a loss of power this Connect
//! may have forgotten its last calls, and the sweep settles them.

use jiff::{SignedDuration, Timestamp};
use rollcall_connect_sim::{Emission, Input, SimConfig, Simulator};
use serde::{Deserialize, Serialize};
use std::fs::{File, OpenOptions};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, BufRead, BufReader, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

/// The file in the data directory.
pub(super) const FILE: &str = "connect.ndjson";
/// A file that has grown beyond this (bytes), or is older than this, is begun
/// anew as soon as nothing would be missed.
const LARGE: u64 = 16 << 20;
const OLD: SignedDuration = SignedDuration::from_hours(24 * 30);
/// Signs of a number that are written down: the longest prefix that is refused.
const KEPT: usize = 6;
/// Of what is written down: 2 since it is without numbers. A former one is begun anew.
const FORM: u32 = 2;

/// One line of the file.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Line {
    Began(Began),
    Asked(Box<Input>),
    /// So many more of its emissions reached the world.
    Done(u64),
}

/// How a simulated Connect begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Began {
    /// When.
    pub(super) at: Timestamp,
    /// Decides everything that is left to chance there.
    pub(super) seed: u64,
    /// Stands for the rest of its configuration: another one, another Connect.
    like: u64,
}

impl Began {
    /// A beginning now. The moment is the seed, so that no two have the same
    /// contact ids.
    pub(super) fn at(now: Timestamp) -> Self {
        let nanos = now.as_nanosecond().unsigned_abs() & u128::from(u64::MAX);
        Self { at: now, seed: u64::try_from(nanos).unwrap_or(0), like: 0 }
    }
}

/// The file, open for more.
pub(super) struct Journal {
    file: File,
    broken: AtomicBool,
}

/// A simulated Connect as its file has it.
pub(super) struct Recalled {
    pub(super) journal: Journal,
    pub(super) simulator: Simulator,
    /// What it did before its last input that may not have reached the world.
    pub(super) pending: Vec<Emission>,
    /// How much of what it will do next has reached the world already.
    pub(super) skip: u64,
    /// Whether it had begun before.
    pub(super) known: bool,
}

/// Brings back the Connect of `dir`, or begins one. `config` says what one that
/// began so is made of.
///
/// # Errors
/// When the file cannot be read or written.
pub(super) fn recall(
    dir: &Path,
    now: Timestamp,
    config: impl Fn(Began) -> SimConfig,
) -> io::Result<Recalled> {
    let mut file = open(dir)?;
    if let Some(began) = beginning(&mut file)? {
        let config = config(began);
        if likeness(&config) == began.like {
            let (simulator, pending, skip) = repeat(&mut file, began, config)?;
            let past = now.duration_since(began.at) > OLD || file.metadata()?.len() > LARGE;
            if !(past && pending.is_empty() && skip == 0 && simulator.is_at_rest()) {
                let journal = Journal { file, broken: AtomicBool::new(false) };
                return Ok(Recalled { journal, simulator, pending, skip, known: true });
            }
        }
    }
    let mut began = Began::at(now);
    let config = config(began);
    began.like = likeness(&config);
    file.set_len(0)?;
    let journal = Journal { file, broken: AtomicBool::new(false) };
    journal.append(&Line::Began(began))?;
    let simulator = Simulator::new(config, now);
    Ok(Recalled { journal, simulator, pending: Vec::new(), skip: 0, known: false })
}

impl Journal {
    /// Writes down what is asked, before it takes effect.
    pub(super) fn asked(&self, input: &Input) {
        let mut input = input.clone();
        if let Input::Start { request, .. } = &mut input {
            mask(&mut request.destination_phone_number);
        }
        self.note(&Line::Asked(Box::new(input)));
    }

    /// Writes down that one more emission reached the world.
    pub(super) fn done(&self) {
        self.note(&Line::Done(1));
    }

    /// A file with a gap would bring back another Connect: after an error it
    /// is emptied, and the next start begins a new one.
    fn note(&self, line: &Line) {
        if !self.broken.load(Ordering::Relaxed) && self.append(line).is_err() {
            self.broken.store(true, Ordering::Relaxed);
            // Where this fails too, the end of the file is cut off and ignored.
            let _emptied = self.file.set_len(0);
        }
    }

    /// One line in one write, so that a process that is killed leaves whole lines.
    fn append(&self, line: &Line) -> io::Result<()> {
        let mut text = serde_json::to_vec(line)?;
        text.push(b'\n');
        (&self.file).write_all(&text)
    }
}

/// Leaves of a number what the simulated Connect asks of it again. Whoever is
/// erased must not stand in a file that grows for weeks.
fn mask(number: &mut String) {
    *number = number.chars().enumerate().map(|(place, sign)| if place < KEPT { sign } else { '0' }).collect();
}

fn open(dir: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(dir.join(FILE))
}

fn beginning(file: &mut File) -> io::Result<Option<Began>> {
    let mut first = String::new();
    file.seek(SeekFrom::Start(0))?;
    BufReader::new(&mut *file).read_line(&mut first)?;
    Ok(match serde_json::from_str(&first) {
        Ok(Line::Began(began)) => Some(began),
        Ok(Line::Asked(_) | Line::Done(_)) | Err(_) => None,
    })
}

/// Repeats everything that was asked. Only emissions that did not reach the
/// world are kept, so the file is read twice. What happened by itself after the
/// last input happens again when time passes: so much of it is to be skipped.
fn repeat(file: &mut File, began: Began, config: SimConfig) -> io::Result<(Simulator, Vec<Emission>, u64)> {
    let mut done = 0;
    for_each_line(file, |line| {
        if let Line::Done(more) = line {
            done += more;
        }
    })?;
    let mut simulator = Simulator::new(config, began.at);
    let mut pending = Vec::new();
    for_each_line(file, |line| {
        if let Line::Asked(input) = line {
            for emission in simulator.repeat(&input) {
                if done > 0 {
                    done -= 1;
                } else {
                    pending.push(emission);
                }
            }
        }
    })?;
    Ok((simulator, pending, done))
}

/// Reads the file from its beginning. A line that was cut off is the last one,
/// and was never acted upon, because the write before the act did not succeed:
/// it is taken away, so that the next line does not run into it.
fn for_each_line(file: &mut File, mut act: impl FnMut(Line)) -> io::Result<()> {
    file.seek(SeekFrom::Start(0))?;
    let mut whole = 0;
    let mut text = Vec::new();
    let mut reader = BufReader::new(&mut *file);
    while reader.read_until(b'\n', &mut text)? > 0 {
        match serde_json::from_slice(&text) {
            Ok(line) if text.ends_with(b"\n") => act(line),
            _ => break,
        }
        whole += text.len() as u64;
        text.clear();
    }
    if whole < file.metadata()?.len() { file.set_len(whole) } else { Ok(()) }
}

fn likeness(config: &SimConfig) -> u64 {
    let mut hasher = DefaultHasher::new();
    format!("{config:?}").hash(&mut hasher);
    FORM.hash(&mut hasher);
    env!("CARGO_PKG_VERSION").hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::connect::{agents, flow};
    use rollcall_connect_sim::{CallStage, PersonAct, Place, ResidentMix};
    use rollcall_contracts::connect::api::StartOutboundRequest;
    use rollcall_domain::policy::Policy;
    use std::sync::Arc;

    const NINE: &str = "2026-11-23T09:00:00Z";

    fn at(seconds: i64) -> Timestamp {
        NINE.parse::<Timestamp>().unwrap() + SignedDuration::from_secs(seconds)
    }

    fn config(began: Began, policy: &Policy) -> SimConfig {
        let place = Place::default();
        let agents = agents(policy, began.at);
        // One person and six simulated agents have something to do.
        let residents = ResidentMix::parse("talk=0.5").unwrap();
        SimConfig { agents, residents, ..SimConfig::new(7, flow(&place).unwrap()) }
    }

    fn request(index: usize) -> StartOutboundRequest {
        let place = Place::default();
        StartOutboundRequest {
            destination_phone_number: format!("+447700900{index:03}"),
            contact_flow_id: place.flow_id,
            instance_id: place.instance_id,
            queue_id: Some(place.queue_id),
            client_token: Some(format!("token-{index}")),
            ..StartOutboundRequest::default()
        }
    }

    /// Somebody at the desk, who looks at the phone and does what is next.
    fn person(simulator: &mut Simulator, now: Timestamp) {
        let Some(call) = simulator.phone("jo").call else {
            simulator.act(now, "jo", &PersonAct::Available);
            return;
        };
        let passed = now.duration_since(call.since).as_secs();
        let act = match call.stage {
            CallStage::Incoming if now.as_second() % 30 == 0 => PersonAct::Decline(call.contact_id),
            CallStage::Incoming if passed > 5 => PersonAct::Accept(call.contact_id),
            CallStage::Connected if passed > 90 => PersonAct::HangUp(call.contact_id),
            CallStage::WrapUp if passed > 60 => PersonAct::WrappedUp(call.contact_id),
            CallStage::Incoming | CallStage::Connecting | CallStage::Connected | CallStage::WrapUp => return,
        };
        simulator.act(now, "jo", &act);
    }

    /// Forty calls in five minutes and everything that follows, with an end of
    /// the process after each `every` emissions that reached the world.
    fn course(every: usize) -> Vec<Emission> {
        let dir = tempfile::tempdir().unwrap();
        let (mut world, mut asked, mut second) = (Vec::new(), 0, 0);
        while second < 20_000 {
            let now = at(second);
            let Recalled { journal, mut simulator, pending, mut skip, .. } =
                recall(dir.path(), now, |began| config(began, &Policy::default())).unwrap();
            let journal = Arc::new(journal);
            let notes = Arc::clone(&journal);
            simulator.on_input(move |input| notes.asked(input));
            let end = world.len() + every;
            let carry_out = |emission: Emission, simulator: &mut Simulator, world: &mut Vec<Emission>| {
                if let Emission::InvokeFunction(call) = &emission {
                    let answer = [("status".to_owned(), "recorded".to_owned())].into();
                    simulator.function_answered(call.at, call.id, Ok(answer));
                }
                world.push(masked(emission));
                journal.done();
            };
            for emission in pending {
                carry_out(emission, &mut simulator, &mut world);
            }
            while world.len() < end && second < 20_000 {
                let emissions = simulator.advance(at(second));
                if emissions.is_empty() {
                    second += 1;
                    if asked < 40 && second % 7 == 0 {
                        // Some are refused for want of a line.
                        let _answer = simulator.start_outbound(at(second), &request(asked));
                        asked += 1;
                    }
                    person(&mut simulator, at(second));
                }
                for emission in emissions {
                    if skip > 0 {
                        skip -= 1;
                    } else if world.len() < end {
                        carry_out(emission, &mut simulator, &mut world);
                    }
                }
            }
        }
        world
    }

    /// News of calls from before the end of a process have no number after it.
    fn masked(mut emission: Emission) -> Emission {
        if let Emission::InvokeFunction(call) = &mut emission {
            call.payload.details.contact_data.customer_endpoint = None;
        }
        let Emission::StreamRecord { data, .. } = &mut emission else { return emission };
        let mut text = String::from_utf8(data.clone()).unwrap();
        while let Some(at) = text.find("+447700900") {
            text.replace_range(at + KEPT..at + 13, "0000000");
        }
        *data = text.into_bytes();
        emission
    }

    #[test]
    fn no_number_is_written_down() {
        let dir = tempfile::tempdir().unwrap();
        let Recalled { journal, mut simulator, .. } =
            recall(dir.path(), at(0), |began| config(began, &Policy::default())).unwrap();
        simulator.on_input(move |input| journal.asked(input));
        simulator.start_outbound(at(1), &request(123)).unwrap();
        let written = std::fs::read_to_string(dir.path().join(FILE)).unwrap();
        assert!(written.contains("+447700000") && !written.contains("900123"), "{written}");
    }

    #[test]
    fn however_often_it_is_killed_it_does_the_same() {
        let whole = course(usize::MAX / 2);
        assert!(whole.len() > 300, "{}", whole.len());
        let of_person = |emission: &&Emission| match emission {
            Emission::StreamRecord { data, .. } => data.windows(15).any(|part| part == br#""Username":"jo""#),
            Emission::InvokeFunction(_) | Emission::Seen(_) => false,
        };
        let of_person = whole.iter().filter(of_person).count();
        assert!(of_person > 2, "a person took {of_person} of the callbacks");
        for every in [1, 7, 50] {
            assert!(course(every) == whole, "killed after each {every}");
        }
    }

    #[test]
    fn another_configuration_is_another_connect() {
        let dir = tempfile::tempdir().unwrap();
        let recalled = |policy: &Policy, second| {
            recall(dir.path(), at(second), |began| config(began, policy)).unwrap().known
        };
        let policy = Policy::default();
        assert!(!recalled(&policy, 0));
        assert!(recalled(&policy, 1));
        let shorter = Policy { timezone: "Europe/Paris".to_owned(), ..Policy::default() };
        assert!(!recalled(&shorter, 2));
        assert!(recalled(&shorter, 3));
    }

    #[test]
    fn a_line_that_was_cut_off_is_taken_away() {
        let dir = tempfile::tempdir().unwrap();
        let recalled = |now| recall(dir.path(), now, |began| config(began, &Policy::default())).unwrap();
        drop(recalled(at(0)));
        (&open(dir.path()).unwrap()).write_all(b"{\"asked\":{\"inp").unwrap();
        let Recalled { journal, mut simulator, known, .. } = recalled(at(1));
        assert!(known);
        simulator.on_input(move |input| journal.asked(input));
        let contact = simulator.start_outbound(at(1), &request(0)).unwrap();
        let place = Place::default();
        let mut again = recalled(at(2)).simulator;
        assert!(again.describe_contact(at(2), &place.instance_id, &contact).is_ok());
    }

    #[test]
    fn an_old_one_is_replaced_when_nothing_would_be_missed() {
        let dir = tempfile::tempdir().unwrap();
        let known = |now| recall(dir.path(), now, |began| config(began, &Policy::default())).unwrap().known;
        assert!(!known(at(0)));
        assert!(known(at(29 * 24 * 3600)));
        assert!(!known(at(31 * 24 * 3600)));
    }
}
