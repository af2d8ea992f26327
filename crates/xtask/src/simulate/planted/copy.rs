//! A copy of the project with the bugs in it, kept from one time to the next: what is as before is not written, so that it is not built
//! again.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use super::bug::{Bug, plant};
use crate::paths;

/// What is needed to build the simulation with the very versions that everything else is built with.
const FOLDERS: [&str; 2] = ["crates", "tests"];
const FILES: [&str; 2] = ["Cargo.toml", "Cargo.lock"];

/// Where the condition of every bug is.
const CORE: &str = "crates/twinpool-core/src";

/// The only thing that is in the copy and not in the project.
const MODULE: &str = r#"//! Which bug is in.

use std::sync::OnceLock;

static CHOSEN: OnceLock<Option<String>> = OnceLock::new();

/// Whether it is this one.
pub fn is(bug: &str) -> bool {
    CHOSEN.get_or_init(|| std::env::var("TWINPOOL_PLANTED").ok()).as_deref() == Some(bug)
}
"#;

/// The copy.
pub(super) struct Copy(PathBuf);

impl Copy {
    /// Brings the copy to what the project is now, with these bugs in it.
    ///
    /// # Errors
    /// When a bug has no place, or a file cannot be read or written.
    pub(super) fn make(bugs: &[Bug]) -> Result<Self> {
        let copy = Self(paths::target().join("planted"));
        let files = with_bugs(files()?, bugs)?;
        for (path, content) in &files {
            write(&copy.0.join(path), content)?;
        }
        for folder in FOLDERS {
            let kept = all_below(&copy.0, Path::new(folder))?;
            for path in kept.iter().filter(|path| !files.contains_key(*path)) {
                let path = copy.0.join(path);
                fs::remove_file(&path).with_context(|| format!("cannot remove {}", path.display()))?;
            }
        }
        Ok(copy)
    }

    /// Where it is.
    pub(super) fn top(&self) -> &Path {
        &self.0
    }

    /// Where it is built.
    pub(super) fn target(&self) -> PathBuf {
        self.0.join("target")
    }
}

/// The project's files.
fn files() -> Result<BTreeMap<PathBuf, Vec<u8>>> {
    let top = paths::root();
    let mut names: BTreeSet<PathBuf> = FILES.iter().map(PathBuf::from).collect();
    for folder in FOLDERS {
        names.extend(all_below(&top, Path::new(folder))?);
    }
    let read = |path: PathBuf| {
        let content = fs::read(top.join(&path)).with_context(|| format!("cannot read {}", path.display()))?;
        Ok((path, content))
    };
    names.into_iter().map(read).collect()
}

/// The same with the bugs in them, and with what tells which one is in.
pub(super) fn with_bugs(
    mut files: BTreeMap<PathBuf, Vec<u8>>,
    bugs: &[Bug],
) -> Result<BTreeMap<PathBuf, Vec<u8>>> {
    let mut in_file: BTreeMap<&str, Vec<&Bug>> = BTreeMap::new();
    for bug in bugs {
        in_file.entry(bug.file).or_default().push(bug);
    }
    for (path, bugs) in in_file {
        let names = || bugs.iter().map(|bug| bug.name).collect::<Vec<_>>().join(", ");
        let content = files
            .get_mut(Path::new(path))
            .with_context(|| format!("there is no {path}, where {} should be planted", names()))?;
        let text = std::str::from_utf8(content).with_context(|| format!("{path} is no text"))?;
        *content = plant(text, &bugs)?.into_bytes();
    }
    let core = Path::new(CORE);
    files.insert(core.join("planted.rs"), MODULE.as_bytes().to_vec());
    let library =
        files.get_mut(&core.join("lib.rs")).with_context(|| format!("there is no {CORE}/lib.rs"))?;
    library.extend_from_slice(b"\npub mod planted;\n");
    Ok(files)
}

/// The files below a folder, build output aside, by their paths from the top.
fn all_below(top: &Path, folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let Ok(entries) = fs::read_dir(top.join(folder)) else {
        // Nothing is copied yet.
        return Ok(found);
    };
    for entry in entries {
        let entry = entry?;
        let path = folder.join(entry.file_name());
        let is_hidden = entry.file_name().to_string_lossy().starts_with('.');
        match entry.file_type()? {
            kind if kind.is_dir() && !is_hidden && entry.file_name() != "target" => {
                found.extend(all_below(top, &path)?);
            }
            kind if kind.is_file() && !is_hidden => found.push(path),
            _ => {}
        }
    }
    Ok(found)
}

fn write(path: &Path, content: &[u8]) -> Result<()> {
    if fs::read(path).is_ok_and(|before| before == content) {
        return Ok(());
    }
    let there = || format!("cannot write {}", path.display());
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).with_context(there)?;
    }
    fs::write(path, content).with_context(there)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulate::planted::bugs;

    #[test]
    fn every_bug_finds_its_place_in_the_code_as_it_is_now() {
        let planted = with_bugs(files().unwrap(), &bugs::all()).unwrap();
        let file = |path: &str| String::from_utf8(planted[Path::new(path)].clone()).unwrap();
        for bug in bugs::all() {
            assert!(file(bug.file).contains(&format!("planted::is({:?})", bug.name)), "{}", bug.name);
        }
    }

    #[test]
    fn a_bug_in_a_file_that_is_gone_is_refused_by_name() {
        let bug = Bug { name: "a-bug", what: "", file: "crates/gone.rs", find: "x", replace: "PLANTED" };
        let refusal = with_bugs(BTreeMap::new(), &[bug]).unwrap_err().to_string();
        assert!(refusal.contains("a-bug") && refusal.contains("crates/gone.rs"), "{refusal}");
    }
}
