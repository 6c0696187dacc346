//! Results on standard output.

use std::io::{self, BufWriter, StdoutLock, Write, stdout};

/// Standard output, buffered. What is written must be finished with
/// [`Output::finish`], or an error at the end goes unseen.
pub(crate) struct Output(BufWriter<StdoutLock<'static>>);

impl Output {
    /// Takes standard output for this thread alone.
    pub(crate) fn take() -> Self {
        Self(BufWriter::with_capacity(1 << 16, stdout().lock()))
    }

    /// Writes out what is left.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(crate) fn finish(mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Text that somebody else wrote, for a line on a terminal or a page that may
/// end up in a spreadsheet: no control characters, no formula.
pub(crate) fn plain(text: &str) -> String {
    let line: String = text.chars().map(|sign| if sign.is_control() { ' ' } else { sign }).collect();
    rollcall_roster::neutralise(&line).into_owned()
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn a_name_can_neither_steer_the_terminal_nor_be_run_by_a_spreadsheet() {
        assert_eq!(plain("Ada\u{1b}[2J\nExample"), "Ada [2J Example");
        assert_eq!(plain("=HYPERLINK(\"x\")"), "'=HYPERLINK(\"x\")");
    }
}
