//! The desk: who is still owed a callback, what agents do with it, and, where
//! the telephone is worked through this service, the agent's own phone.
//!
//! A deed is written with the promise first, and carried out then: the contacts
//! that wait in Connect's queue are taken out of it, and the resident's record
//! follows. Whoever is interrupted in between asks again, or leaves the rest to
//! the sweep (`rollcall_recording`).

mod complete;
mod deeds;
mod list;
pub(crate) mod phone;
mod shown;

use crate::Api;
use crate::Json;
use crate::audit::Deeds;
use crate::auth::Caller;
use crate::problem::Problem;
use crate::residents::Register;
use crate::version::{IfMatch, Tagged};
use axum::extract::FromRef;
use rollcall_domain::callback::{Callback, CallbackState, Try};
use rollcall_domain::desk::DeskRefusal;
use rollcall_domain::ids::CallbackId;
use rollcall_domain::policy::Policy;
use rollcall_domain::resident::Resident;
use rollcall_domain::staff::Deed;
use rollcall_ports::{Described, Saved, Signal, Softphone, Stores, Telephony, Versioned};
use rollcall_recording::Recorder;
use shown::Owed;
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

/// The endpoints of the desk.
pub(crate) fn endpoints() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(list::desk))
        .routes(routes!(list::callback))
        .routes(routes!(deeds::take, deeds::give_back))
        .routes(routes!(deeds::raise))
        .routes(routes!(deeds::cancel))
        .routes(routes!(complete::complete))
        .routes(routes!(phone::status))
        .routes(routes!(phone::accept))
        .routes(routes!(phone::decline))
        .routes(routes!(phone::hang_up))
        .routes(routes!(phone::wrapped_up))
}

/// How often a deed is carried out if somebody else writes at the same moment;
/// then the sweep does it.
const TRIES: u32 = 4;

/// All that the desk touches.
#[derive(Clone)]
pub(crate) struct Desk {
    recorder: Recorder,
    telephony: Arc<dyn Telephony>,
    softphone: Option<Arc<dyn Softphone>>,
    register: Register,
    deeds: Deeds,
}

impl FromRef<Api> for Recorder {
    fn from_ref(api: &Api) -> Self {
        let Api { residents, attempts, callbacks, escalations, checks, days, .. } = api.clone();
        let Api { pace, switch, suppressions, clock, signals, policy, .. } = api.clone();
        let stores =
            Stores { residents, attempts, callbacks, escalations, checks, days, pace, switch, suppressions };
        Self::over(stores, clock, signals, policy)
    }
}

impl FromRef<Api> for Desk {
    fn from_ref(api: &Api) -> Self {
        let (register, deeds) = (Register::from_ref(api), Deeds::from_ref(api));
        let Api { telephony, softphone, .. } = api.clone();
        Self { recorder: Recorder::from_ref(api), telephony, softphone, register, deeds }
    }
}

/// A promise, and to whom.
struct Found {
    callback: Versioned<Callback>,
    resident: Versioned<Resident>,
}

impl Desk {
    /// A promise as it is stored.
    ///
    /// # Errors
    /// 404 if there is none, or it was given to somebody who is gone.
    async fn find(&self, id: Uuid) -> Result<Found, Problem> {
        let no = || Problem::not_found("There is no callback with this id to anybody on the register.");
        let callback = self.recorder.callbacks.get(CallbackId::from_uuid(id)).await?.ok_or_else(no)?;
        let resident = self.recorder.residents.get(callback.value.resident).await?.ok_or_else(no)?;
        Ok(Found { callback, resident })
    }

    /// A promise of the version that was read.
    async fn find_version(&self, id: Uuid, version: IfMatch) -> Result<Found, Problem> {
        let found = self.find(id).await?;
        version.check(found.callback.version)?;
        Ok(found)
    }

    /// A promise as it is shown.
    fn show(&self, found: &Found) -> Tagged<Json<Owed>> {
        let now = self.recorder.clock.now();
        Tagged(found.callback.version, Json(Owed::of(&found.callback, &found.resident.value, now)))
    }

