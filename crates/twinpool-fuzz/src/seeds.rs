//! The inputs that a target begins with: its folder in `fuzz/corpus`, and samples that the project has anyway.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::Target;

/// The top of the project.
#[must_use]
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_owned()
}

/// Where these inputs are: files and folders that are there.
#[must_use]
pub fn places(target: &Target) -> Vec<PathBuf> {
    let own = root().join("fuzz/corpus").join(target.name);
    let others = target.seeds.iter().map(|seed| root().join(seed));
    [own].into_iter().chain(others).collect()
}

/// Every input, by the name of its file.
///
/// # Errors
/// When a place is not there, or cannot be read.
pub fn read(target: &Target) -> io::Result<Vec<(PathBuf, Vec<u8>)>> {
    let mut files = Vec::new();
    for place in places(target) {
        if place.is_dir() {
            for entry in fs::read_dir(&place)? {
                files.push(entry?.path());
            }
        } else {
            files.push(place);
        }
    }
    files.sort();
    files.into_iter().map(|file| fs::read(&file).map(|bytes| (file, bytes))).collect()
}
