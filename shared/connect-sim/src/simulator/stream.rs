//! How events and records reach the stream: late, twice, or, for events, not at all.

use jiff::SignedDuration;
use rollcall_contracts::connect::{ContactEventType, StringMap};

use super::{Due, Simulator, new_id};
use crate::agents::ContactNumber;
use crate::contact::Contact;
use crate::residents::chance;

impl Simulator {
    /// Sends a contact event, as well as the feed can.
    pub(super) fn announce(&mut self, number: ContactNumber, kind: ContactEventType) {
        let plan = &self.config.emission;
        let Some(contact) = self.contacts.get_mut(number) else { return };
        // Forked in any case: what happens on the line must not depend on what is told of it.
        let mut rng = contact.rng.fork();
        if !plan.events || chance(&mut rng, plan.events_lost) {
            return;
        }
        let data = self.writer.event(contact, kind, self.now, new_id(&mut rng));
        let key = contact.id.clone();
        let mut delay = || {
            let late = chance(&mut rng, plan.events_late);
            let more = if late { plan.event_late_delay.draw(&mut rng) } else { SignedDuration::ZERO };
            plan.event_delay.draw(&mut rng) + more
        };
        let (first, second) = (delay(), delay());
        if chance(&mut rng, plan.events_twice) {
            self.later(self.now + second, Due::Arrive { partition_key: key.clone(), data: data.clone() });
        }
        self.later(self.now + first, Due::Arrive { partition_key: key, data });
    }

    /// Sends the record of a leg that is complete: at least once.
    pub(super) fn record(&mut self, number: ContactNumber) {
        let plan = &self.config.emission;
        let Some(contact) = self.contacts.get_mut(number) else { return };
        let mut rng = contact.rng.fork();
        let Some(contact) = self.contacts.get(number) else { return };
        let mut delay = || {
            let late = chance(&mut rng, plan.records_late);
            let more = if late { plan.record_late_delay.draw(&mut rng) } else { SignedDuration::ZERO };
            plan.record_delay.draw(&mut rng) + more
        };
        let (first, again, updated) = (delay(), delay(), delay());
        let attributes = self.attributes(contact);
        let written = self.now + first;
        let mut arrivals = vec![(first, self.writer.record(contact, attributes, written))];
        if chance(&mut rng, plan.records_twice) {
            // A repeat cannot come before the record was written.
            arrivals.push((first.max(again), arrivals[0].1.clone()));
        }
        if chance(&mut rng, plan.records_updated) {
            let later = first + updated;
            arrivals.push((later, self.writer.record(contact, attributes, self.now + later)));
        }
        for (after, data) in arrivals {
            let partition_key = format!("{:016x}", rng.u64(..));
            self.later(self.now + after, Due::Arrive { partition_key, data });
        }
    }

    /// The attributes of a leg, which are those of the first one.
    pub(super) fn attributes<'s>(&'s self, contact: &'s Contact) -> &'s StringMap {
        self.contacts.get(contact.first).map_or(&contact.attributes, |first| &first.attributes)
    }
}
