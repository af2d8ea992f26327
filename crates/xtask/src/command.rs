//! The built `twinpool`.

use std::path::PathBuf;

use anyhow::{Context as _, Result, ensure};

use crate::paths;

/// Where `cargo xtask test` has built it, for all tests: each package built alone would have dependencies of other features.
const BUILT: &str = "BUILT_TWINPOOL";

/// The program: as it was built for all tests, or built now.
///
/// # Errors
/// When it does not build.
pub fn twinpool() -> Result<PathBuf> {
    #[expect(clippy::disallowed_methods, reason = "set by ourselves, for our tests")]
    if let Ok(built) = std::env::var(BUILT) {
        return Ok(built.into());
    }
    build(&["--quiet", "-p", "twinpool-cli"])?;
    Ok(program())
}

/// Builds it as the tests are built, and gives what tells them so.
pub(crate) fn build_with_tests() -> Result<(&'static str, PathBuf)> {
    build(&["--workspace", "--lib", "--bins", "--tests", "--examples"])?;
    Ok((BUILT, program()))
}

fn build(what: &[&str]) -> Result<()> {
    let status =
        paths::cargo().args(["build", "--locked"]).args(what).status().context("cannot start cargo")?;
    ensure!(status.success(), "the twinpool command does not build");
    Ok(())
}

fn program() -> PathBuf {
    paths::target().join("debug/twinpool")
}
