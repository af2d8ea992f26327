//! Lines of a file, of which none can fill the memory.

use std::io::{self, BufRead};

use super::format::Flaw;

/// Longer than the longest user: 70 attributes of 2,048 bytes, escaped, and 100 groups (F§5).
const LONGEST: usize = 4 << 20;

/// A line, or why it is none.
#[derive(Debug)]
pub(super) enum Text {
    Line(String),
    Flawed(Flaw),
}

#[derive(Debug)]
pub(super) struct Lines<R> {
    reader: R,
    /// Of the last line that was begun.
    number: u64,
    /// How many were read.
    read: u64,
    /// Whether the last line has no end.
    is_cut: bool,
}

impl<R: BufRead> Lines<R> {
    pub(super) fn new(reader: R) -> Self {
        Self { reader, number: 0, read: 0, is_cut: false }
    }

    /// Where the last line began; at the end of the file, its last line.
    pub(super) fn number(&self) -> u64 {
        self.number
    }

    /// Whether the file stops within the last line.
    pub(super) fn is_cut(&self) -> bool {
        self.is_cut
    }

    /// The next line without its end. With `quoted`, one goes on as long as a quotation mark is open.
    pub(super) fn next(&mut self, quoted: bool) -> io::Result<Option<Text>> {
        let mut bytes = Vec::new();
        let mut is_too_long = false;
        let mut is_open = false;
        let begins = self.read + 1;
        loop {
            let before = bytes.len();
            if !self.one(&mut bytes, &mut is_too_long)? {
                break;
            }
            let new = bytes.get(before..).unwrap_or_default();
            is_open ^= quoted && new.iter().filter(|byte| **byte == b'"').count() % 2 == 1;
            if is_too_long || !is_open {
                break;
            }
        }
        if self.read < begins {
            return Ok(None);
        }
        self.number = begins;
        self.is_cut = !is_too_long && (is_open || !bytes.ends_with(b"\n"));
        if is_too_long {
            return Ok(Some(Text::Flawed(Flaw::TooLong)));
        }
        if bytes.ends_with(b"\n") {
            bytes.pop();
        }
        if bytes.ends_with(b"\r") {
            bytes.pop();
        }
        Ok(Some(String::from_utf8(bytes).map_or(Text::Flawed(Flaw::NoText), Text::Line)))
    }

    /// Appends up to the end of the line, of which it drops what is too much. Says whether there was anything.
    fn one(&mut self, bytes: &mut Vec<u8>, is_too_long: &mut bool) -> io::Result<bool> {
        let mut is_any = false;
        loop {
            let part = match self.reader.fill_buf() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                part => part?,
            };
            if part.is_empty() {
                break;
            }
            let end = part.iter().position(|byte| *byte == b'\n');
            let (taken, _) = part.split_at(end.map_or(part.len(), |end| end + 1));
            if bytes.len() + taken.len() > LONGEST {
                *is_too_long = true;
                bytes.clear();
            } else if !*is_too_long {
                bytes.extend_from_slice(taken);
            }
            is_any = true;
            let length = taken.len();
            self.reader.consume(length);
            if end.is_some() {
                break;
            }
        }
        self.read += u64::from(is_any);
        Ok(is_any)
    }
}
