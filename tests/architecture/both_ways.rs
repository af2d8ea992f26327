//! Writing the old pool: who may ask for it, and what it hangs on.

use std::fs;
use std::path::Path;

use crate::files::files;
use crate::permissions::resource;
use twinpool_tests::bootstrap::workspace;

/// Folders and files of the engine that may ask for leave to write the old pool. The second two make and hold it.
const MAY_ASK: [&str; 4] = ["both_ways", "born", "wired", "engine"];

fn may_ask(path: &Path) -> bool {
    let first = path.components().next().unwrap().as_os_str().to_string_lossy();
    MAY_ASK.contains(&first.trim_end_matches(".rs"))
}

#[test]
fn only_what_keeps_both_pools_in_step_asks_for_the_old_pool_to_be_written() {
    let sources = workspace().join("crates/twinpool-engine/src");
    for path in files(&sources, ".rs") {
        let inside = path.strip_prefix(&sources).unwrap();
        let text = fs::read_to_string(&path).unwrap();
        assert!(may_ask(inside) || !text.contains("ports.back()"), "{}", inside.display());
    }
}

#[test]
fn a_rehearsal_and_the_functions_that_only_read_have_no_leave() {
    let rehearsal = fs::read_to_string(workspace().join("crates/twinpool-cli/src/rehearse.rs")).unwrap();
    assert!(!rehearsal.contains("both_ways"), "a rehearsal writes the scratch pool alone");
    for function in ["Sweep", "Capture", "Resolve", "Authorizer"] {
        assert!(!resource(function).contains("TWINPOOL_REVERSE_SYNC"), "{function}");
    }
}
