//! What backends are told to copy is what is built and tested.

use std::fs;

use twinpool_tests::bootstrap::workspace;

#[test]
fn the_service_in_the_page_for_backends_is_the_example() {
    let read = |path: &str| fs::read_to_string(workspace().join(path)).unwrap();
    let (page, example) = (read("docs/backends.md"), read("crates/twinpool-resolver/examples/service.rs"));
    let shown = page.split("```rust\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    assert!(shown.contains("Authentication::required") && example.contains(shown), "{shown}");
}

#[test]
fn the_router_in_the_page_for_backends_is_the_example() {
    let read = |path: &str| fs::read_to_string(workspace().join(path)).unwrap();
    let (page, example) = (read("docs/backends.md"), read("crates/twinpool-resolver/examples/route.rs"));
    let shown = page.split("```rust\n").nth(2).and_then(|rest| rest.split("```").next()).unwrap();
    assert!(shown.contains("Router::new") && example.contains(shown), "{shown}");
}
