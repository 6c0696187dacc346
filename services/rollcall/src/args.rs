//! What can be said on the command line.
//!
//! Values are taken as texts and read by the commands themselves, so that all
//! that is wrong is reported at once, together with wrong settings.

use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;

mod backup;
mod erase;
mod ledger;
mod letters;
mod suppressions;

pub(crate) use backup::{Backup, Restore};
pub(crate) use erase::{Erase, Export};
pub(crate) use ledger::Ledger;
pub(crate) use letters::{
    Author, DeadLetters, DiscardLetters, DryRun, EditLetter, LettersCommand, ListLetters, ReplayLetters,
    ShowLetter, SomeLetters, StopReplay,
};
pub(crate) use suppressions::{Suppress, Unsuppress};

const SETTINGS: &str = "\
Settings:
  DIR/rollcall.toml, if there is one, may hold a table [policy]; a variable of the environment
  outranks it: ROLLCALL_POLICY_ and the setting's name in capitals, for example
  ROLLCALL_POLICY_RING_SECONDS=30. Settings are, among others: gap_minutes, max_attempts,
  success_interval_minutes, ring_seconds, callback_deadline_minutes, starts_per_second,
  concurrent_calls, calls_per_free_agent, timezone, region, holidays, window.
  A wrong value stops the program at its start; all wrong values are listed at once.";

const CONNECT: &str = "\
With --telephony connect, calls go through an instance of Amazon Connect, and what became of them is read
from the Kinesis stream of its contact records. All of these variables are needed, but for the number:
  ROLLCALL_CONNECT_INSTANCE_ID, ROLLCALL_CONNECT_FLOW_ID, ROLLCALL_CONNECT_QUEUE_ID: ids, not ARNs
  ROLLCALL_CONNECT_SOURCE_NUMBER: the number that residents see, instead of the queue's own
  ROLLCALL_STREAM_OUTCOMES: the name of the stream
  AWS_REGION, and credentials, where every program of AWS looks for them
The directory must never have been served with the simulated service.";

const STATUS: &str = "\
Exit status: 0 done; 1 it could not be done, or something was found to be wrong; 2 what was given
(options, settings, file) cannot be used.";

/// Phones every resident on a list, asks how they are, hands those who want to
/// talk to an agent, and accounts for everyone.
#[derive(Debug, Parser)]
#[command(name = "rollcall", version, after_help = STATUS)]
pub(crate) struct Program {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Serve(Serve),
    Import(Import),
    Rehearse(Rehearse),
    Ledger(Ledger),
    /// List the residents on the register
    Residents(Directory),
    Why(Why),
    DeadLetters(DeadLetters),
    Dialing(Dialing),
    Suppress(Suppress),
    /// List who is never called: the suppression list
    Suppressions(Directory),
    Unsuppress(Unsuppress),
    Erase(Erase),
    Export(Export),
    Backup(Backup),
    Restore(Restore),
    User(User),
    Doctor(Doctor),
}

/// Make the calls: run everything on this machine
///
/// Runs all services in one process until it is stopped (Ctrl-C): takes in
/// lists that are imported, plans and makes calls, takes in answers, and prints
/// one line for each thing that happens. Unless told otherwise the telephone
/// service is simulated: no real phone rings.
#[derive(Debug, Args)]
#[command(after_help = format!("{SETTINGS}\n\n{CONNECT}"))]
pub(crate) struct Serve {
    /// The directory that holds the register and everything else
    #[arg(long, value_name = "DIR", default_value = "./data")]
    pub(crate) data_dir: PathBuf,
    /// Where to answer HTTP requests: an address of this machine and a port
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    pub(crate) listen: String,
    /// What makes the calls: simulated, or connect for Amazon Connect
    #[arg(long, value_name = "simulated|connect", default_value = "simulated")]
    pub(crate) telephony: String,
    /// Load a made-up town of 200 residents, and start the clock just before calls begin on the next working day
    #[arg(long)]
    pub(crate) demo: bool,
    /// Let time pass so many times as fast: with 60, a minute passes each second
    #[arg(long, value_name = "N")]
    pub(crate) speed: Option<String>,
    /// Also write down what the simulated telephone service saw, one JSON object a line, at the end of this file
    #[arg(long, value_name = "FILE")]
    pub(crate) events: Option<PathBuf>,
}

