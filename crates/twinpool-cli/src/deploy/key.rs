//! The secret of the digests: found or made, kept in a file of its owner alone, and never printed.

use std::fmt;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use twinpool_aws::settings::{Environment, Source};
use twinpool_core::digest::DigestKey;

use crate::digest_key::{FILE, VARIABLE, text_of};
use crate::failure::Misuse;
use crate::random::random;

/// The digest key of a stack that is made.
pub(super) struct Key {
    secret: String,
    from: From,
}

enum From {
    Environment,
    File(PathBuf),
    /// Made now, and to be written there.
    New(PathBuf),
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(«redacted»)")
    }
}

impl Key {
    /// From the environment, else from the file, else a new one, which is not written yet.
    pub(super) fn find() -> anyhow::Result<Self> {
        Self::find_in(&Environment, Path::new(FILE))
    }

    fn find_in(source: &impl Source, path: &Path) -> anyhow::Result<Self> {
        if let Some(secret) = source.get(VARIABLE) {
            return Self::checked(secret, From::Environment, VARIABLE);
        }
        if let Some(secret) = text_of(path)? {
            return Self::checked(secret, From::File(path.to_owned()), &path.display().to_string());
        }
        Ok(Self { secret: STANDARD.encode(random::<32>()?), from: From::New(path.to_owned()) })
    }

    fn checked(secret: String, from: From, name: &str) -> anyhow::Result<Self> {
        DigestKey::new(secret.as_bytes()).map_err(|problem| Misuse(format!("{name}: {problem}")))?;
        Ok(Self { secret, from })
    }

    pub(super) fn reveal(&self) -> &str {
        &self.secret
    }

    /// Where it is from.
    pub(super) fn shown(&self) -> String {
        match &self.from {
            From::Environment => format!("from {VARIABLE}"),
            From::File(path) => format!("from {}", path.display()),
            From::New(path) => format!("a new one, kept in {}", path.display()),
        }
    }

    /// Writes a new one down before anything is made with it. Gives what its owner has to know.
    pub(super) fn keep(&self) -> anyhow::Result<Option<String>> {
        let From::New(path) = &self.from else {
            return Ok(None);
        };
        let shown = path.display();
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
        let write = file.as_mut().map_err(|error| std::io::Error::from(error.kind()));
        let write = write.and_then(|file| file.write_all(format!("{}\n", self.secret).as_bytes()));
        write.with_context(|| format!("cannot write the digest key into {shown}"))?;
        Ok(Some(format!(
            "The digest key is in {shown}: keep it safe, and never commit it. Without it, work on everybody (backfill, verify)\n\
             is not possible, and with another one, users who are being made are not known again.\n"
        )))
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    struct Set(Option<&'static str>);

    impl Source for Set {
        fn get(&self, key: &'static str) -> Option<String> {
            self.0.filter(|_| key == VARIABLE).map(str::to_owned)
        }
    }

    #[test]
    fn a_key_is_taken_from_the_environment_else_the_file_else_made_and_kept_for_its_owner_alone() {
        let folder = std::env::temp_dir().join(format!("twinpool-key-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let path = folder.join(FILE);
        let made = Key::find_in(&Set(None), &path).unwrap();
        assert!(!path.exists(), "nothing is written before somebody agrees");
        assert_eq!(STANDARD.decode(made.reveal()).unwrap().len(), 32);
        let told = made.keep().unwrap().unwrap();
        assert!(told.contains("never commit") && !told.contains(made.reveal()), "{told}");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let found = Key::find_in(&Set(None), &path).unwrap();
        assert_eq!((found.reveal(), found.keep().unwrap()), (made.reveal(), None));
        assert!(!format!("{found:?}{}", found.shown()).contains(made.reveal()));
        let set = "a-key-for-tests-of-32-bytes-or-more";
        assert_eq!(Key::find_in(&Set(Some(set)), &path).unwrap().reveal(), set);
        let short = Key::find_in(&Set(Some("hunter2")), &path).unwrap_err().to_string();
        assert!(short.contains(VARIABLE) && !short.contains("hunter2"), "{short}");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        let open = Key::find_in(&Set(None), &path).unwrap_err().to_string();
        assert!(open.contains("chmod 600"), "{open}");
        fs::remove_dir_all(&folder).unwrap();
    }
}
