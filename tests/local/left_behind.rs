//! What the local servers leave on the machine: it would fill the disk of whoever runs the tests for weeks.

use std::env::temp_dir;

use xtask::local::folder;
use xtask::testbed::{MINISTACK, stack};

use crate::arrived;

#[test]
fn the_code_of_functions_lies_with_the_stack_and_goes_with_it() {
    let stack = stack(MINISTACK).unwrap();
    let old = stack.old();
    let sub = old.sign_up("tess", &[("email", "tess@example.com"), ("email_verified", "true")]).unwrap();
    old.confirm("tess").unwrap();
    old.sign_in("tess").unwrap();
    arrived(&stack, &sub);
    let endpoint = stack.aws().endpoint;
    let port = endpoint.rsplit(':').next().unwrap();
    let code = format!("ministack-provided-code-{port}");
    assert!(folder(MINISTACK).join("tmp").join(&code).exists(), "MiniStack keeps it elsewhere by now");
    assert!(!temp_dir().join(&code).exists());
}