/// Add the residents of a CSV file to the register, and report on each line that was not taken
///
/// Adds the residents of a CSV file to the register. Its first row names the
/// columns: firstName, lastName, number and, if wanted, reference, timezone,
/// language, windowStart, windowEnd, notes, consent, risk, and up to five pairs
/// of keyholderName and keyholderNumber. Rows that cannot be taken
/// are reported with line and reason, all others are taken. Nobody who is on
/// the register already is changed. Can be run while `serve` runs.
#[derive(Debug, Args)]
#[command(after_help = "Exit status: 0 when the file was taken, even if some rows were rejected; 2 when it \
                        was refused as a whole, and nothing of it is stored.")]
pub(crate) struct Import {
    /// The CSV file
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// The directory that holds the register; it is created if need be
    #[arg(long, value_name = "DIR", default_value = "./data")]
    pub(crate) data_dir: PathBuf,
    /// Report as one JSON object, with every rejection and warning
    #[arg(long)]
    pub(crate) json: bool,
}

/// Rehearse days of calling for a CSV file in seconds, without a telephone
///
/// Plays days of calling for the residents of a CSV file: the real services,
/// a simulated telephone service, and a clock that needs seconds for days.
/// Checks all the while that every rule holds. Nothing is stored, no phone
/// rings.
#[derive(Debug, Args)]
#[command(after_help = "\
Exit status: 0 when every property held; 1 when one failed (the seed that shows it again is printed); 2 \
when the file or an option cannot be used.

