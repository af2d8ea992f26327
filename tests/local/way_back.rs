//! Whatever people and administrators change in the new pool, once people use both: the old one follows, under the role of the template.

use serde_json::json;
use twinpool_core::phase::{Cohorts, Share, Step};
use twinpool_tests::phase::step;
use xtask::local::{Options, Person, Running, SignIn, Stack};
use xtask::process::wait_for;
use xtask::testbed::WAY_BACK;

use crate::{arrived, until};

/// Tells of an operation on a user of the new pool, once: everything that changed goes back by it.
fn goes_back(stack: &Stack, operation: &str, new_sub: &str, wanted: impl Fn(&Person) -> bool) {
    stack.audit_trail_of_new().tell(operation, new_sub).unwrap();
    wait_for(operation, || Ok(stack.old().person("ines")?.filter(|person| wanted(person)))).unwrap();
}

#[test]
fn what_is_taken_away_in_the_new_pool_goes_from_the_old_one_and_what_is_given_back_returns() {
    let options = Options {
        old_sign_in: SignIn::Username,
        enforce_iam: true,
        both_ways: true,
        // The local pools lack AdminDeleteUserAttributes else.
        mended: true,
        build: false,
        ..Options::named(WAY_BACK)
    };
    let running = Running::up(&options).unwrap();
    let stack = running.stack();
    let (old, new) = (stack.old(), stack.new_pool());
    let mut profile = vec![("email", "ines@example.com"), ("email_verified", "true")];
    profile.extend([("nickname", "I"), ("given_name", "Ines")]);
    let sub = old.sign_up("ines", &profile).unwrap();
    old.confirm("ines").unwrap();
    let at = &stack.addresses;
    // Before the first mirror starts, so that it knows from the beginning.
    let everybody = Step::Switch { share: Share::ALL, cohorts: Cohorts::default() };
    step(&at.endpoint, &at.region, &at.table, &everybody);
    stack.audit_trail().tell("AdminConfirmSignUp", &sub).unwrap();
    let ines = arrived(stack, &sub).sub;

    let drop_of = |pool: &str, who: &str, name: &str| {
        let names = json!({ "UserPoolId": pool, "Username": who, "UserAttributeNames": [name] });
        stack.aws().cognito("AdminDeleteUserAttributes", &names).unwrap();
    };
    drop_of(&at.new_pool.id, &ines, "nickname");
    goes_back(stack, "AdminDeleteUserAttributes", &ines, |it| !it.attributes.contains_key("nickname"));
    new.make_group("crew", "came over", 3).unwrap();
    new.join(&ines, "crew").unwrap();
    goes_back(stack, "AdminAddUserToGroup", &ines, |it| it.groups.contains("crew"));
    new.leave(&ines, "crew").unwrap();
    goes_back(stack, "AdminRemoveUserFromGroup", &ines, |it| !it.groups.contains("crew"));
    new.enable(&ines, false).unwrap();
    goes_back(stack, "AdminDisableUser", &ines, |it| !it.enabled);
    new.enable(&ines, true).unwrap();
    goes_back(stack, "AdminEnableUser", &ines, |it| it.enabled);

    // What goes from the old pool goes from the new one as ever.
    drop_of(&at.old_pool.id, "ines", "given_name");
    stack.audit_trail().tell("AdminDeleteUserAttributes", &sub).unwrap();
    until(stack, &sub, "no given name", |it| !it.attributes.contains_key("given_name"));
    // Of what nobody tells in the new pool the sweep does.
    new.set(&ines, &[("nickname", "Inesita")]).unwrap();
    stack.sweep().unwrap();
    let is_back = |it: &Person| it.attributes.get("nickname").is_some_and(|name| name == "Inesita");
    wait_for("the sweep", || Ok(old.person("ines")?.filter(is_back))).unwrap();
}
