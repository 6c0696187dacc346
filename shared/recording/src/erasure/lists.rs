//! Finding somebody's rows in the files of lists, a piece in memory at a time.

use super::Eraser;
use futures_util::stream::{self, Stream, StreamExt, TryStreamExt};
use jiff::SignedDuration;
use rollcall_contracts::topology::Topology;
use rollcall_contracts::upload::UploadRef;
use rollcall_domain::erasure::{Erasure, Traces};
use rollcall_domain::identity::resident_id;
use rollcall_domain::ids::ResidentId;
use rollcall_domain::phone::Region;
use rollcall_ports::{Fault, Place};
use rollcall_roster::{
    Chunk, ChunkLimits, Encoding, Layout, Line, Refusal, SNIFF_BYTES, Scanner, open, read_rows,
};
use serde_json::{Value, json};
use std::ops::Range;
use std::pin::pin;

/// Bytes read at a time.
const SLICE: u64 = 1 << 20;
/// Files named at a time.
const PAGE: u32 = 50;
/// Files looked through at once: each takes four requests or more one after another, and no
/// more memory than a slice and a chunk.
const AT_ONCE: usize = 8;
/// A list that was not loaded within this time will not be for now: something
/// of it was set aside. What is loaded of it later finds the rows blank.
const LOADING: SignedDuration = SignedDuration::from_hours(1);
/// What of two pieces is looked at together, so that no row of a usual length is
/// cut in two.
const OVERLAP: usize = 8 << 10;

/// A row that was found.
struct Found {
    place: Place,
    /// What it says; `None` where nobody can read it, and it is theirs only to be
    /// on the safe side.
    item: Option<Value>,
}

/// Whose rows are looked for.
struct Wanted<'a> {
    resident: ResidentId,
    traces: Option<&'a Traces>,
    region: Region,
}