Answers: well, talk, silent, hang_up, busy, no_answer, voicemail, bad_number, network, opt_out. What is not named \
shares the rest in the usual proportion, for example --answers well=0.7,no_answer=0.2.")]
pub(crate) struct Rehearse {
    /// The CSV file
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// How many agents sit at the desk
    #[arg(long, allow_hyphen_values = true, value_name = "N")]
    pub(crate) agents: String,
    /// How many days to rehearse
    #[arg(long, allow_hyphen_values = true, value_name = "D", default_value = "1")]
    pub(crate) days: String,
    /// Decides everything that is left to chance: the same seed gives the same days
    #[arg(long, allow_hyphen_values = true, value_name = "S", default_value = "1")]
    pub(crate) seed: String,
    /// How much goes wrong: none, mild (now and then) or harsh (all the time)
    #[arg(long, value_name = "none|mild|harsh", default_value = "none")]
    pub(crate) faults: String,
    /// When the rehearsal begins
    #[arg(long, value_name = "RFC3339", default_value = "2026-11-23T08:00:00Z")]
    pub(crate) start: String,
    /// What residents do when they are called, as shares of 1
    #[arg(long, value_name = "KIND=SHARE,…")]
    pub(crate) answers: Option<String>,
    /// Nobody accepts an escalation; otherwise duty officers see to some of them
    #[arg(long)]
    pub(crate) no_officers: bool,
    /// Write down what the simulated telephone service saw, one JSON object a line
    #[arg(long, value_name = "OUT.ndjson")]
    pub(crate) events: Option<PathBuf>,
    /// Report as one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

/// Which register to look at. Can be run while `serve` runs.
#[derive(Debug, Args)]
pub(crate) struct Directory {
    /// The directory that holds the register
    #[arg(long, value_name = "DIR", default_value = "./data")]
    pub(crate) data_dir: PathBuf,
    /// Print JSON instead of text
    #[arg(long)]
    pub(crate) json: bool,
}

/// Where it is done.
#[derive(Debug, Args)]
pub(crate) struct Place {
    /// The directory that holds the register
    #[arg(long, value_name = "DIR", default_value = "./data")]
    pub(crate) data_dir: PathBuf,
    /// On AWS, where it is deployed with this Prefix, by your own credentials; see infra/DEPLOY.md
    #[arg(long, value_name = "PREFIX", conflicts_with = "data_dir")]
    pub(crate) aws: Option<String>,
    /// Print JSON instead of text
    #[arg(long)]
    pub(crate) json: bool,
}

/// Say why a resident may or may not be called
///
/// Says in plain words whether this resident may be called and, if not, which
/// rule forbids it and when that changes, in the resident's own time zone.
#[derive(Debug, Args)]
pub(crate) struct Why {
    /// The resident: the id, the beginning of the id, or the reference of the uploaded list
    #[arg(value_name = "RESIDENT")]
    pub(crate) resident: String,
    /// As of this moment instead of now, for example 2026-11-23T09:30:00Z
    #[arg(long, value_name = "RFC3339")]
    pub(crate) at: Option<String>,
    #[command(flatten)]
    pub(crate) directory: Directory,
}

/// Say whether calls are made, stop all of them, or start again
///
/// The one switch over all dialing. It is stopped by a person, or trips by
/// itself when calls fail, nothing is heard of them, the clock jumps or the
/// telephone service is set up wrongly; then only a person starts it again. No
/// call is begun from a minute after the stop at the latest. Calls that ring go
/// on, and callbacks that were promised are kept. Can be run while `serve` runs.
#[derive(Debug, Args)]
pub(crate) struct Dialing {
    #[command(subcommand)]
    pub(crate) command: DialingCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum DialingCommand {
    /// Say whether calls are made and, if not, since when, by whom and why
    Status(Directory),
    /// Stop all dialing; a repeat changes nothing
    Stop(Turn),
    /// Start dialing again, whoever or whatever stopped it
    Start(Turn),
}

/// Why the switch is turned, and where.
#[derive(Debug, Args)]
pub(crate) struct Turn {
    /// Why; it is shown to everybody and kept in the audit log
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: String,
    #[command(flatten)]
    pub(crate) directory: Directory,
}

/// Say who may sign in to the portal of this machine
///
/// Keeps the accounts with which people sign in where no OpenID provider does.
/// Can be run while `serve` runs; a change ends the sessions of the account.
#[derive(Debug, Args)]
pub(crate) struct User {
    #[command(subcommand)]
    pub(crate) command: UserCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum UserCommand {
    Add(AddUser),
    /// List them, by name
    List(Directory),
    Remove(RemoveUser),
}

/// Add somebody; the password is read from a file or from what is typed
#[derive(Debug, Args)]
pub(crate) struct AddUser {
    /// What they sign in by
    #[arg(value_name = "NAME")]
    pub(crate) name: String,
    /// What they do: uploaders bring lists, agents call back, operators keep the service running
    #[arg(long, value_name = "uploaders|agents|operators", required = true, value_delimiter = ',')]
    pub(crate) group: Vec<String>,
    /// Take the first line of this file as the password instead of asking for it
    #[arg(long, value_name = "FILE")]
    pub(crate) password_file: Option<PathBuf>,
    /// The directory that holds the register; it is created if need be
    #[arg(long, value_name = "DIR", default_value = "./data")]
    pub(crate) data_dir: PathBuf,
}

/// Remove somebody, and end their sessions
#[derive(Debug, Args)]
pub(crate) struct RemoveUser {
    /// What they sign in by
    #[arg(value_name = "NAME")]
    pub(crate) name: String,
    /// The directory that holds the register
    #[arg(long, value_name = "DIR", default_value = "./data")]
    pub(crate) data_dir: PathBuf,
}

const DOCTOR: &str = "\
Each line begins with
  ok       it is as it must be
  WRONG    it is not; the line below says what to do, and what comes first is to be put right first
  denied   these credentials may not ask; the line names the action and the resource that are missing
  unknown  it was asked, and there was no answer
  by hand  no service tells it; the line below says where people look it up
and the last line counts them. Denied and unknown are not known to be well.

Without --prefix: Amazon Connect, the stream, quotas and this machine's clock, by the variables of serve
--telephony connect (serve --help). With --prefix also tables, queues, bucket, topics, functions and
schedules. Connect's ids are then those of the functions; where the variables are set, they are compared.

Exit status: 0 nothing is known to be wrong (the last line says whether all could be asked); 1 something is
WRONG; 2 nothing could be asked: a setting is missing, there are no credentials, AWS refuses them or does not
answer (one line on standard error says which), or all that was asked was denied.";

/// Check that what Amazon runs for Rollcall is set up as it must be
///
/// Asks AWS whether everything is there and set up, and says for each thing
/// that is wrong what to do. Changes nothing, calls nobody.
#[derive(Debug, Args)]
#[command(after_help = DOCTOR)]
pub(crate) struct Doctor {
    /// Look at AWS
    #[arg(long)]
    pub(crate) aws: bool,
    /// Look at everything that infra/template.yaml deployed with this Prefix, not only at Connect and the stream
    #[arg(long, value_name = "PREFIX")]
    pub(crate) prefix: Option<String>,
    /// Print one JSON list of checks instead of text: name, state (ok, wrong, denied, unknown, by_hand), found, advice
    #[arg(long)]
    pub(crate) json: bool,
}
