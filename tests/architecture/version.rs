//! Functions say of which version they are, by what the template tells them: `twinpool doctor` compares.

use crate::permissions::resource;

#[test]
fn each_function_is_told_the_version_that_the_workspace_has() {
    let told = format!("TWINPOOL_VERSION: \"{}\"", env!("CARGO_PKG_VERSION"));
    let functions = [
        "Capture",
        "Mirror",
        "AuditTrail",
        "Sweep",
        "SignIn",
        "Bridge",
        "Resolve",
        "Authorizer",
        "Watch",
        "Route",
    ];
    for function in functions {
        assert!(resource(function).contains(&told), "{function} lacks {told}");
    }
}
