use crate::figures::Failed;
use clap::Parser;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// Measures Rollcall and writes the figures.
#[derive(Debug, Parser)]
pub(crate) struct Args {
    /// Where the figures are written, as JSON. Data is kept beside it while
    /// measuring: about 1 GB, on the disk that is to be measured.
    #[arg(long, default_value = "target/bench/summary.json")]
    pub(crate) out: PathBuf,
    /// The program `rollcall`; by default the one beside this program.
    #[arg(long)]
    pub(crate) rollcall: Option<PathBuf>,
    /// Measure only these: pace, rehearse, outcomes, tick, import.
    #[arg(long, value_delimiter = ',')]
    pub(crate) only: Vec<String>,
}

impl Args {
    /// Whether a part is to be measured.
    pub(crate) fn wants(&self, part: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|only| only == part)
    }

    /// A directory for data, removed when it is dropped.
    ///
    /// # Errors
    /// When it cannot be made.
    pub(crate) fn scratch(&self) -> Result<TempDir, Failed> {
        let beside = match self.out.parent() {
            Some(dir) if dir != Path::new("") => dir,
            Some(_) | None => Path::new("."),
        };
        std::fs::create_dir_all(beside)?;
        Ok(tempfile::Builder::new().prefix("data-").tempdir_in(beside)?)
    }

    /// The program `rollcall`.
    ///
    /// # Errors
    /// When there is none.
    pub(crate) fn rollcall(&self) -> Result<PathBuf, Failed> {
        let path = match &self.rollcall {
            Some(path) => path.clone(),
            None => std::env::current_exe()?.with_file_name("rollcall"),
        };
        if path.is_file() {
            return Ok(path);
        }
        Err(format!("{} is missing; build it with cargo build --release -p rollcall", path.display()).into())
    }
}
