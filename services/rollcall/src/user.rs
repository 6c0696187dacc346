//! `rollcall user`: who may sign in on this machine.

use crate::args::{AddUser, RemoveUser, User, UserCommand};
use crate::directory::{self, look, zone};
use crate::output::Output;
use crate::runtime::runtime;
use crate::stop::Stop;
use crate::times;
use rollcall_api::auth::accounts::{canonical, problems};
use rollcall_api::auth::password;
use rollcall_domain::group::Group;
use rollcall_host::clock::SystemClock;
use rollcall_local::machine::Machine;
use rollcall_ports::{Account, Clock, Saved, Versioned};
use std::collections::BTreeSet;
use std::io::{BufRead, IsTerminal, Write, stderr, stdin};
use std::path::Path;

/// Accounts read at a time.
const PAGE: u32 = 200;

/// Adds, lists or removes accounts.
///
/// # Errors
/// [`Stop::Unusable`] with everything that is wrong with a new account,
/// [`Stop::Failed`] when the store does not behave.
pub(crate) fn run(args: &User) -> Result<(), Stop> {
    let runtime = runtime()?;
    match &args.command {
        UserCommand::Add(args) => runtime.block_on(add(args)),
        UserCommand::List(args) => {
            let machine = look(&args.data_dir)?;
            runtime.block_on(list(&machine, args.json))
        }
        UserCommand::Remove(args) => runtime.block_on(remove(args)),
    }
}

async fn add(args: &AddUser) -> Result<(), Stop> {
    let name = canonical(&args.name);
    let groups: Result<BTreeSet<Group>, _> = args.group.iter().map(|group| group.parse()).collect();
    let mut wrong = Vec::new();
    if let Err(no_group) = &groups {
        wrong.push(format!("--group is {}; {no_group}", args.group.join(",")));
    }
    let password = read_password(args.password_file.as_deref())?;
    wrong.extend(problems(&name, Some(&password), groups.as_ref().ok()).into_iter().map(|problem| {
        let found = if problem.found.is_empty() { String::new() } else { format!(" is {};", problem.found) };
        format!("{}:{found} expected {}", problem.field, problem.expected)
    }));
    let (Ok(groups), true) = (groups, wrong.is_empty()) else { return Err(Stop::Unusable(wrong)) };
    let policy = directory::policy(&args.data_dir).map_err(Stop::Unusable)?;
    let machine = directory::open(&args.data_dir, policy, directory::unheard())?;
    if make(&machine, &name, &password, groups).await? {
        let mut out = Output::take();
        writeln!(out, "{name} may sign in.")?;
        return Ok(out.finish()?);
    }
    Err(Stop::unusable(format_args!("there is an account {name} already; remove it first")))
}

/// Makes an account; answers whether the name was free.
///
/// # Errors
/// When the store does not behave.
pub(crate) async fn make(
    machine: &Machine,
    name: &str,
    password: &str,
    groups: BTreeSet<Group>,
) -> Result<bool, Stop> {
    let password_hash = password::hash(password).map_err(Stop::failed)?;
    let account = Account { name: name.to_owned(), groups, password_hash, since: SystemClock.now() };
    let saved = machine.store().accounts().save(&Versioned::new(account)).await?;
    Ok(matches!(saved, Saved::Done(_)))
}

/// The first line of the file, or of what is typed.
fn read_password(file: Option<&Path>) -> Result<String, Stop> {
    let mut line = String::new();
    match file {
        Some(path) => {
            let text = std::fs::read_to_string(path)
                .map_err(|error| Stop::unusable(format_args!("--password-file: {error}")))?;
            line.push_str(text.lines().next().unwrap_or_default());
        }
        None => {
            if stdin().is_terminal() {
                let mut terminal = stderr().lock();
                write!(terminal, "Password (it is shown while you type): ")?;
                terminal.flush()?;
            }
            let _read = stdin().lock().read_line(&mut line).map_err(Stop::unusable)?;
        }
    }
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

async fn list(machine: &Machine, json: bool) -> Result<(), Stop> {
    let (mut out, zone) = (Output::take(), zone(machine.policy()));
    let accounts = machine.store().accounts();
    let mut after: Option<String> = None;
    loop {
        let page = accounts.list(after.as_deref(), PAGE).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.value.name.clone());
        for Versioned { value: Account { name, groups, since, .. }, .. } in &page {
            if json {
                let shown = serde_json::json!({"name": name, "groups": groups, "since": since});
                writeln!(out, "{shown}")?;
            } else {
                let groups: Vec<_> = groups.iter().map(|group| group.name()).collect();
                writeln!(out, "{name}: {}, since {}", groups.join(", "), times::long(*since, &zone))?;
            }
        }
    }
    if after.is_none() && !json {
        writeln!(out, "Nobody may sign in. Add somebody with `rollcall user add`.")?;
    }
    Ok(out.finish()?)
}

async fn remove(args: &RemoveUser) -> Result<(), Stop> {
    let machine = look(&args.data_dir)?;
    let name = canonical(&args.name);
    if machine.store().accounts().remove(&name).await? {
        let mut out = Output::take();
        writeln!(out, "{name} may no longer sign in; open sessions have ended.")?;
        return Ok(out.finish()?);
    }
    Err(Stop::unusable(format_args!("there is no account {name}")))
}
