//! One function's zip: the binary as `bootstrap`, and the rules beside it where they are needed.

use std::fs::{self, File};
use std::io::{Cursor, Read as _, Write as _};
use std::path::Path;

use zip::result::ZipError;
use zip::write::SimpleFileOptions;
use zip::{DateTime, ZipArchive, ZipWriter};

use crate::{Architecture, PackageError, RULES, reading, writing};

/// A zip as it stands on the disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bundle {
    /// All of it.
    pub bytes: Vec<u8>,
    /// What it runs on.
    pub architecture: Architecture,
    /// The rules in it, if there are any.
    pub rules: Option<String>,
}

impl Bundle {
    /// Reads one that was made by `package`.
    ///
    /// # Errors
    /// When it is not there, or is something else.
    pub fn read(path: &Path) -> Result<Self, PackageError> {
        let missing = || PackageError::NoZip(path.to_owned());
        if !path.exists() {
            return Err(missing());
        }
        let bytes = fs::read(path).map_err(reading(path))?;
        let (architecture, rules) =
            contents(&bytes).ok_or_else(|| PackageError::BrokenZip(path.to_owned()))?;
        Ok(Self { bytes, architecture, rules })
    }
}

fn contents(bytes: &[u8]) -> Option<(Architecture, Option<String>)> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).ok()?;
    let mut binary = Vec::new();
    archive.by_name("bootstrap").ok()?.take(64).read_to_end(&mut binary).ok()?;
    let rules = match archive.by_name(RULES) {
        Ok(mut file) => {
            let mut text = String::new();
            file.read_to_string(&mut text).ok()?;
            Some(text)
        }
        Err(ZipError::FileNotFound) => None,
        Err(_) => return None,
    };
    Some((Architecture::of(&binary)?, rules))
}

/// Who plans needs rules, who has to know how the pools name identity providers, who lets people in, and who goes by the owner's
/// criteria.
#[must_use]
pub fn needs_rules(function: &str) -> bool {
    matches!(
        function,
        "twinpool-mirror" | "twinpool-sweep" | "twinpool-sign-in" | "twinpool-bridge" | "twinpool-watch"
    )
}

/// The same binary and rules give the same zip: no times.
pub(crate) fn write(path: &Path, binary: &[u8], rules: Option<&str>) -> Result<u64, PackageError> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(writing(folder))?;
    }
    let file = File::create(path).map_err(writing(path))?;
    fill(file, binary, rules).map_err(|error| writing(path)(error.into()))?;
    Ok(fs::metadata(path).map_err(reading(path))?.len())
}

fn fill(file: File, binary: &[u8], rules: Option<&str>) -> Result<(), ZipError> {
    let mut zip = ZipWriter::new(file);
    let options =
        SimpleFileOptions::default().unix_permissions(0o755).last_modified_time(DateTime::default());
    zip.start_file("bootstrap", options)?;
    zip.write_all(binary)?;
    if let Some(rules) = rules {
        zip.start_file(RULES, options.unix_permissions(0o644))?;
        zip.write_all(rules.as_bytes())?;
    }
    zip.finish()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zip_tells_what_it_runs_on_and_by_which_rules() {
        let folder = std::env::temp_dir().join(format!("twinpool-bundle-{}", std::process::id()));
        let path = folder.join("bootstrap.zip");
        let mut binary = fs::read(std::env::current_exe().unwrap()).unwrap();
        binary.truncate(4096);
        write(&path, &binary, Some("[users]\n")).unwrap();
        let bundle = Bundle::read(&path).unwrap();
        assert_eq!(Some(bundle.architecture), Architecture::here());
        assert_eq!(bundle.rules.as_deref(), Some("[users]\n"));
        write(&path, &binary, None).unwrap();
        let without = Bundle::read(&path).unwrap();
        assert_eq!(without.rules, None);
        write(&path, &binary, None).unwrap();
        assert_eq!(Bundle::read(&path).unwrap(), without, "the same, byte for byte");

        write(&path, b"#!/bin/sh\n", None).unwrap();
        assert!(matches!(Bundle::read(&path), Err(PackageError::BrokenZip(_))));
        fs::write(&path, "no zip").unwrap();
        assert!(matches!(Bundle::read(&path), Err(PackageError::BrokenZip(_))));
        fs::remove_dir_all(&folder).unwrap();
        let problem = Bundle::read(&path).unwrap_err().to_string();
        assert!(problem.contains("twinpool package"), "{problem}");
    }
}
