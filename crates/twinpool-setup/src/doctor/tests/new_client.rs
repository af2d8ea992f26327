//! The app client of the new pool by which passwords that were chosen there are checked.

use super::*;

const OWN: &str = "7ourown1client";

/// A chain that checks passwords in the new pool by this client.
fn checks_by(client: Look<Json>) -> Facts {
    let mut facts = healthy();
    let more = json!({
        "TWINPOOL_OLD_POOL_ID": OLD, "TWINPOOL_NEW_POOL_ID": NEW, "TWINPOOL_LINKS_TABLE": "links", "TWINPOOL_OWN_CLIENT_ID": OWN,
    });
    of_sign_in(&mut facts).configuration = Ok(function(&more));
    facts.new_client = Some(client);
    facts
}

fn client(flows: &[&str], more: Value) -> Look<Json> {
    let mut client = object(json!({ "ClientName": "passwords", "ExplicitAuthFlows": flows }));
    client.extend(object(more));
    Ok(client)
}

fn told(client: Look<Json>) -> Vec<(Verdict, String)> {
    let steps = steps(&checks_by(client)).into_iter().filter(|step| step.part == Part::NewOwnClient);
    steps.map(|step| (step.verdict, format!("{} {}", step.why, step.remedy.unwrap_or_default()))).collect()
}

#[test]
fn a_client_that_twinpool_has_for_itself_is_fine_and_without_one_nothing_is_said() {
    let plain = ["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"];
    assert!(matches!(&told(client(&plain, json!({})))[..], [(Verdict::Fine, _)]));
    assert!(steps(&healthy()).iter().all(|step| step.part != Part::NewOwnClient));
}

#[test]
fn an_application_s_client_of_the_new_pool_and_one_that_checks_nothing_are_told() {
    let admin = "ALLOW_ADMIN_USER_PASSWORD_AUTH";
    let denied = failed(Class::Denied);
    for (client, verdict, word) in [
        (client(&[admin, "ALLOW_USER_SRP_AUTH"], json!({})), Verdict::Broken, "ALLOW_USER_SRP_AUTH"),
        (client(&[admin], json!({ "AllowedOAuthFlowsUserPoolClient": true })), Verdict::Broken, "OAuth"),
        (client(&[admin], json!({ "HasSecret": true })), Verdict::Broken, "secret"),
        (client(&["ALLOW_REFRESH_TOKEN_AUTH"], json!({})), Verdict::Broken, admin),
        (failed(Class::NotFound), Verdict::Broken, "NewPoolClientId"),
        (denied, Verdict::Unseen, "your role"),
    ] {
        let told = told(client);
        let [(said, why)] = &told[..] else { panic!("{word}: {told:?}") };
        assert_eq!((*said, why.contains(word)), (verdict, true), "{word}: {why}");
    }
}
