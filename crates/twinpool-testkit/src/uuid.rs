//! Ids that look like AWS's, and follow from what they are given.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

/// A UUID of version 4 that follows from a text and a number, and from the toolchain: with another one, a seed is another world.
#[must_use]
pub fn uuid(of: &str, number: u64) -> String {
    let half = |salt: u8| {
        let mut hasher = DefaultHasher::new();
        (of, number, salt).hash(&mut hasher);
        hasher.finish()
    };
    let (high, low) = (half(0), half(1));
    let version = (high & 0xfff) | 0x4000;
    let variant = (low >> 48 & 0x3fff) | 0x8000;
    let (first, second) = (high >> 32, high >> 16 & 0xffff);
    format!("{first:08x}-{second:04x}-{version:04x}-{variant:04x}-{:012x}", low & 0xffff_ffff_ffff)
}
