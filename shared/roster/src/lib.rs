//! Reading a council's CSV, whatever program wrote it: bytes in, rows out. No input or output, no async.
//!
//! Two services share the work, because neither a name nor a number may travel in a message. Ingest calls
//! [`open`] on the first bytes of an upload and feeds the whole of it once to a [`Scanner`], which cuts it
//! into [`Chunk`]s: ranges of bytes that begin and end between records. The loader fetches one such range at
//! a time and turns it into rows with [`read_rows`]. Both need only a bounded part of the file in memory.
//!
//! What holds:
//!
//! - Scanner and row reader ask the same function where a record ends, and what it answers depends on the bytes
//!   of the record and a bounded look-ahead alone. The same file gives the same rows with the same line numbers
//!   wherever it is cut.
//! - Every record becomes a [`Line`]: a row, a rejection with its reason, or a blank line. None disappears.
//! - A quotation mark that is never closed costs the line it stands on, not the rest of the file.
//! - No text of a cell is in an error, a reason or a `Debug` output. Names of columns are, when they are surely
//!   not a row of data.
//!
//! A line is what a spreadsheet calls a row: the header is line 1, a row with line breaks in quotes is one
//! line.

mod binary;
mod cells;
mod dialect;
mod header;
mod layout;
mod mend;
mod neutralise;
mod records;
mod refusal;
mod row;
mod rows;
mod scanner;
mod text;
pub mod typed;
mod write;

pub use dialect::{Delimiter, Dialect, Encoding, SNIFF_BYTES, sniff};
pub use header::{Column, Header};
pub use layout::{Layout, Opening, open};
pub use mend::{Mending, REASON};
pub use neutralise::neutralise;
pub use records::RECORD_UNITS;
pub use refusal::Refusal;
pub use row::{Row, RowNote};
pub use rows::{Line, Rows, read_rows};
pub use scanner::{Chunk, ChunkLimits, Scanned, Scanner};
pub use write::csv_line;
