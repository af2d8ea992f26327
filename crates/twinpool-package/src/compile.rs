//! From sources to zips.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use twinpool_rules::Rules;

use crate::binary::unfit;
use crate::{Architecture, Checkout, FUNCTIONS, PackageError, bundle, reading};

type Binaries = Vec<(&'static str, Vec<u8>)>;

impl Checkout {
    /// Builds all functions for this machine and zips them, with the rules where they are needed. Not looked at: whether Lambda
    /// could load them.
    ///
    /// # Errors
    /// When the build fails, or the rules are broken.
    pub fn package_for_here(&self, rules: Option<&Path>) -> Result<Vec<(PathBuf, u64)>, PackageError> {
        let rules = rules.map(rules_in).transpose()?;
        self.zip(&self.build_here()?, rules.as_deref())
    }

    /// Builds all functions for Lambda and zips them, with the rules where they are needed: by cargo where this machine can, by
    /// cargo-lambda where it cannot.
    ///
    /// # Errors
    /// When the rules are broken, the build fails, or neither can build what Lambda loads.
    pub fn package_for(
        &self,
        wanted: Architecture,
        rules: Option<&Path>,
    ) -> Result<Vec<(PathBuf, u64)>, PackageError> {
        let rules = rules.map(rules_in).transpose()?;
        let why = if Architecture::here() == Some(wanted) {
            let binaries = self.build_here()?;
            let Some((function, why)) = misfit(&binaries, wanted) else {
                return self.zip(&binaries, rules.as_deref());
            };
            format!("{function}, as this machine builds it, {why}")
        } else {
            format!("this machine does not build for {wanted} by itself")
        };
        let binaries = self.build_by_cargo_lambda(wanted, why)?;
        if let Some((function, why)) = misfit(&binaries, wanted) {
            return Err(PackageError::Unfit { function, why });
        }
        self.zip(&binaries, rules.as_deref())
    }

    fn build_here(&self) -> Result<Binaries, PackageError> {
        let mut cargo = self.cargo();
        cargo.arg("build").args(WHAT);
        succeed(&mut cargo)?;
        let folder = self.target().join("release");
        FUNCTIONS.into_iter().map(|function| read(function, folder.join(function))).collect()
    }

    fn build_by_cargo_lambda(&self, wanted: Architecture, why: String) -> Result<Binaries, PackageError> {
        let mut asked = self.cargo();
        asked.args(["lambda", "--version"]).stdout(Stdio::null()).stderr(Stdio::null());
        if !asked.status().map_err(PackageError::NoCargo)?.success() {
            return Err(PackageError::NoCargoLambda { why });
        }
        let flag = match wanted {
            Architecture::X86_64 => "--x86-64",
            Architecture::Arm64 => "--arm64",
        };
        let mut cargo = self.cargo();
        // Zipped by us: the rules go in, and no times. Its own optimizations would let a panic end the process, and so a sign-in.
        cargo.args(["lambda", "build", flag, "--disable-optimizations", "--output-format", "binary"]);
        cargo.args(["--lambda-dir", self.lambda()]);
        succeed(cargo.args(WHAT))?;
        let folder = self.root().join(self.lambda());
        FUNCTIONS
            .into_iter()
            .map(|function| read(function, folder.join(function).join("bootstrap")))
            .collect()
    }

    fn zip(&self, binaries: &Binaries, rules: Option<&str>) -> Result<Vec<(PathBuf, u64)>, PackageError> {
        let zip = |(function, binary): &(&str, Vec<u8>)| {
            let path = self.zip_of(function);
            let size = bundle::write(&path, binary, rules.filter(|_| bundle::needs_rules(function)))?;
            Ok((path, size))
        };
        binaries.iter().map(zip).collect()
    }
}

const WHAT: [&str; 7] =
    ["--release", "--locked", "-p", "twinpool-capture", "-p", "twinpool-functions", "--bins"];

fn succeed(cargo: &mut Command) -> Result<(), PackageError> {
    let status = cargo.status().map_err(PackageError::NoCargo)?;
    if status.success() { Ok(()) } else { Err(PackageError::Build) }
}

fn read(function: &'static str, path: PathBuf) -> Result<(&'static str, Vec<u8>), PackageError> {
    Ok((function, fs::read(&path).map_err(reading(&path))?))
}

fn misfit(binaries: &Binaries, wanted: Architecture) -> Option<(&'static str, String)> {
    binaries.iter().find_map(|(function, binary)| Some((*function, unfit(binary, wanted)?)))
}

fn rules_in(path: &Path) -> Result<String, PackageError> {
    let text = fs::read_to_string(path).map_err(reading(path))?;
    Rules::parse(&text).map_err(|source| PackageError::Rules { path: path.to_owned(), source })?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Bundle;

    #[test]
    fn rules_go_beside_who_plans_and_broken_ones_nowhere() {
        let folder = std::env::temp_dir().join(format!("twinpool-package-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let (rules, checkout) = (folder.join("my-rules.toml"), Checkout::at(folder.clone()));
        fs::write(&rules, "[users]\ndeleted = \"keep\"\n").unwrap();
        let text = rules_in(&rules).unwrap();
        let mut binary = fs::read(std::env::current_exe().unwrap()).unwrap();
        binary.truncate(4096);
        checkout
            .zip(
                &["twinpool-capture", "twinpool-mirror", "twinpool-bridge"]
                    .map(|it| (it, binary.clone()))
                    .to_vec(),
                Some(&text),
            )
            .unwrap();
        let inside = |function| Bundle::read(&checkout.zip_of(function)).unwrap().rules;
        assert_eq!(inside("twinpool-capture"), None);
        for function in ["twinpool-mirror", "twinpool-bridge"] {
            assert_eq!(inside(function).as_ref(), Some(&text), "{function}");
        }
        fs::write(&rules, "[users]\ndeletd = \"keep\"\n").unwrap();
        let problem = rules_in(&rules).unwrap_err();
        let cause = std::error::Error::source(&problem).unwrap().to_string();
        assert!(cause.contains("line 2") && cause.contains("deletd"), "{problem}: {cause}");
        fs::remove_dir_all(&folder).unwrap();
    }
}
