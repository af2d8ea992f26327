//! The `twinpool.toml` that a command goes by.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use clap::{ArgMatches, Command};
use twinpool_rules::Site;

/// Where it is unless `--rules` names another one.
pub(crate) const NAME: &str = "twinpool.toml";

/// What was found.
#[derive(Debug, Default)]
pub(crate) struct File {
    /// Its name, where there is one.
    pub(crate) path: Option<PathBuf>,
    /// What it says of where things are.
    pub(crate) site: Site,
    /// What is wrong with it.
    pub(crate) problem: Option<String>,
}

impl File {
    /// The file that these words name, or the one of this folder.
    pub(super) fn of(command: Command, words: &[OsString]) -> Self {
        Self::at(named(command, words))
    }

    /// The file of this name, or the one of this folder.
    pub(crate) fn at(named: Option<PathBuf>) -> Self {
        let path = named.unwrap_or_else(|| PathBuf::from(NAME));
        if !path.exists() {
            // The command says so, if it needs the file.
            return Self::default();
        }
        let (site, problem) = match read(&path) {
            Ok(site) => (site, None),
            Err(problem) => (Site::default(), Some(problem)),
        };
        Self { path: Some(path), site, problem }
    }
}

fn read(path: &Path) -> Result<Site, String> {
    let name = path.display().to_string();
    let text = fs::read_to_string(path).map_err(|problem| format!("cannot read {name}: {problem}"))?;
    Site::parse(&text).map_err(|problem| problem.in_file(&name))
}

/// What `--rules` says, whatever else is wrong or missing.
fn named(command: Command, words: &[OsString]) -> Option<PathBuf> {
    let matches = command.ignore_errors(true).try_get_matches_from(words).ok()?;
    deepest(&matches).try_get_one::<PathBuf>("rules").ok().flatten().cloned()
}

fn deepest(matches: &ArgMatches) -> &ArgMatches {
    matches.subcommand().map_or(matches, |(_, inner)| deepest(inner))
}
