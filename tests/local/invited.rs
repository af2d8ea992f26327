//! People who are sent a temporary password: the built command, the pool's own mail, and the TypeScript client.

use serde_json::json;
use twinpool_tests::bootstrap::workspace;

use crate::bridged::Twin;
use crate::command::twinpool;

const GROUP: &str = "by-invitation";

/// Invites all of the group who have not come; gives what it says.
fn invite(who: &Twin) -> String {
    let rules = workspace().join("tests/local/ways_in.toml");
    let pool = json!({ "UserPoolId": who.stack.addresses.new_pool.id });
    let pool = who.stack.aws().cognito("DescribeUserPool", &pool).unwrap();
    let sign_in = pool["UserPool"]["LambdaConfig"]["PostConfirmation"].as_str().unwrap();
    let mut words = vec!["invite", "--remaining", "--group", GROUP, "--yes", "--sign-in-arn", sign_in];
    words.extend(["--rules", rules.to_str().unwrap()]);
    let output = twinpool(&who.stack, &words);
    let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    assert!(output.status.success(), "{said}");
    said
}

#[test]
fn a_temporary_password_by_mail_is_a_way_in_for_who_has_not_come() {
    let quin = Twin::mirrored("invited-quin", &[GROUP]);
    assert_eq!(quin.mails(), [], "to be mirrored messages nobody");
    let said = invite(&quin);
    assert!(!said.contains(&quin.email), "{said}");

    let mails = quin.mails();
    assert_eq!(mails.len(), 1);
    let (_, password) = mails[0].text.split_once("temporary password is ").expect("the pool's own message");
    let password = password.strip_suffix('.').unwrap();
    assert!(!said.contains(password), "the command shows a password");

    let end = quin.at("none").asked(&quin.email, password, |question| {
        assert_eq!(question["ask"], "new-password");
        "Chosen-by-quin-1".to_owned()
    });
    quin.is_in(&end, &[GROUP]);
    quin.is_in(&quin.at("none").sign_in(&quin.email, "Chosen-by-quin-1"), &[GROUP]);
    invite(&quin);
    assert_eq!(quin.mails(), mails, "whoever has come is not invited again");
    quin.is_in(&quin.at("none").sign_in(&quin.email, "Chosen-by-quin-1"), &[GROUP]);
}
