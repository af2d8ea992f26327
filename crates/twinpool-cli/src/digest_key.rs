//! The secret of the digests: in the environment, else in a file that nobody else may read. Never an option, which others on
//! the machine can see.

use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use twinpool_aws::settings::{self, Environment, Source};
use twinpool_core::digest::DigestKey;

use crate::failure::Misuse;

/// The variable.
pub(crate) const VARIABLE: &str = "TWINPOOL_DIGEST_KEY";
/// The file, beside twinpool.toml.
pub(crate) const FILE: &str = "twinpool.key";

/// Group and others.
const OTHERS: u32 = 0o077;

/// Where the key comes from, as it would be taken now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum From {
    Environment,
    File,
    Nowhere,
}

/// Where it would come from.
pub(crate) fn from() -> From {
    match Environment.get(VARIABLE) {
        Some(_) => From::Environment,
        None if Path::new(FILE).exists() => From::File,
        None => From::Nowhere,
    }
}

/// The key of the stack.
pub(crate) fn find() -> Result<DigestKey, Misuse> {
    find_in(&Environment, Path::new(FILE))
}

/// Its very text, where it is known here.
pub(crate) fn text() -> Result<Option<String>, Misuse> {
    match Environment.get(VARIABLE) {
        Some(text) => Ok(Some(text)),
        None => text_of(Path::new(FILE)),
    }
}

fn find_in(environment: &impl Source, file: &Path) -> Result<DigestKey, Misuse> {
    if environment.get(VARIABLE).is_some() {
        return settings::digest_key(environment).map_err(|problem| Misuse(problem.to_string()));
    }
    let shown = file.display();
    let Some(text) = text_of(file)? else {
        return Err(Misuse(format!(
            "the digest key of the stack is missing: it must stand in {VARIABLE}, or in the file {shown} beside \
             twinpool.toml; the same that the functions have, or twinpool would know nobody whom it has mirrored"
        )));
    };
    DigestKey::new(text.as_bytes()).map_err(|problem| Misuse(format!("cannot use {shown}: {problem}")))
}

/// What the file holds, where there is one and nobody else may use it.
pub(crate) fn text_of(file: &Path) -> Result<Option<String>, Misuse> {
    let shown = file.display();
    let about = match fs::metadata(file) {
        Ok(about) => about,
        Err(problem) if problem.kind() == ErrorKind::NotFound => return Ok(None),
        Err(problem) => return Err(Misuse(format!("cannot look at {shown}: {problem}"))),
    };
    if about.permissions().mode() & OTHERS != 0 {
        return Err(Misuse(format!("{shown} holds a secret, and others may use it: chmod 600 {shown}")));
    }
    let text =
        fs::read_to_string(file).map_err(|problem| Misuse(format!("cannot read {shown}: {problem}")))?;
    Ok(Some(text.trim().to_owned()))
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use twinpool_core::id::{AttributeName, Sub};
    use twinpool_core::value::Value;

    use super::*;

    const KEY: &str = "a-key-for-tests-of-32-bytes-or-more";

    struct Said(Option<&'static str>);

    impl Source for Said {
        fn get(&self, key: &'static str) -> Option<String> {
            self.0.filter(|_| key == VARIABLE).map(str::to_owned)
        }
    }

    fn file(name: &str, text: &str, mode: u32) -> PathBuf {
        let path = std::env::temp_dir().join(format!("twinpool-key-{}-{name}", std::process::id()));
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        path
    }

    /// A key shows nothing but what it makes.
    fn makes(key: &DigestKey) -> String {
        let (sub, name) = (Sub::parse("sub-1").unwrap(), AttributeName::parse("name").unwrap());
        format!("{:?}", key.attribute(&sub, &name, &Value::new("Ada")))
    }

    fn refused(environment: Option<&'static str>, file: &Path) -> String {
        find_in(&Said(environment), file).map(drop).unwrap_err().to_string()
    }

    #[test]
    fn a_key_is_taken_from_the_environment_else_from_a_file_of_its_owner_alone() {
        let own = file("own", &format!("{KEY}\n"), 0o600);
        let of_file = makes(&find_in(&Said(None), &own).unwrap());
        assert_eq!(of_file, makes(&find_in(&Said(Some(KEY)), Path::new("nowhere")).unwrap()));
        let other = find_in(&Said(Some("another-key-for-tests-of-32-bytes-or-more")), &own).unwrap();
        assert_ne!(of_file, makes(&other));
    }

    #[test]
    fn a_key_that_is_open_short_or_missing_is_refused_and_not_shown() {
        for mode in [0o640, 0o604, 0o620] {
            let said = refused(None, &file("open", KEY, mode));
            assert!(said.contains("chmod 600") && !said.contains(KEY), "{said}");
        }
        let said = refused(None, &file("short", "too-short", 0o600));
        assert!(said.contains("fewer than 32 bytes") && !said.contains("too-short"), "{said}");
        assert!(refused(Some("too-short"), Path::new("nowhere")).contains(VARIABLE));
        let said = refused(None, Path::new("nowhere"));
        assert!(said.contains(VARIABLE) && said.contains("the file nowhere"), "{said}");
    }
}
