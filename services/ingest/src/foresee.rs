//! What would come of a notification, told without doing anything.

use super::{GONE, Ingest, Reading, batch_of};
use rollcall_contracts::upload::Arrived;
use rollcall_domain::batch::BatchStage;
use rollcall_host::Handler;
use rollcall_ports::{Fault, Foreseen, Prospect};

impl Ingest {
    /// What would come of this message now, by the decisions of
    /// [`Handler::handle`]: of several files, what would come of the first that
    /// stops, else of the last. Reads the files.
    ///
    /// # Errors
    /// When a store did not behave.
    pub async fn foresee(&self, body: &str) -> Result<Foreseen, Fault> {
        let files = match self.decode(body) {
            Ok(files) => files,
            Err(reason) => return Ok(Foreseen::malformed(&reason)),
        };
        let nothing = "would do nothing: it tells of no file that arrived";
        let mut foreseen = Foreseen::new(Prospect::Nothing, "no_file", nothing);
        for file in &files {
            foreseen = self.foresee_file(file).await?;
            if foreseen.prospect == Prospect::ParksAgain {
                break;
            }
        }
        Ok(foreseen)
    }

    async fn foresee_file(&self, file: &Arrived) -> Result<Foreseen, Fault> {
        let batch = self.batches.find(batch_of(file)).await?;
        if batch.is_some_and(|batch| batch.stage != BatchStage::Reading) {
            let text = "would do nothing: the file was read already";
            return Ok(Foreseen::new(Prospect::Nothing, "read_already", text));
        }
        Ok(match self.read(&file.upload).await? {
            Reading::Gone => Foreseen::new(Prospect::ParksAgain, "file_gone", GONE),
            Reading::Refused(refusal) => {
                let text = format!("would refuse the file as a whole: {}", refusal.code());
                Foreseen::new(Prospect::Applies, "would_refuse", text)
            }
            Reading::Cut(cut) => {
                let (chunks, rows) = (cut.chunks.len(), cut.scanned.rows);
                let text = format!("would read the file: {rows} rows in {chunks} chunks");
                Foreseen::new(Prospect::Applies, "would_read", text)
            }
        })
    }
}
