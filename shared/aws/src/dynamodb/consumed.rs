//! What requests cost.

use aws_sdk_dynamodb::operation::batch_get_item::BatchGetItemOutput;
use aws_sdk_dynamodb::operation::get_item::GetItemOutput;
use aws_sdk_dynamodb::operation::put_item::PutItemOutput;
use aws_sdk_dynamodb::operation::query::QueryOutput;
use aws_sdk_dynamodb::operation::scan::ScanOutput;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsOutput;
use aws_sdk_dynamodb::operation::update_item::UpdateItemOutput;
use aws_sdk_dynamodb::types::ConsumedCapacity;
use std::collections::BTreeMap;
use std::ops::AddAssign;
use std::sync::{Mutex, PoisonError};

/// What each operation has consumed, added up. Requests that failed are
/// counted, but DynamoDB does not say what they cost: a refused condition pays
/// for the write all the same.
#[derive(Debug, Default)]
pub struct Consumed(Mutex<BTreeMap<Operation, Units>>);

/// What a request is made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Operation {
    /// The port, as its faults name it.
    pub port: &'static str,
    /// Its method.
    pub name: &'static str,
}

/// Requests and capacity units (Developer Guide, "DynamoDB throughput
/// capacity": one read unit is 4 kB read consistently, one write unit is 1 kB).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Units {
    /// Requests made, those of the SDK's own retries not among them.
    pub requests: u64,
    /// Read units, in halves.
    pub read: f64,
    /// Write units, those of the indexes among them.
    pub write: f64,
}

impl AddAssign for Units {
    fn add_assign(&mut self, other: Self) {
        self.requests += other.requests;
        self.read += other.read;
        self.write += other.write;
    }
}

impl Consumed {
    /// What each operation has consumed.
    #[must_use]
    pub fn each(&self) -> BTreeMap<Operation, Units> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What all operations together have consumed.
    #[must_use]
    pub fn total(&self) -> Units {
        let mut total = Units::default();
        for units in self.each().into_values() {
            total += units;
        }
        total
    }

    /// As [`Consumed::each`], and begins again at nothing: for a signal that
    /// tells of one invocation.
    #[must_use]
    pub fn take(&self) -> BTreeMap<Operation, Units> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn add(&self, operation: Operation, units: Units) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(operation).or_default() += units;
    }
}

/// An answer that says what it cost.
pub(super) trait Cost {
    /// The units of this one request.
    fn units(&self) -> Units;
}

fn one(read: f64, write: f64) -> Units {
    Units { requests: 1, read, write }
}

fn sum(consumed: &[ConsumedCapacity]) -> f64 {
    consumed.iter().filter_map(ConsumedCapacity::capacity_units).sum()
}

fn of(consumed: Option<&ConsumedCapacity>) -> f64 {
    consumed.and_then(ConsumedCapacity::capacity_units).unwrap_or(0.0)
}

macro_rules! reads {
    ($($answer:ty),*) => { $(
        impl Cost for $answer {
            fn units(&self) -> Units { one(of(self.consumed_capacity()), 0.0) }
        }
    )* };
}
reads!(GetItemOutput, QueryOutput, ScanOutput);

macro_rules! writes {
    ($($answer:ty),*) => { $(
        impl Cost for $answer {
            fn units(&self) -> Units { one(0.0, of(self.consumed_capacity())) }
        }
    )* };
}
writes!(PutItemOutput, UpdateItemOutput);

impl Cost for BatchGetItemOutput {
    fn units(&self) -> Units {
        one(sum(self.consumed_capacity()), 0.0)
    }
}

impl Cost for TransactWriteItemsOutput {
    /// A transaction that was done before, and whose answer was lost, is
    /// answered at the price of reading.
    fn units(&self) -> Units {
        let mut units = one(0.0, 0.0);
        for consumed in self.consumed_capacity() {
            match (consumed.read_capacity_units(), consumed.write_capacity_units()) {
                (None, None) => units.write += consumed.capacity_units().unwrap_or(0.0),
                (read, write) => {
                    units.read += read.unwrap_or(0.0);
                    units.write += write.unwrap_or(0.0);
                }
            }
        }
        units
    }
}