    /// Decides something about a promise of the version that was read, writes
    /// it down and carries it out. `decide` answers whether that is new.
    async fn deed(
        &self,
        caller: &Caller,
        (id, version): (Uuid, IfMatch),
        Deed { action, detail }: Deed,
        decide: impl FnOnce(&mut Callback, &Policy) -> Result<bool, DeskRefusal>,
    ) -> Result<Tagged<Json<Owed>>, Problem> {
        let found = self.find_version(id, version).await?;
        let mut callback = found.callback.value.clone();
        if decide(&mut callback, &self.recorder.policy).map_err(refused)? {
            if callback.withdrawn != found.callback.value.withdrawn {
                self.nobody_has_it(&found.callback.value).await?;
            }
            self.doing(caller, &found, action, &detail).await?;
        }
        let done = self.carry_out((caller, action), found, callback).await?;
        Ok(self.show(&done))
    }

    /// Writes down that something is about to be done with a promise. A repeat
    /// of the same deed on the same version is recorded once.
    async fn doing(
        &self,
        caller: &Caller,
        found: &Found,
        action: &'static str,
        word: &str,
    ) -> Result<(), Problem> {
        let Versioned { value: Callback { id, .. }, version } = &found.callback;
        let detail = if word.is_empty() { id.to_string() } else { format!("{word} {id}") };
        let key = format!("{action} {id} {version} {} {word}", caller.name);
        self.deeds.write(key, caller, Some(found.resident.value.id), Deed { action, detail }).await
    }

    /// That no agent has a leg of it at this moment, as far as Connect says:
    /// nobody is cut off, and nobody is rung twice at once.
    async fn nobody_has_it(&self, callback: &Callback) -> Result<(), Problem> {
        let now = self.recorder.clock.now();
        let window = self.recorder.policy.evidence_window();
        for (contact, leg) in callback.legs() {
            if leg != Try::Waiting {
                continue;
            }
            if let Described::WithAgent(facts, _) = self.telephony.describe(contact).await?
                // Of one that ended the record comes within the window, or never.
                && facts.end.is_none_or(|end| now.duration_since(end.at) < window)
            {
                let detail =
                    "An agent has this callback on the telephone at this moment, or had it just now.";
                return Err(Problem::conflict(detail));
            }
        }
        Ok(())
    }

    /// Stores `decided` in place of what was found, and carries it out.
    async fn carry_out(
        &self,
        (caller, action): (&Caller, &'static str),
        mut found: Found,
        decided: Callback,
    ) -> Result<Found, Problem> {
        if decided != found.callback.value {
            let written = Versioned { value: decided, version: found.callback.version };
            match self.recorder.save_callback(&written).await? {
                Saved::Done(version) => {
                    self.announce(&found.callback.value, &written.value);
                    found.callback = Versioned { version, ..written };
                }
                Saved::Changed => {
                    let word = format!("{action} came to nothing: somebody else wrote first;");
                    self.doing(caller, &found, "callback.unchanged", &word).await?;
                    return Err(Problem::changed());
                }
            }
        }
        for _ in 0..TRIES {
            if !found.callback.value.unsettled {
                break;
            }
            let id = found.callback.value.id;
            match self.recorder.settle(self.telephony.as_ref(), found.callback.clone()).await? {
                Some(settled) => {
                    found.callback = settled;
                    break;
                }
                None => found = self.find(*id.as_uuid()).await?,
            }
        }
        Ok(found)
    }

    fn announce(&self, before: &Callback, after: &Callback) {
        let (callback, resident) = (after.id, after.resident);
        let (was, is) = (before.state(&self.recorder.policy), after.state(&self.recorder.policy));
        match is {
            CallbackState::SpokenTo(_) if !matches!(was, CallbackState::SpokenTo(_)) => {
                self.recorder.signals.emit(&Signal::CallbackKept { callback, resident });
            }
            CallbackState::Missed if was != CallbackState::Missed => {
                self.recorder.signals.emit(&Signal::CallbackMissed { callback, resident });
            }
            CallbackState::SpokenTo(_)
            | CallbackState::Missed
            | CallbackState::Open
            | CallbackState::Cancelled(_) => {}
        }
    }
}

fn refused(refusal: DeskRefusal) -> Problem {
    let mut detail = refusal.to_string();
    if let Some(first) = detail.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    detail.push('.');
    Problem::conflict(detail)
}