impl Eraser {
    /// Blanks every row of theirs in every file. Answers what it waits for: a
    /// list that is being loaded is blanked afterwards, so that its account is
    /// one of the file as it was.
    pub(super) async fn blank_rows(&self, erasure: &Erasure) -> Result<Option<&'static str>, Fault> {
        let wanted = Wanted {
            resident: erasure.resident,
            traces: erasure.traces.as_ref(),
            region: self.recorder.policy.region,
        };
        let mut from = None;
        loop {
            let (files, next) = self.shelf.files(from.as_ref(), PAGE).await?;
            let mut looked = pin!(self.look_through(files, &wanted));
            while let Some((file, found)) = looked.try_next().await? {
                if found.is_empty() {
                    continue;
                }
                if self.is_loading().await? {
                    return Ok(Some("a list is being loaded"));
                }
                let places: Vec<Place> = found.into_iter().map(|found| found.place).collect();
                self.shelf.blank(&file, &places).await?;
            }
            from = next;
            if from.is_none() {
                return Ok(None);
            }
        }
    }

    /// Whether any of the latest lists is being read or loaded.
    async fn is_loading(&self) -> Result<bool, Fault> {
        let now = self.recorder.clock.now();
        let latest = self.batches.list(None, PAGE).await?;
        Ok(latest.iter().any(|(_, (batch, tally))| {
            !batch.is_finished(tally) && now.duration_since(batch.seen_at) < LOADING
        }))
    }

    /// Every row of theirs in every file, as somebody may ask for it.
    pub(super) async fn rows_of(
        &self,
        resident: ResidentId,
        traces: Option<&Traces>,
    ) -> Result<Vec<Value>, Fault> {
        let wanted = Wanted { resident, traces, region: self.recorder.policy.region };
        let (mut rows, mut from) = (Vec::new(), None);
        loop {
            let (files, next) = self.shelf.files(from.as_ref(), PAGE).await?;
            let mut looked = pin!(self.look_through(files, &wanted));
            while let Some((_, found)) = looked.try_next().await? {
                rows.extend(found.into_iter().filter_map(|found| found.item));
            }
            from = next;
            if from.is_none() {
                return Ok(rows);
            }
        }
    }

    /// Their rows in each of these files, in this order.
    fn look_through<'a>(
        &'a self,
        files: Vec<UploadRef>,
        wanted: &'a Wanted<'a>,
    ) -> impl Stream<Item = Result<(UploadRef, Vec<Found>), Fault>> + Send + 'a {
        let rows = move |file: UploadRef| async move {
            let found = self.rows_in(&file, wanted).await?;
            Ok((file, found))
        };
        stream::iter(files).map(rows).buffered(AT_ONCE)
    }

    /// Their rows in a file.
    async fn rows_in(&self, file: &UploadRef, wanted: &Wanted<'_>) -> Result<Vec<Found>, Fault> {
        let Some(info) = self.uploads.info(file).await? else { return Ok(Vec::new()) };
        let Some((layout, chunks)) = self.cut(file, info.size).await? else {
            return self.whole(file, info.size, wanted).await;
        };
        let encoding = layout.dialect.encoding;
        let mut places = Vec::new();
        for (nth, chunk) in chunks.iter().enumerate() {
            let Some(bytes) = self.uploads.read(file, chunk.start, chunk.end).await? else { break };
            // The rest of a line that is too long for any row is in no chunk.
            let next = chunks.get(nth + 1).map_or(info.size, |next| next.start);
            let is_cut = chunk.end < next;
            let in_the_rest = is_cut && self.tells(file, chunk.start..next, encoding, wanted).await?;
            let mut rows = read_rows(&bytes, &layout, chunk.first_line, wanted.region);
            while let Some(line) = rows.next() {
                if in_the_rest || wanted.is_theirs(&line, &rows) {
                    let place = rows.place();
                    let at = |byte: usize| chunk.start + byte as u64;
                    let end =
                        if is_cut { self.end_of_line(file, next, encoding).await? } else { at(place.end) };
                    let place = Place { start: at(place.start), end, fill: encoding.erased() };
                    places.push(Found { place, item: Some(item(&line, &rows, &layout)) });
                }
            }
        }
        Ok(places)
    }

    /// Where the line that ends before `next` has its last letter behind it.
    async fn end_of_line(&self, file: &UploadRef, next: u64, encoding: Encoding) -> Result<u64, Fault> {
        let last = self.uploads.read(file, next.saturating_sub(4), next).await?.unwrap_or_default();
        Ok(next - encoding.line_end(&last) as u64)
    }

    /// Reads a file once, as ingest does. `None` for one that is no list.
    async fn cut(&self, file: &UploadRef, size: u64) -> Result<Option<(Layout, Vec<Chunk>)>, Fault> {
        let sample = (SNIFF_BYTES as u64).min(size);
        let Some(first) = self.uploads.read(file, 0, sample).await? else { return Ok(None) };
        let Ok(opening) = open(&first, sample == size) else { return Ok(None) };
        let bounds = &Topology::shipped().bounds;
        let limits =
            ChunkLimits { lines: bounds.rows_per_chunk.into(), bytes: bounds.bytes_per_chunk.into() };
        let mut scanner = Scanner::new(&opening, limits);
        let (mut chunks, mut at) = (Vec::new(), 0);
        while at < size {
            let Some(slice) = self.uploads.read(file, at, (at + SLICE).min(size)).await? else { break };
            if slice.is_empty() {
                break;
            }
            at += slice.len() as u64;
            chunks.extend(scanner.feed(&slice));
        }
        Ok(scanner.finish().ok().map(|mut scanned| {
            chunks.append(&mut scanned.chunks);
            (scanned.layout, chunks)
        }))
    }

    /// A file that was refused is of no use to anybody: if it tells of them, it
    /// is blanked as a whole, and so is one that cannot be read, such as a
    /// workbook, of which nobody can know.
    async fn whole(&self, file: &UploadRef, size: u64, wanted: &Wanted<'_>) -> Result<Vec<Found>, Fault> {
        let sample = (SNIFF_BYTES as u64).min(size);
        let Some(first) = self.uploads.read(file, 0, sample).await? else { return Ok(Vec::new()) };
        let (place, is_all) = (Place { start: 0, end: size, fill: b" " }, sample == size);
        if matches!(open(&first, is_all), Err(Refusal::NotCsv { .. })) {
            return Ok(vec![Found { place, item: None }]);
        }
        if self.tells(file, 0..size, Encoding::of(&first, is_all), wanted).await? {
            let item = Some(json!({"a_file_that_was_refused": file.key}));
            return Ok(vec![Found { place, item }]);
        }
        Ok(Vec::new())
    }

    /// Whether these bytes of a file tell of them on any line.
    async fn tells(
        &self,
        file: &UploadRef,
        Range { start: mut at, end }: Range<u64>,
        encoding: Encoding,
        wanted: &Wanted<'_>,
    ) -> Result<bool, Fault> {
        let Some(traces) = wanted.traces else { return Ok(false) };
        let is_theirs = |text: String| text.lines().any(|line| traces.are_in_text(line));
        let mut kept = Vec::new();
        while at < end {
            let Some(slice) = self.uploads.read(file, at, (at + SLICE).min(end)).await? else { break };
            if slice.is_empty() {
                break;
            }
            at += slice.len() as u64;
            kept.extend(slice);
            if encoding.readings(&kept).into_iter().any(is_theirs) {
                return Ok(true);
            }
            let looked_at = kept.len().saturating_sub(OVERLAP);
            kept.drain(..looked_at);
        }
        Ok(false)
    }
}

impl Wanted<'_> {
    fn is_theirs(&self, line: &Line, rows: &rollcall_roster::Rows<'_>) -> bool {
        match line {
            Line::Row(row) => {
                let profile = &row.profile;
                let reference = profile.reference.as_deref();
                resident_id(reference, profile.number, &profile.first_name, &profile.last_name)
                    == self.resident
            }
            Line::Rejected(_) => self.traces.is_some_and(|traces| traces.are_in_cells(&rows.whole_cells())),
            Line::Blank(_) => false,
        }
    }
}

/// What a row says, for the person.
fn item(line: &Line, rows: &rollcall_roster::Rows<'_>, layout: &Layout) -> Value {
    match line {
        Line::Row(row) => json!({"line": row.line, "says": row.profile}),
        Line::Rejected(note) => {
            json!({"line": note.line, "rejected": note.reason, "cells": their_cells(rows, layout)})
        }
        Line::Blank(note) => json!({"line": note.line}),
    }
}

/// The cells of a rejected row without the numbers of keyholders, which are other people's.
fn their_cells(rows: &rollcall_roster::Rows<'_>, layout: &Layout) -> Vec<String> {
    let mut cells = rows.cells();
    for (_, number) in layout.header.keyholders() {
        if let Some(cell) = cells.get_mut(*number) {
            cell.clear();
        }
    }
    cells
}
