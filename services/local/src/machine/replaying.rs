use async_trait::async_trait;
use rollcall_host::Periodic;
use rollcall_ports::Fault;
use rollcall_workbench::Workbench;

/// Letters of one job that are sent in one go.
const MOST: u32 = 200;

/// Drives the replays of dead letters, also those that another process began
/// or was killed in.
pub(super) struct Replaying(pub(super) Workbench);

#[async_trait]
impl Periodic for Replaying {
    fn name(&self) -> &'static str {
        "replays"
    }

    async fn run(&self) -> Result<(), Fault> {
        self.0.drive_all(MOST).await
    }
}
