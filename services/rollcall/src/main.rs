//! The program `rollcall`.

mod args;
mod backup;
mod deployed;
mod dialing;
mod directory;
mod doctor;
mod erase;
mod erasing;
mod export;
mod import;
mod json;
mod ledger;
mod letters;
mod output;
mod rehearse;
mod residents;
mod runtime;
mod serve;
mod stop;
mod suppress;
mod times;
mod town;
mod user;
mod why;

use args::{Command, Program};
use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    let program = match Program::try_parse() {
        Ok(program) => program,
        Err(error) => return stop::said(&error),
    };
    stop::status(match program.command {
        Command::Serve(args) => serve::run(&args),
        Command::Import(args) => import::run(&args),
        Command::Rehearse(args) => rehearse::run(&args),
        Command::Ledger(args) => ledger::run(&args),
        Command::Residents(args) => residents::run(&args),
        Command::Why(args) => why::run(&args),
        Command::Dialing(args) => dialing::run(&args),
        Command::Suppress(args) => suppress::add(&args),
        Command::Suppressions(args) => suppress::list(&args),
        Command::Unsuppress(args) => suppress::lift(&args),
        Command::Erase(args) => erase::run(&args),
        Command::Export(args) => export::run(&args),
        Command::DeadLetters(args) => letters::run(&args),
        Command::Backup(args) => backup::run(&args),
        Command::Restore(args) => backup::restore(&args),
        Command::User(args) => user::run(&args),
        Command::Doctor(args) => doctor::run(&args),
    })
}
