//! Files that are not larger than a job takes.

use twinpool_core::import_job::{MOST_BYTES, MOST_ROWS};

use super::row::Header;

/// How large a file may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Rows, the header not counted.
    pub rows: usize,
    /// Bytes.
    pub bytes: usize,
}

impl Default for Limits {
    /// Cognito's own (F§7).
    fn default() -> Self {
        Self { rows: MOST_ROWS, bytes: MOST_BYTES }
    }
}

/// A file that grows.
pub(super) struct CsvFile {
    bytes: Vec<u8>,
    order: Vec<u128>,
    header: usize,
    limits: Limits,
}

impl CsvFile {
    pub(super) fn new(header: &Header, limits: Limits) -> Self {
        let bytes = (header.line() + "\n").into_bytes();
        Self { header: bytes.len(), bytes, order: Vec::new(), limits }
    }

    /// Whether a row goes in. A file with no row takes any.
    pub(super) fn has_room(&self, row: &str) -> bool {
        let fits = self.rows() < self.limits.rows && self.bytes.len() + row.len() < self.limits.bytes;
        fits || self.order.is_empty()
    }

    /// `owner`: whose row it is.
    pub(super) fn push(&mut self, row: &str, owner: u128) {
        self.bytes.extend_from_slice(row.as_bytes());
        self.bytes.push(b'\n');
        self.order.push(owner);
    }

    pub(super) fn rows(&self) -> usize {
        self.order.len()
    }

    /// Takes what is in it, and whose the rows are, and begins anew.
    pub(super) fn take(&mut self) -> (Vec<u8>, Vec<u128>) {
        let next = self.bytes.get(..self.header).unwrap_or_default().to_vec();
        (std::mem::replace(&mut self.bytes, next), std::mem::take(&mut self.order))
    }
}
