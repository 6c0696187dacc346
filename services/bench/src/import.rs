//! `import_vs_sqlite` and `import_peak_rss_mb`: the real program on a real disk.

use crate::figures::{Aim, Failed, Figures};
use crate::meta::field;
use crate::{people, shell};
use serde_json::Value;
use std::fs::File;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;
use tokio::time::Instant;

/// Rows of the list.
const ROWS: u64 = 1_000_000;
/// Rows of the list that takes as much memory.
const FEWER: u64 = 100_000;
/// How often each is done; the best counts.
const TIMES: usize = 2;
/// How often the memory of the program is looked at. The figure that is read
/// is a peak itself, so that only what comes after the last look is missed.
const LOOK_EVERY: Duration = Duration::from_millis(2);

/// Imports the same list with `rollcall import` and with the shell of SQLite,
/// in turn.
///
/// # Errors
/// When it cannot be measured, or not every row was taken.
pub(crate) fn measure(rollcall: &Path, dir: &Path, figures: &mut Figures) -> Result<(), Failed> {
    let list = dir.join("list.csv");
    people::write_list(&list, FEWER)?;
    let few = import(rollcall, &list, &dir.join("few"), FEWER)?;
    people::write_list(&list, ROWS)?;
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..TIMES {
        ours.push(import(rollcall, &list, &dir.join("many"), ROWS)?);
        theirs.push(bare(&list, &dir.join("bare.sqlite"), ROWS)?);
    }
    let best = |runs: &[Run]| runs.iter().map(|run| run.seconds).fold(f64::INFINITY, f64::min);
    let (our_time, their_time) = (best(&ours), best(&theirs));
    let what = format!(
        "rollcall import of {ROWS} rows ({our_time:.1} s) / sqlite3 .import ({their_time:.1} s), best of {TIMES} each"
    );
    figures.add("import_vs_sqlite", our_time / their_time, Aim::AtMost(5.0), what);
    let most = ours.iter().map(|run| run.megabytes).fold(0.0, f64::max);
    let what = format!("peak memory of that import, MB; {:.1} for {FEWER} rows", few.megabytes);
    figures.add("import_peak_rss_mb", most, Aim::AtMost(64.0), what);
    let what = format!("the same for {FEWER} rows");
    figures.add("import_peak_rss_mb_100k", few.megabytes, Aim::AtMost(64.0), what);
    Ok(())
}

/// One program, run to its end.
struct Run {
    seconds: f64,
    /// Peak of its resident memory, in units of 1024 * 1024 bytes.
    megabytes: f64,
    output: String,
}

fn import(rollcall: &Path, list: &Path, data: &Path, rows: u64) -> Result<Run, Failed> {
    if data.exists() {
        std::fs::remove_dir_all(data)?;
    }
    let mut command = Command::new(rollcall);
    command.arg("import").arg(list).arg("--data-dir").arg(data).arg("--json");
    let run = run(&mut command, data.with_extension("out").as_path())?;
    let report: Value = serde_json::from_str(&run.output)?;
    let loaded = report.get("loaded").and_then(Value::as_u64);
    if loaded != Some(rows) {
        return Err(format!("rollcall import loaded {loaded:?} of {rows} rows").into());
    }
    Ok(run)
}

/// A bare table: no rules, no index but that of the number.
fn bare(list: &Path, database: &Path, rows: u64) -> Result<Run, Failed> {
    if database.exists() {
        std::fs::remove_file(database)?;
    }
    let mut command = Command::new("sqlite3");
    command
        .arg(database)
        .arg("CREATE TABLE t(firstName,lastName,number PRIMARY KEY);")
        .arg(format!(".import --csv --skip 1 '{}' t", list.display()))
        .arg("SELECT count(*) FROM t;");
    let run = run(&mut command, &database.with_extension("out")).map_err(|error| {
        format!("the sqlite3 shell cannot be run ({error}); install it: apt-get install sqlite3")
    })?;
    if run.output.trim() != rows.to_string() {
        return Err(format!("sqlite3 took {} of {rows} rows", run.output.trim()).into());
    }
    Ok(run)
}

fn run(command: &mut Command, output: &Path) -> Result<Run, Failed> {
    // Into a file: nobody reads a pipe while the program runs.
    command.stdin(Stdio::null()).stdout(File::create(output)?);
    let began = Instant::now();
    let mut child = command.spawn()?;
    let status = format!("/proc/{}/status", child.id());
    shell::block_on(async {
        let mut peak = 0.0;
        let ended = loop {
            if let Some(ended) = child.try_wait()? {
                break ended;
            }
            let known = std::fs::read_to_string(&status).unwrap_or_default();
            let kilobytes = field(&known, "VmHWM");
            let kilobytes = kilobytes.trim_end_matches(" kB").parse().unwrap_or(0.0);
            peak = f64::max(peak, kilobytes);
            tokio::time::sleep(LOOK_EVERY).await;
        };
        let seconds = began.elapsed().as_secs_f64();
        if !ended.success() {
            return Err(format!("it ended with {ended}").into());
        }
        let output = std::fs::read_to_string(output)?;
        Ok(Run { seconds, megabytes: peak / 1024.0, output })
    })
}
