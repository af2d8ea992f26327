//! The users of a file, in pages as a pool gives them.

use std::io::BufRead;

use twinpool_core::port::Place;
use twinpool_engine::{Source, SourceError, Stretch};

use crate::export::ExportReader;

/// As many as a pool gives at a time (F§4.6).
const PAGE: usize = 60;

/// Reads page by page. A place is how many users, broken lines among them, come before it.
#[derive(Debug)]
pub(super) struct FileSource<R> {
    reader: ExportReader<R>,
    skip_broken: bool,
    /// So many are passed over.
    done: u64,
    seen: u64,
}

impl<R: BufRead> FileSource<R> {
    /// From the beginning. With `skip_broken`, a line that cannot be read counts as a user who cannot.
    pub(super) fn new(reader: ExportReader<R>, skip_broken: bool) -> Self {
        Self { reader, skip_broken, done: 0, seen: 0 }
    }

    /// Goes on behind this place. One that is not ours is the beginning.
    pub(super) fn after(self, place: Option<&Place>) -> Self {
        let done = place.and_then(|place| place.0.parse().ok()).unwrap_or_default();
        Self { done, ..self }
    }
}

impl<R: BufRead> Source for FileSource<R> {
    async fn next(&mut self) -> Result<Option<Stretch>, SourceError> {
        let (mut users, mut unreadable, mut is_end) = (Vec::new(), 0, false);
        while users.len() + unreadable < PAGE {
            let Some(user) = self.reader.next() else {
                is_end = true;
                break;
            };
            self.seen += 1;
            match user {
                Ok(_) if self.seen <= self.done => {}
                Ok(user) => users.push(user),
                Err(error) if self.skip_broken && error.is_skippable() => {
                    unreadable += usize::from(self.seen > self.done);
                }
                Err(error) => return Err(SourceError::Read(Box::new(error))),
            }
        }
        if is_end && users.is_empty() && unreadable == 0 {
            return Ok(None);
        }
        let next = (!is_end).then(|| Place(self.seen.to_string()));
        Ok(Some(Stretch { users, unreadable, next, is_new_beginning: false }))
    }
}
