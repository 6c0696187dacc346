//! The words and rules of Rollcall.
//!
//! Everything here is pure: no async, no input or output, no clock and no
//! randomness. Time comes in as an argument, decisions go out as values.
//! Services load, ask this crate what to do, record it, and act.
//!
//! Where to look: [`resident`] is the person and what is remembered of the
//! calls to them; [`rules`] decides when they may be dialed and says why not;
//! [`staff`] is what people may change of a resident, [`record`] what is kept of
//! it, [`search`] how they find one,
//! [`suppression`] who is never to be called, [`undo`] what of an upload can be taken back; [`attempt`] is one
//! dial and what is known of it; [`callback`] the promise
//! that an agent rings, [`desk`] what agents do with it; [`escalation`] who is told of a person
//! who was not reached; [`pace`] how fast calls may start,
//! [`switch`] whether they may at all, [`breaker`] what stops them by itself; [`ledger`] the
//! account of the day, [`day`] that of a day that is over; [`letter`] a message that was set aside and what became of it; [`policy`] every number
//! an operator may change;
//! [`group`] who uses the service.

pub mod attempt;
pub mod batch;
pub mod breaker;
pub mod calendar;
pub mod callback;
pub mod day;
pub mod desk;
pub mod duty;
pub mod erasure;
pub mod escalation;
pub mod group;
pub mod identity;
pub mod ids;
pub mod ledger;
pub mod letter;
pub mod pace;
pub mod phone;
pub mod policy;
pub mod record;
pub mod resident;
pub mod retention;
pub mod rules;
pub mod search;
pub mod staff;
pub mod suppression;
pub mod switch;
pub mod undo;
