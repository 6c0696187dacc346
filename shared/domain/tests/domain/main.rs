//! The rules, by tables and properties. One program of all of them, so that a change costs one link: `make mutants`
//! builds it more than a thousand times.

mod attempt;
mod batch;
mod callback;
mod common;
mod day;
mod desk;
mod duty;
mod erasure;
mod escalation;
mod ledger;
mod letter;
mod next_due;
mod pace;
mod phone;
mod policy;
mod resident;
mod retention;
mod rules;
mod search;
mod staff;
mod suppression;
mod undo;
mod words;
