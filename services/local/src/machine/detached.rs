use async_trait::async_trait;
use rollcall_domain::ids::ContactId;
use rollcall_domain::pace::Staffing;
use rollcall_ports::{CallOrder, Described, Fault, Started, Telephony};

/// No telephone service at all: for programs that load lists or look at the
/// register. It refuses; it never pretends that a call was made.
#[derive(Clone, Copy, Debug, Default)]
pub struct Detached;

fn refused<T>() -> Result<T, Fault> {
    Err(Fault::Refused { port: "Connect", reason: "this program makes no calls".to_owned() })
}

#[async_trait]
impl Telephony for Detached {
    async fn start(&self, _: &CallOrder) -> Result<Started, Fault> {
        refused()
    }

    async fn staffing(&self) -> Result<Staffing, Fault> {
        refused()
    }

    async fn describe(&self, _: &ContactId) -> Result<Described, Fault> {
        refused()
    }

    async fn stop(&self, _: &ContactId) -> Result<(), Fault> {
        refused()
    }
}
