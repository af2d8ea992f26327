//! The rules that lie beside the code.

use std::fs;
use std::io::ErrorKind;

use twinpool_aws::settings::RulesFile;
use twinpool_rules::{Rules, RulesError};

/// Why the rules cannot be used. Nothing is mirrored by half of them. Says all of it itself: not every log has the sources of an error.
#[derive(Debug, thiserror::Error)]
pub enum RulesFileError {
    /// The file cannot be read.
    #[error(
        "the rules at {0} cannot be read: {1}: is TWINPOOL_RULES_FILE right, and the file in the package?"
    )]
    Unreadable(String, std::io::Error),
    /// The file is broken.
    #[error("{0}; correct it, `twinpool package`, `twinpool deploy`")]
    Broken(RulesError),
}

/// Reads the rules; where there are none, everything travels as it is.
///
/// # Errors
/// When a file is named that is not there, or the file is broken: with its key and line.
pub fn read(file: Option<&RulesFile>) -> Result<Rules, RulesFileError> {
    let Some(file) = file else {
        return Ok(Rules::default());
    };
    match fs::read_to_string(&file.path) {
        Ok(text) => Rules::parse(&text).map_err(RulesFileError::Broken),
        Err(problem) if !file.is_required && problem.kind() == ErrorKind::NotFound => Ok(Rules::default()),
        Err(problem) => Err(RulesFileError::Unreadable(file.path.display().to_string(), problem)),
    }
}
