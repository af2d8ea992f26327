//! The ways in: slots, the app client of the old pool, and those of the new one.

use super::*;

const OWN: &str = "4ourown0client";

/// A chain that lets people in by this, with nothing broken.
fn open(continuity: &str) -> Facts {
    let mut facts = healthy();
    let more = json!({
        "TWINPOOL_OLD_POOL_ID": OLD, "TWINPOOL_NEW_POOL_ID": NEW, "TWINPOOL_LINKS_TABLE": "links",
        "TWINPOOL_CONTINUITY": continuity, "TWINPOOL_OLD_POOL_CLIENT_ID": OWN,
        "TWINPOOL_CODE_EMAIL_FROM": "shop@example.com",
    });
    of_sign_in(&mut facts).configuration = Ok(function(&more));
    facts.capture = Ok(function(&json!({ "TWINPOOL_DEADLINE_MS": "1000", "TWINPOOL_OWN_CLIENT_ID": OWN })));
    let guest = crate::guest::Guest::SignIn;
    let wanted = guest.wanted(of_sign_in(&mut facts).configuration.as_ref().unwrap()).unwrap();
    let pool = facts.new_pool.as_mut().unwrap();
    for slot in wanted {
        crate::triggers::put(pool, slot, SIGN_IN, "V2_0");
    }
    facts.ways = Some(WaysIn {
        clients: Ok(vec![
            client("web", &json!(["ALLOW_USER_PASSWORD_AUTH", "ALLOW_CUSTOM_AUTH"])),
            client("machines", &json!(["ALLOW_REFRESH_TOKEN_AUTH"])),
        ]),
        own_client: Ok(client("passwords", &json!(["ALLOW_ADMIN_USER_PASSWORD_AUTH"]))),
        has_codes: true,
    });
    facts
}

fn client(name: &str, flows: &Value) -> Json {
    object(json!({ "ClientName": name, "ExplicitAuthFlows": flows }))
}

fn ways(facts: &mut Facts) -> &mut WaysIn {
    facts.ways.as_mut().unwrap()
}

fn sign_in(facts: &mut Facts) -> &mut Look<Json> {
    &mut of_sign_in(facts).configuration
}

fn lambda(facts: &mut Facts, slot: &str, function: Value) {
    facts.new_pool.as_mut().unwrap()["LambdaConfig"][slot] = function;
}

fn told(facts: &Facts) -> Vec<(Part, Verdict, String)> {
    let other = steps(facts).into_iter().filter(|step| step.verdict != Verdict::Fine);
    other
        .map(|step| (step.part, step.verdict, format!("{} {}", step.why, step.remedy.unwrap_or_default())))
        .collect()
}

#[test]
fn open_ways_are_fine_and_clients_without_them_are_named() {
    for continuity in ["migration", "challenges", "all"] {
        let facts = open(continuity);
        let told: Vec<_> = steps(&facts).into_iter().filter(|it| it.verdict != Verdict::Fine).collect();
        assert_eq!(continuity == "migration", !told.is_empty(), "{continuity}: {told:#?}");
        let clients = steps(&facts).into_iter().find(|step| step.part == Part::NewClients).unwrap();
        assert_eq!(clients.why.contains("machines"), continuity != "migration", "{}", clients.why);
    }
    // Passwords come in by migration, and codes are sent by challenges alone.
    let mut facts = open("migration");
    ways(&mut facts).has_codes = false;
    assert_eq!(told(&facts), []);
}

