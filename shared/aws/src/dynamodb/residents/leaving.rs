//! Somebody leaves a number: they are taken off the register, or have another.

use super::{PORT, Residents, holders_of, number_key};
use crate::dynamodb::TRIES;
use crate::dynamodb::consumed::Operation;
use crate::dynamodb::item::{Item, number as n, read_moment};
use crate::dynamodb::schema::NUMBERS;
use crate::dynamodb::write::{Transacted, Write, Written};
use rollcall_domain::erasure::Class;
use rollcall_domain::phone::PhoneNumber;
use rollcall_domain::resident::Resident;
use rollcall_ports::Fault;

impl Residents {
    /// Takes somebody off those who have a number, in one transaction `with` other writes, whose refusals are
    /// answered. A number that nobody has then, and that is not on the suppression list, ages from when it rang
    /// last: nobody else ever takes it out of the table.
    pub(super) async fn leave(
        &self,
        operation: Operation,
        (number, resident): (PhoneNumber, &Resident),
        with: &[Write],
    ) -> Result<Transacted, Fault> {
        for _ in 0..TRIES {
            let item = self.0.get(operation, &NUMBERS, number_key(number)).await?;
            let writes = [with, &[self.without((number, resident), item.as_ref())?]].concat();
            match self.0.transact(operation, &writes).await? {
                // Somebody else came to the number, or left it, since it was read.
                Transacted::Refused(reasons)
                    if reasons.iter().take(with.len()).all(|one| *one == Written::Done) => {}
                answer => return Ok(answer),
            }
        }
        Err(Fault::Throttled(PORT))
    }

    fn without(
        &self,
        (number, resident): (PhoneNumber, &Resident),
        item: Option<&Item>,
    ) -> Result<Write, Fault> {
        let holders = holders_of([resident.id]);
        let is_last =
            |item: &&Item| item.get("residents") == Some(&holders) && !item.contains_key("suppression");
        let Some(last) = item.filter(is_last) else {
            let leave = Write::update(NUMBERS, number_key(number), "DELETE #residents :residents").only_if(
                "attribute_not_exists(#residents) OR #residents <> :residents OR attribute_exists(#suppression)",
            );
            return Ok(leave.with(":residents", holders));
        };
        let since = match last.contains_key("last_rung_at") {
            true => read_moment(PORT, last, "last_rung_at")?,
            false => resident.registered_at,
        };
        let expires = self.0.retention.expires(Class::Numbers, since).unwrap_or(i64::MAX);
        let leave = Write::update(
            NUMBERS,
            number_key(number),
            "DELETE #residents :residents SET #expires = :expires",
        )
        .only_if("#residents = :residents AND attribute_not_exists(#suppression)");
        Ok(leave.with(":residents", holders).with(":expires", n(expires)))
    }
}
