//! `rollcall export`: everything that is kept of one person, for them.

use crate::args::Export;
use crate::dialing::by;
use crate::erasing;
use crate::output::Output;
use crate::runtime::runtime;
use crate::stop::Stop;
use crate::why::find;
use rollcall_contracts::subject::SubjectAccess;
use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;

/// Writes the file.
///
/// # Errors
/// [`Stop::Unusable`] for nobody, or where no file can be made;
/// [`Stop::Failed`] when the store does not behave.
pub(crate) fn run(args: &Export) -> Result<(), Stop> {
    let document: SubjectAccess = runtime()?.block_on(async {
        let eraser = erasing::open(&args.place, "export").await?;
        let residents = &eraser.recorder.residents;
        let found = find(residents.as_ref(), args.resident.trim()).await?;
        let stored = residents.get(found.id).await?;
        let stored = stored.ok_or_else(|| Stop::failed("they were taken off the register at this moment"))?;
        eraser.audit.record(&eraser.export_entry(found.id, &by())).await?;
        Ok::<_, Stop>(eraser.export(&stored).await?)
    })?;
    let mut out = Output::take();
    if args.place.json {
        serde_json::to_writer(&mut out, &document).map_err(std::io::Error::from)?;
        writeln!(out)?;
        return Ok(out.finish()?);
    }
    let path = args.to.join(format!("resident-{}.json", document.resident_id));
    let unusable = |error: std::io::Error| Stop::unusable(format_args!("{}: {error}", path.display()));
    // Nobody else's business, and never over another file.
    let mut options = OpenOptions::new();
    let mut file = options.write(true).create_new(true).mode(0o600).open(&path).map_err(unusable)?;
    let text = serde_json::to_string_pretty(&document).map_err(std::io::Error::from).map_err(unusable)?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(unusable)?;
    writeln!(out, "Everything that is kept of them is in {}.", path.display())?;
    Ok(out.finish()?)
}