#[test]
fn codes_of_cognito_need_a_factor_a_plan_and_a_flow() {
    let mut facts = open("migration");
    let flows = json!(["ALLOW_USER_AUTH", "ALLOW_USER_PASSWORD_AUTH"]);
    ways(&mut facts).clients = Ok(vec![client("web", &flows)]);
    let pool = facts.new_pool.as_mut().unwrap();
    pool.insert("UserPoolTier".to_owned(), json!("ESSENTIALS"));
    let factors = json!({ "SignInPolicy": { "AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"] } });
    pool.insert("Policies".to_owned(), factors);
    assert_eq!(told(&facts), []);
    let spoil: [Harm; 3] = [
        |it| take(&mut it.new_pool, "Policies"),
        |it| set(&mut it.new_pool, "/UserPoolTier", json!("LITE")),
        |it| ways(it).clients = Ok(vec![client("web", &json!(["ALLOW_USER_PASSWORD_AUTH"]))]),
    ];
    for harm in spoil {
        let mut facts = open("migration");
        facts.new_pool = open("migration").new_pool;
        let pool = facts.new_pool.as_mut().unwrap();
        pool.insert("UserPoolTier".to_owned(), json!("ESSENTIALS"));
        pool.insert(
            "Policies".to_owned(),
            json!({ "SignInPolicy": { "AllowedFirstAuthFactors": ["SMS_OTP"] } }),
        );
        ways(&mut facts).clients = Ok(vec![client("web", &flows)]);
        harm(&mut facts);
        let told = told(&facts);
        assert!(
            matches!(&told[..], [(Part::NewClients, Verdict::Broken, why)] if why.contains("CodeEmailFrom")),
            "{told:#?}"
        );
    }
}

#[test]
fn each_harm_to_a_way_in_is_told_with_what_to_do() {
    let harms: Vec<(Harm, Part, Verdict, &str)> = vec![
        (|it| lambda(it, "UserMigration", Value::Null), Part::WaysIn, Verdict::Broken, "UserMigration"),
        (
            |it| lambda(it, "PostConfirmation", json!(CAPTURE)),
            Part::WaysIn,
            Verdict::Broken,
            "attach --pool new",
        ),
        (
            |it| set(sign_in(it), "/Environment/Variables/TWINPOOL_CONTINUITY", json!("migration")),
            Part::WaysIn,
            Verdict::Broken,
            "still name",
        ),
        (
            |it| set(sign_in(it), "/Environment/Variables/TWINPOOL_CONTINUITY", json!("some")),
            Part::WaysIn,
            Verdict::Broken,
            "SignInContinuity",
        ),
        (
            |it| ways(it).own_client = failed(Class::NotFound),
            Part::OldClient,
            Verdict::Broken,
            "OldPoolClientId",
        ),
        (|it| ways(it).own_client = failed(Class::Denied), Part::OldClient, Verdict::Unseen, "your role"),
        (
            |it| ways(it).own_client = Ok(client("web", &json!(["ALLOW_USER_SRP_AUTH"]))),
            Part::OldClient,
            Verdict::Broken,
            "ALLOW_ADMIN_USER_PASSWORD_AUTH",
        ),
        (
            |it| {
                ways(it).own_client.as_mut().unwrap().insert("HasSecret".to_owned(), json!(true));
            },
            Part::OldClient,
            Verdict::Broken,
            "secret",
        ),
        (
            |it| it.capture = Ok(function(&json!({ "TWINPOOL_DEADLINE_MS": "1000" }))),
            Part::OldClient,
            Verdict::Broken,
            "taken for a sign-in",
        ),
        (
            |it| {
                ways(it).clients =
                    Ok(vec![client("web", &json!(["ALLOW_USER_SRP_AUTH", "ALLOW_CUSTOM_AUTH"]))]);
            },
            Part::NewClients,
            Verdict::Broken,
            "SRP",
        ),
        (
            |it| ways(it).clients = Ok(vec![client("web", &json!(["ADMIN_NO_SRP_AUTH"]))]),
            Part::NewClients,
            Verdict::Broken,
            "ALLOW_CUSTOM_AUTH",
        ),
        (|it| ways(it).clients = failed(Class::Denied), Part::NewClients, Verdict::Unseen, "your role"),
        (
            |it| set(sign_in(it), "/Environment/Variables/TWINPOOL_CODE_EMAIL_FROM", json!("")),
            Part::NewClients,
            Verdict::Broken,
            "CodeEmailFrom",
        ),
    ];
    for (harm, part, verdict, word) in harms {
        let mut facts = open("all");
        harm(&mut facts);
        let told = told(&facts);
        let fits = |it: &&(Part, Verdict, String)| it.0 == part && it.1 == verdict && it.2.contains(word);
        assert!(told.iter().any(|it| fits(&it)), "{word}: {told:#?}");
    }
}

