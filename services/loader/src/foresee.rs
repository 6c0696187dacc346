//! What would come of a chunk of rows, told without doing anything.

use super::Loader;
use rollcall_domain::batch::ChunkReport;
use rollcall_host::Handler;
use rollcall_ports::{Fault, Foreseen, Prospect};

impl Loader {
    /// What would come of this message now, by the decisions of
    /// [`Handler::handle`].
    ///
    /// # Errors
    /// When a store did not behave.
    pub async fn foresee(&self, body: &str) -> Result<Foreseen, Fault> {
        let chunk = match self.decode(body) {
            Ok(chunk) => chunk,
            Err(reason) => return Ok(Foreseen::malformed(&reason)),
        };
        let bytes = match self.bytes(&chunk).await? {
            Ok(bytes) => bytes,
            Err(reason) => return Ok(Foreseen::new(Prospect::ParksAgain, "file_gone", reason)),
        };
        if self.is_undone(chunk.batch).await? {
            let text = "would add nobody: the upload was undone since";
            return Ok(Foreseen::new(Prospect::Nothing, "undone", text));
        }
        let mut report = ChunkReport::default();
        let people = self.read(&bytes, &chunk, &mut report);
        let mut known = 0_usize;
        for (resident, _) in &people {
            known += usize::from(self.residents.get(resident.id).await?.is_some());
        }
        let (new, rejected) = (people.len() - known, report.rejections.len());
        let text = format!(
            "would add {new} people to the register; {known} are on it already, {rejected} rows would be rejected"
        );
        Ok(Foreseen::new(Prospect::Applies, "would_load", text))
    }
}
