//! How far an import has come, for somebody who waits at a terminal. Nothing is
//! shown where standard error is none.

use indicatif::{ProgressBar, ProgressStyle};
use rollcall_domain::batch::{Batch, BatchStage, Tally};
use std::io::Read;

/// A bar on standard error.
pub(super) struct Bar(ProgressBar);

impl Bar {
    /// A bar for a file of so many bytes.
    pub(super) fn new(bytes: u64) -> Self {
        let bar = ProgressBar::new(bytes);
        bar.set_style(style("{msg} [{bar:40}] {bytes} of {total_bytes}"));
        bar.set_message("taking in");
        Self(bar)
    }

    /// The file, counted while it is read.
    pub(super) fn reading(&self, file: impl Read) -> impl Read {
        self.0.wrap_read(file)
    }

    /// Rows instead of bytes, from when it is known how many there are.
    pub(super) fn loading(&self, batch: &Batch, tally: &Tally) {
        match batch.stage {
            BatchStage::Loading { rows, .. } => {
                if self.0.message() != "loading" {
                    self.0.set_style(style("{msg} [{bar:40}] {human_pos} of {human_len} rows, {eta} left"));
                    self.0.set_message("loading");
                    self.0.set_length(rows);
                    self.0.reset_eta();
                }
                self.0.set_position(tally.rows());
            }
            BatchStage::Reading => self.0.set_message("reading"),
            BatchStage::Refused { .. } | BatchStage::Undoing { .. } | BatchStage::Undone { .. } => {}
        }
    }

    /// Takes the bar away.
    pub(super) fn done(&self) {
        self.0.finish_and_clear();
    }
}

/// A style; the plain one where the template is not understood.
fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template)
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .progress_chars("=> ")
}
