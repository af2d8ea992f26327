//! Reads a file of an exported pool back.

use std::io::{self, BufRead};

use twinpool_core::snapshot::Snapshot;

use super::csv::{self, Columns};
use super::format::{Flaw, Head, Tail, VERSION};
use super::jsonl::{self, Line};
use super::lines::{Lines, Text};

/// Why a file, or a line of it, cannot be read. Lines are counted from 1.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// One user cannot be read; those that follow can.
    #[error("line {line} cannot be read: {flaw}; correct it, or leave such lines out with --skip-broken")]
    Broken {
        /// Where it begins.
        line: u64,
        /// What is wrong.
        flaw: Flaw,
    },
    /// The file does not begin as ours do.
    #[error("this is no file of `twinpool export`: its first line does not say so")]
    NotOurs,
    /// The file begins as ours do, and what follows is not there.
    #[error("the head of the file, line {line}, is damaged: export the pool again")]
    Damaged {
        /// Where.
        line: u64,
    },
    /// Written by a newer twinpool.
    #[error(
        "the file has version {0} of the format, and this twinpool reads version {VERSION}: use a newer one"
    )]
    Version(u64),
    /// The last line is missing.
    #[error(
        "the file is not whole: behind line {line} the line is missing that says how many users there are"
    )]
    Truncated {
        /// Up to where it can be read.
        line: u64,
    },
    /// The last line tells another number.
    #[error("the file holds {found} users, and its last line says {said}: lines were lost or added")]
    Miscounted {
        /// As the last line says.
        said: u64,
        /// As there are.
        found: u64,
    },
    /// Something follows the last line.
    #[error("something follows the end of the file, at line {line}: two files may have been put together")]
    GoesOn {
        /// Where.
        line: u64,
    },
    /// The disk.
    #[error("the file cannot be read at line {line}")]
    Io {
        /// Where.
        line: u64,
        /// Why.
        source: io::Error,
    },
}

impl ReadError {
    /// Whether the users that follow can be read.
    #[must_use]
    pub fn is_skippable(&self) -> bool {
        matches!(self, Self::Broken { .. })
    }
}

#[derive(Debug)]
enum Kind {
    Jsonl,
    Csv(Columns),
}

/// The users of a file, one after the other. A broken line is an error after which the next user follows; after any other
/// error nothing does. A file is whole only if the end came without an error.
#[derive(Debug)]
pub struct ExportReader<R> {
    lines: Lines<R>,
    kind: Kind,
    head: Head,
    users: u64,
    broken: u64,
    tail: Option<Tail>,
    is_over: bool,
}

impl<R: BufRead> ExportReader<R> {
    /// Reads the head. The form shows in it.
    ///
    /// # Errors
    /// When the file is not ours, or of another version.
    pub fn open(reader: R) -> Result<Self, ReadError> {
        let mut lines = Lines::new(reader);
        let Ok(Some(Text::Line(first))) =
            lines.next(false).map_err(|source| ReadError::Io { line: 1, source })
        else {
            return Err(ReadError::NotOurs);
        };
        // Spreadsheets put one in.
        let first = first.strip_prefix('\u{feff}').unwrap_or(&first);
        let is_csv = first.starts_with('#');
        let head = if is_csv {
            csv::read_head(first)
        } else {
            jsonl::object(first).ok().and_then(|line| jsonl::read_head(&line))
        };
        let head = match head {
            None => return Err(ReadError::NotOurs),
            Some((version, _)) if version != VERSION => return Err(ReadError::Version(version)),
            Some((_, None)) => return Err(ReadError::Damaged { line: 1 }),
            Some((_, Some(head))) => head,
        };
        let kind = if is_csv { Kind::Csv(columns(&mut lines)?) } else { Kind::Jsonl };
        Ok(Self { lines, kind, head, users: 0, broken: 0, tail: None, is_over: false })
    }

    /// Whose users these are, and as of when.
    #[must_use]
    pub fn head(&self) -> &Head {
        &self.head
    }

    /// What the last line says, once it is read.
    #[must_use]
    pub fn tail(&self) -> Option<Tail> {
        self.tail
    }

    fn line(&mut self) -> Result<Option<Snapshot>, ReadError> {
        let is_csv = matches!(self.kind, Kind::Csv(_));
        let text =
            self.lines.next(is_csv).map_err(|source| ReadError::Io { line: self.lines.number(), source })?;
        let line = self.lines.number();
        // The last line of ours has an end, too.
        let is_cut = self.lines.is_cut();
        let flawed =
            |flaw| if is_cut { ReadError::Truncated { line } } else { ReadError::Broken { line, flaw } };
        let text = match (text, self.tail) {
            (Some(Text::Line(text)), _) if text.trim().is_empty() => return Ok(None),
            (Some(_), Some(_)) => return Err(ReadError::GoesOn { line }),
            (None, Some(tail)) => return self.end(tail),
            (None, None) => return Err(ReadError::Truncated { line }),
            (Some(Text::Flawed(flaw)), None) => return Err(flawed(flaw)),
            (Some(Text::Line(text)), None) => text,
        };
        let read = match &self.kind {
            Kind::Jsonl => jsonl::read(&text),
            Kind::Csv(columns) => match csv::read_tail(&text) {
                Some(tail) => tail.map(Line::Tail),
                None => columns.read_user(&text).map(|user| Line::User(Box::new(user))),
            },
        };
        match read.map_err(flawed)? {
            Line::User(user) => {
                self.users += 1;
                Ok(Some(*user))
            }
            Line::Tail(tail) => {
                self.tail = Some(tail);
                Ok(None)
            }
        }
    }

    /// A broken line may stand for several users, or for none.
    fn end(&mut self, tail: Tail) -> Result<Option<Snapshot>, ReadError> {
        self.is_over = true;
        if self.users > tail.users || (self.users < tail.users && self.broken == 0) {
            return Err(ReadError::Miscounted { said: tail.users, found: self.users });
        }
        Ok(None)
    }
}

fn columns<R: BufRead>(lines: &mut Lines<R>) -> Result<Columns, ReadError> {
    let text = lines.next(true).map_err(|source| ReadError::Io { line: 2, source })?;
    let columns = match &text {
        Some(Text::Line(text)) => Columns::read(text),
        _ => None,
    };
    columns.ok_or(ReadError::Damaged { line: 2 })
}

impl<R: BufRead> Iterator for ExportReader<R> {
    type Item = Result<Snapshot, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.is_over {
            match self.line() {
                Ok(Some(user)) => return Some(Ok(user)),
                Ok(None) => {}
                Err(error) => {
                    self.broken += u64::from(error.is_skippable());
                    self.is_over = !error.is_skippable();
                    return Some(Err(error));
                }
            }
        }
        None
    }
}
