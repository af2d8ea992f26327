//! `twinpool deploy` and `remove` before a CloudFormation that refuses, fails and is late as AWS does. Needs the zips of
//! `cargo xtask test`.

mod stub;

use stub::{Aws, NEWEST, twinpool};

#[test]
fn a_deployment_that_would_lose_the_links_is_refused_and_leaves_nothing_behind() {
    for change in
        [("Links", "Modify", "True"), ("Links", "Modify", "Conditional"), ("Links", "Remove", "False")]
    {
        let (code, told, seen) = twinpool(&Aws { change, ..Aws::standing() }, &["deploy", "--yes"]);
        assert_eq!(code, 10, "{told}");
        assert!(
            told.contains("Links") && told.contains("table of links would be replaced or lost"),
            "{told}"
        );
        assert!(seen.has("DeleteChangeSet") && !seen.has("ExecuteChangeSet"), "{:?}", seen.actions);
        assert!(!seen.has("DeleteStack"), "the stack was there before");
    }
}

/// As when the new pool's Region or role changes, so that the stack has no sign-in function any more.
#[test]
fn a_sign_in_function_that_the_new_pool_names_or_may_name_is_not_taken_away() {
    let named = r#"{"UserPool":{"Id":"eu-west-1_New","LambdaConfig":{"PreTokenGeneration":
        "arn:aws:lambda:eu-west-1:123456789012:function:twinpool-SignIn-1"}}}"#;
    for (new_pool, change, word) in [
        (Some(named), ("SignIn", "Remove", "False"), "`twinpool detach --pool new`"),
        (Some(named), ("SignIn", "Modify", "True"), "`twinpool detach --pool new`"),
        (None, ("SignIn", "Remove", "False"), "cannot be told"),
    ] {
        let aws = Aws { change, new_pool, ..Aws::standing() };
        let (code, told, seen) = twinpool(&aws, &["deploy", "--yes"]);
        assert_eq!((code, seen.has("ExecuteChangeSet")), (10, false), "{told}");
        assert!(told.contains(word) && seen.has("DeleteChangeSet"), "{told}");
    }
    // What does not touch it goes on.
    let (code, told, _) = twinpool(&Aws { new_pool: None, ..Aws::standing() }, &["deploy", "--yes"]);
    assert_eq!(code, 0, "{told}");
}

#[test]
fn other_ways_in_are_followed_by_the_triggers_and_that_is_said_attached_or_not() {
    let named = r#"{"UserPool":{"Id":"eu-west-1_New","LambdaConfig":{"PreTokenGeneration":
        "arn:aws:lambda:eu-west-1:123456789012:function:twinpool-SignIn-1"}}}"#;
    let attached = Aws { new_pool: Some(named), ..Aws::standing() };
    for aws in [&attached, &Aws::standing()] {
        let words = ["deploy", "--yes", "--parameter", "SignInContinuity=all"];
        let (code, told, seen) = twinpool(aws, &words);
        assert_eq!((code, told.contains("twinpool attach --pool new")), (0, true), "{told}");
        let number = seen.proposal.iter().find(|(_, value)| *value == "SignInContinuity").unwrap().0;
        let member = number.strip_suffix("ParameterKey").unwrap();
        assert_eq!(seen.proposal[&format!("{member}ParameterValue")], "all");
    }
    let (code, told, _) = twinpool(&attached, &["deploy", "--yes", "--parameter", "SignInContinuity=none"]);
    assert_eq!((code, told.contains("attach --pool new")), (0, false), "it is what it was: {told}");
}

#[test]
fn a_function_that_leads_back_to_the_stack_counts_as_the_stack_s_own() {
    let leads = r#"{"UserPool":{"Id":"eu-west-1_New","LambdaConfig":{"PreTokenGeneration":
        "arn:aws:lambda:eu-west-1:123456789012:function:twinpool-newest"}}}"#;
    let aws = Aws { new_pool: Some(leads), ..Aws::standing() };
    let (code, told, seen) = twinpool(&aws, &["deploy", "--yes"]);
    assert_eq!(code, 0, "{told}");
    let names = |(_, value): (&String, &String)| value.contains("newest");
    assert!(!told.contains("newest") && !seen.proposal.iter().any(names), "it would make a ring: {told}");
    let other = format!("NewPoolChainPreTokenGeneration={NEWEST}");
    for (change, words) in [
        (("SignIn", "Remove", "False"), vec!["deploy", "--yes"]),
        (("Mirror", "Modify", "False"), vec!["deploy", "--yes", "--parameter", &other]),
    ] {
        let (code, told, seen) = twinpool(&Aws { change, ..aws.clone() }, &words);
        assert_eq!((code, seen.has("ExecuteChangeSet")), (10, false), "{told}");
        assert!(told.contains("`twinpool detach --pool new`"), "{told}");
    }
}

