//! The page in a browser, as people use it: tests/page/walk.mjs.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use std::env::consts::EXE_SUFFIX;
use std::path::PathBuf;
use std::process::Command;

use twinpool_tests::bootstrap::workspace;
use xtask::tools;

/// The page with an invented move behind it, built beside this test.
fn program() -> PathBuf {
    let tests = std::env::current_exe().unwrap();
    let profile = tests.parent().and_then(|folder| folder.parent()).unwrap();
    profile.join("examples").join(format!("page{EXE_SUFFIX}"))
}

#[test]
fn a_browser_walks_over_the_page() {
    let program = program();
    assert!(program.exists(), "first: cargo build -p twinpool-page --example page");
    let mut walk = Command::new("node");
    walk.current_dir(workspace()).arg("tests/page/walk.mjs");
    walk.arg(format!("--program={}", program.display()));
    walk.arg(format!("--modules={}", tools::node_modules().display()));
    walk.arg(format!("--chromium={}", tools::chromium().display()));
    if let Some(shots) = std::env::var_os("TWINPOOL_SHOTS") {
        walk.arg(format!("--shots={}", PathBuf::from(shots).display()));
    }
    let output = walk.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
}
