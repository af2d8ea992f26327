//! The sources that functions are built from.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{PackageError, RULES};

/// A checkout of the project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkout {
    root: PathBuf,
}

impl Checkout {
    /// The one whose top this is.
    #[must_use]
    pub fn at(root: PathBuf) -> Self {
        Self { root }
    }

    /// The one that this folder is in.
    ///
    /// # Errors
    /// When it is in none.
    pub fn around(folder: &Path) -> Result<Self, PackageError> {
        let is_top = |folder: &&Path| {
            folder.join("infra/template.yaml").is_file() && folder.join("crates/twinpool-capture").is_dir()
        };
        let top = folder.ancestors().find(is_top);
        let root = top.ok_or_else(|| PackageError::NoCheckout(folder.to_owned()))?;
        Ok(Self { root: root.to_owned() })
    }

    /// The top.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The template of the stack.
    #[must_use]
    pub fn template(&self) -> PathBuf {
        self.root.join("infra/template.yaml")
    }

    /// Where a function's zip is.
    #[must_use]
    pub fn zip_of(&self, function: &str) -> PathBuf {
        self.root.join(self.lambda()).join(function).join("bootstrap.zip")
    }

    pub(crate) fn lambda(&self) -> &'static str {
        "target/lambda"
    }

    /// How the template names a function's zip.
    #[must_use]
    pub fn code_uri(&self, function: &str) -> String {
        format!("../{}/{function}/bootstrap.zip", self.lambda())
    }

    /// Where the rules are, if nobody says otherwise and they are there.
    #[must_use]
    pub fn default_rules(&self) -> Option<PathBuf> {
        Some(self.root.join(RULES)).filter(|path| path.exists())
    }

    /// The build directory.
    #[must_use]
    pub fn target(&self) -> PathBuf {
        #[expect(clippy::disallowed_methods, reason = "cargo's own variable")]
        let set = std::env::var("CARGO_TARGET_DIR");
        self.root.join(set.unwrap_or_else(|_| "target".to_owned()))
    }

    /// Cargo, at the top.
    ///
    /// What cargo sets for a program that it runs would look to some build scripts like another build, and cost one.
    #[must_use]
    pub fn cargo(&self) -> Command {
        #[expect(clippy::disallowed_methods, reason = "cargo's own variable")]
        let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
        let mut cargo = Command::new(cargo);
        let own = |name: &str| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_");
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_str().is_some_and(own)) {
            cargo.env_remove(name);
        }
        cargo.current_dir(&self.root);
        cargo
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checkout_is_found_from_below_and_nowhere_else() {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let checkout = Checkout::around(&here.join("src")).unwrap();
        assert_eq!(checkout.root(), here.ancestors().nth(2).unwrap());
        let template = std::fs::read_to_string(checkout.template()).unwrap();
        for function in crate::FUNCTIONS {
            assert!(template.contains(&checkout.code_uri(function)), "{function}");
        }
        let problem = Checkout::around(Path::new("/")).unwrap_err().to_string();
        assert!(problem.contains("not in a checkout"), "{problem}");
    }
}