#[test]
fn a_dry_run_without_a_bucket_says_what_to_do() {
    let aws = Aws { has_bucket: false, ..Aws::standing() };
    let (code, told, seen) = twinpool(&aws, &["deploy", "--dry-run"]);
    assert_eq!((code, seen.has("CreateChangeSet")), (2, false), "{told}");
    let make = "aws s3 mb s3://twinpool-123456789012-eu-west-1 --region eu-west-1";
    assert!(told.contains(make) && told.contains("deploy without --dry-run"), "{told}");
}

#[test]
fn an_update_keeps_the_key_and_waits_for_an_end_of_its_own() {
    let (code, told, seen) = twinpool(&Aws::standing(), &["deploy", "--yes"]);
    assert_eq!(code, 0, "{told}");
    assert!(seen.looks > 1, "the status of before is not taken for an end");
    let number = seen.proposal.iter().find(|(_, value)| *value == "DigestKey").unwrap().0;
    let member = number.strip_suffix("ParameterKey").unwrap();
    assert_eq!(seen.proposal[&format!("{member}UsePreviousValue")], "true");
    assert!(!seen.proposal.contains_key(&format!("{member}ParameterValue")));
    assert_eq!(seen.proposal["ChangeSetType"], "UPDATE");
}

#[test]
fn a_deployment_that_fails_names_what_failed_first_this_time() {
    let aws = Aws { then: "UPDATE_ROLLBACK_COMPLETE", ..Aws::standing() };
    let (code, told, _) = twinpool(&aws, &["deploy", "--yes"]);
    assert_eq!(code, 1, "{told}");
    assert!(
        told.contains("UPDATE_ROLLBACK_COMPLETE") && told.contains("Mirror (AWS::X::Y): no such role"),
        "{told}"
    );
    assert!(!told.contains("long ago") && !told.contains("cancelled"), "{told}");
}

#[test]
fn a_stack_that_was_never_made_takes_no_deployment() {
    let (code, told, seen) =
        twinpool(&Aws { status: Some("ROLLBACK_COMPLETE"), ..Aws::standing() }, &["deploy", "--yes"]);
    assert_eq!((code, seen.has("CreateChangeSet")), (10, false), "{told}");
    assert!(told.contains("ROLLBACK_COMPLETE") && told.contains("twinpool remove"), "{told}");
}

#[test]
fn nothing_is_deleted_while_nobody_can_tell_what_the_triggers_name() {
    let (code, told, seen) = twinpool(&Aws { is_pool_closed: true, ..Aws::standing() }, &["remove", "--yes"]);
    assert_eq!((code, seen.has("DeleteStack")), (1, false), "{told}");
    let (code, told, seen) = twinpool(&Aws { new_pool: None, ..Aws::standing() }, &["remove", "--yes"]);
    assert_eq!((code, seen.has("DeleteStack")), (1, false), "{told}");
    assert!(told.contains("nothing was deleted"), "{told}");
    let (code, told, seen) =
        twinpool(&Aws { then: "DELETE_COMPLETE", ..Aws::standing() }, &["remove", "--yes"]);
    assert_eq!((code, seen.has("DeleteStack")), (0, true), "{told}");
    assert!(told.contains("links-1"), "{told}");
}

#[test]
fn the_way_back_is_not_turned_off_while_people_use_both_pools() {
    let off = ["deploy", "--reverse-sync", "off", "--yes"];
    for phase in ["canary", "cutover", "rolled-back"] {
        let (code, told, seen) = twinpool(&Aws { phase: Some(phase), ..Aws::standing() }, &off);
        assert_eq!(code, 10, "{told}");
        assert!(told.contains(&format!("the move stands at {phase}")), "{told}");
        assert!(!seen.has("CreateChangeSet"), "{:?}", seen.actions);
    }
    let (code, told, seen) = twinpool(&Aws { phase: Some("complete"), ..Aws::standing() }, &off);
    assert_eq!((code, seen.has("ExecuteChangeSet")), (0, true), "{told}");
}
