//! What would come of a call request, told without doing anything.

use super::Dialer;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use rollcall_domain::ids::AttemptId;
use rollcall_domain::resident::Resident;
use rollcall_domain::rules::Hold;
use rollcall_host::Handler;
use rollcall_ports::{Fault, Foreseen, Prospect};

impl Dialer {
    /// What would come of this message now, by the decisions of
    /// [`Handler::handle`]. Whether an agent is free, and whose turn it is, is
    /// left to the moment itself.
    ///
    /// # Errors
    /// When a store did not behave.
    pub async fn foresee(&self, body: &str) -> Result<Foreseen, Fault> {
        let request = match self.decode(body) {
            Ok(request) => request,
            Err(reason) => return Ok(Foreseen::malformed(&reason)),
        };
        let nothing = |code, text: String| Foreseen::new(Prospect::Nothing, code, text);
        let now = self.clock.now();
        if now >= request.expires_at {
            let at = moment(request.expires_at, &self.zone());
            return Ok(nothing("expired", format!("would not call: the order was void at {at}")));
        }
        let Some(resident) = self.residents.get(request.resident).await? else {
            let text = "would not call: the resident is not on the register any more";
            return Ok(nothing("unknown_resident", text.to_owned()));
        };
        let resident = resident.value;
        if let Some(hold) = self.held(&request, &resident, now) {
            let text = format!("would not call: {}", words(&hold, &resident, &self.policy.zone(&resident)));
            return Ok(Foreseen { until: hold.until(), ..nothing(hold.code(), text) });
        }
        let former = self.attempts.get(AttemptId::of(request.request)).await?;
        if let Some(code) = former.and_then(|former| super::never_again(&former.value)) {
            let text = "would not call: this order led to a call already, and leads to one at most";
            return Ok(nothing(code, text.to_owned()));
        }
        let text = format!("would call resident {} as soon as an agent is free", resident.id);
        Ok(Foreseen::new(Prospect::Applies, "would_call", text))
    }

    fn zone(&self) -> TimeZone {
        TimeZone::get(&self.policy.timezone).unwrap_or(TimeZone::UTC)
    }
}

/// The rule that says no, in the resident's own time.
fn words(hold: &Hold, resident: &Resident, zone: &TimeZone) -> String {
    let until = hold.until().map(|until| moment(until, zone));
    match (hold, until, resident.reached) {
        (Hold::Reached(_), Some(until), Some(reached)) => {
            format!("already reached at {}; not again before {until}", moment(reached.at, zone))
        }
        (Hold::OutsideWindow(_), Some(until), _) => format!("outside the calling window until {until}"),
        (_, Some(until), _) => format!("{hold}, until {until}"),
        (_, None, _) => hold.to_string(),
    }
}

/// `09:00 on Tue 24 Nov (GMT)`.
fn moment(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone()).strftime("%H:%M on %a %-d %b (%Z)").to_string()
}