#[test]
fn an_application_s_client_in_place_of_our_own_is_told_with_what_it_allows() {
    let plain = ["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"];
    let own = |flows: &Value, oauth: bool| {
        let mut facts = open("all");
        let mut client = client("web", flows);
        client.insert("AllowedOAuthFlowsUserPoolClient".to_owned(), json!(oauth));
        ways(&mut facts).own_client = Ok(client);
        told(&facts)
    };
    assert_eq!(own(&json!(plain), false), []);
    for flow in ["ALLOW_USER_SRP_AUTH", "ALLOW_USER_PASSWORD_AUTH", "ALLOW_CUSTOM_AUTH", "ALLOW_USER_AUTH"] {
        let told = own(&json!([plain[0], plain[1], flow]), false);
        assert!(
            matches!(&told[..], [(Part::OldClient, Verdict::Broken, why)] if why.contains(flow)),
            "{told:#?}"
        );
    }
    let told = own(&json!(plain), true);
    assert!(
        matches!(&told[..], [(Part::OldClient, Verdict::Broken, why)] if why.contains("OAuth")),
        "{told:#?}"
    );
}

#[test]
fn a_sign_in_name_that_can_be_changed_to_an_old_user_s_is_broken_while_users_are_made_at_first_sign_in() {
    let told = |continuity: &str, more: Value| {
        let mut facts = open(continuity);
        ways(&mut facts).has_codes = false;
        facts.new_pool.as_mut().unwrap().extend(object(more));
        told(&facts)
    };
    let mail = json!({ "UsernameAttributes": ["email"] });
    let verified = json!({
        "UsernameAttributes": ["email"],
        "UserAttributeUpdateSettings": { "AttributesRequireVerificationBeforeUpdate": ["email"] },
    });
    let alias = json!({ "AliasAttributes": ["email", "preferred_username"] });
    for (pool, name) in [(mail.clone(), "email"), (alias, "preferred_username")] {
        let told = told("migration", pool);
        assert!(
            matches!(&told[..], [(Part::SignUp, Verdict::Broken, why)] if why.contains(name)),
            "{told:#?}"
        );
    }
    assert_eq!(told("migration", verified), []);
    assert_eq!(told("challenges", mail), [], "everybody is there already");
}

#[test]
fn an_open_new_pool_is_fine_only_while_the_guard_stands() {
    let sign_up = |facts: &Facts| steps(facts).into_iter().find(|step| step.part == Part::SignUp).unwrap();
    let closed = |it: &mut Facts| {
        set(&mut it.new_pool, "/AdminCreateUserConfig/AllowAdminCreateUserOnly", json!(false));
    };
    for (continuity, verdict) in
        [("migration", Verdict::Fine), ("all", Verdict::Fine), ("challenges", Verdict::Broken)]
    {
        let mut facts = open(continuity);
        closed(&mut facts);
        assert_eq!(sign_up(&facts).verdict, verdict, "{continuity}");
    }
    let mut facts = open("all");
    closed(&mut facts);
    lambda(&mut facts, "PreSignUp", json!(CAPTURE));
    assert_eq!(sign_up(&facts).verdict, Verdict::Broken, "somebody else's function guards nothing");
}

#[test]
fn a_pair_that_does_not_keep_upper_and_lower_case_apart_stays_closed_whoever_guards() {
    let says = |case_sensitive: bool| json!({ "CaseSensitive": case_sensitive });
    let judged = |old: Option<bool>, new: Option<bool>, is_closed: bool| {
        let mut facts = open("migration");
        set(&mut facts.new_pool, "/AdminCreateUserConfig/AllowAdminCreateUserOnly", json!(is_closed));
        for (pool, told) in [(&mut facts.old_pool, old), (&mut facts.new_pool, new)] {
            let pool = pool.as_mut().unwrap();
            pool.extend(told.map(|told| ("UsernameConfiguration".to_owned(), says(told))));
        }
        steps(&facts).into_iter().find(|step| step.part == Part::SignUp).unwrap()
    };
    for old in [Some(true), None] {
        let step = judged(old, Some(false), false);
        assert_eq!(step.verdict, Verdict::Broken, "{old:?}");
        assert!(step.remedy.is_some_and(|remedy| remedy.contains("AllowAdminCreateUserOnly")), "{old:?}");
        assert_eq!(judged(old, Some(false), true).verdict, Verdict::Fine, "{old:?}");
        assert_eq!(judged(old, Some(true), false).verdict, Verdict::Fine, "{old:?}");
    }
    assert_eq!(judged(Some(false), Some(false), false).verdict, Verdict::Fine);
}
