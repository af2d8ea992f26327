use std::collections::BTreeMap;

use super::*;

pub(super) struct Table(pub(super) BTreeMap<&'static str, &'static str>);

impl Source for Table {
    fn get(&self, key: &'static str) -> Option<String> {
        self.0.get(key).filter(|value| !value.is_empty()).map(|value| (*value).to_owned())
    }
}

pub(super) fn complete() -> Table {
    Table(BTreeMap::from([
        ("TWINPOOL_OLD_POOL_ID", "eu-west-1_A"),
        ("TWINPOOL_NEW_POOL_ID", "eu-west-1_B"),
        ("TWINPOOL_LINKS_TABLE", "links"),
        ("TWINPOOL_QUEUE_URL", "https://queue"),
        ("TWINPOOL_DIGEST_KEY", "0123456789abcdef0123456789abcdef"),
    ]))
}

fn problem(key: &'static str, value: Option<&'static str>) -> String {
    let mut table = complete();
    match value {
        Some(value) => drop(table.0.insert(key, value)),
        None => drop(table.0.remove(key)),
    }
    MirrorSettings::read(&table).unwrap_err().to_string()
}

#[test]
fn what_is_not_set_is_named() {
    for key in ["TWINPOOL_OLD_POOL_ID", "TWINPOOL_LINKS_TABLE", "TWINPOOL_DIGEST_KEY"] {
        assert!(problem(key, None).starts_with(key));
    }
}

#[test]
fn what_cannot_be_used_is_named_and_not_quoted() {
    let cases = [
        ("TWINPOOL_DIGEST_KEY", "hunter2"),
        ("TWINPOOL_NEW_POOL_ID", "eu-west-1_A"),
        ("TWINPOOL_QUOTA_PERCENT", "0"),
        ("TWINPOOL_QUOTA_PERCENT", "lots"),
        ("TWINPOOL_MAX_CONCURRENCY", "0"),
        ("TWINPOOL_MARKER_ATTRIBUTE", "email"),
    ];
    for (key, value) in cases {
        let shown = problem(key, Some(value));
        assert!(shown.starts_with(key) && !shown.contains("hunter2"), "{shown}");
    }
}

#[test]
fn the_deadline_leaves_cognito_time() {
    let with = |value| Table(BTreeMap::from([("TWINPOOL_DEADLINE_MS", value)]));
    assert_eq!(CaptureSettings::deadline(&Table(BTreeMap::new())), Ok(Duration::from_secs(1)));
    assert_eq!(CaptureSettings::deadline(&with("250")), Ok(Duration::from_millis(250)));
    for bad in ["0", "2001", "soon"] {
        assert!(CaptureSettings::deadline(&with(bad)).is_err());
    }
}

#[test]
fn the_audit_trail_needs_the_pool_the_queue_and_the_mirror_s_role() {
    let role = "arn:aws:iam::123456789012:role/twinpool-MirrorRole-1A2B";
    let with = |role: Option<&'static str>| {
        let mut table = complete();
        role.map(|role| table.0.insert("TWINPOOL_MIRROR_ROLE_ARN", role));
        let read = AuditTrailSettings::read(&table).map_err(|error| error.to_string());
        read.map(|settings| settings.followed.own_roles)
    };
    assert_eq!(with(Some(role)), Ok(vec![role.to_owned()]));
    for bad in [None, Some("twinpool-MirrorRole"), Some("arn:aws:iam::123456789012:user/hunter2")] {
        let shown = with(bad).unwrap_err();
        assert!(shown.starts_with("TWINPOOL_MIRROR_ROLE_ARN") && !shown.contains("hunter2"), "{shown}");
    }
    for key in ["TWINPOOL_OLD_POOL_ID", "TWINPOOL_QUEUE_URL", "TWINPOOL_DIGEST_KEY"] {
        let mut table = complete();
        table.0.insert("TWINPOOL_MIRROR_ROLE_ARN", role);
        table.0.remove(key);
        assert!(AuditTrailSettings::read(&table).unwrap_err().to_string().starts_with(key));
    }
}

#[test]
fn the_bridge_needs_both_pools_the_table_and_an_app_client_of_the_old_pool() {
    const CLIENT: &str = "TWINPOOL_OLD_POOL_CLIENT_ID";
    let with = |key: &'static str, value: Option<&'static str>| {
        let mut table = complete();
        table.0.insert(CLIENT, "1h57kf5cpq17m0eml12EXAMPLE");
        match value {
            Some(value) => drop(table.0.insert(key, value)),
            None => drop(table.0.remove(key)),
        }
        BridgeSettings::read(&table).map_err(|error| error.to_string())
    };
    // It knows no queue, and no secret of the digests.
    for key in ["TWINPOOL_QUEUE_URL", "TWINPOOL_DIGEST_KEY"] {
        assert_eq!(with(key, None).unwrap().old_pool_client.as_str(), "1h57kf5cpq17m0eml12EXAMPLE");
    }
    for key in ["TWINPOOL_OLD_POOL_ID", "TWINPOOL_NEW_POOL_ID", "TWINPOOL_LINKS_TABLE", CLIENT] {
        assert!(with(key, None).unwrap_err().starts_with(key));
    }
    for (key, bad) in [(CLIENT, "hunter2 or so"), ("TWINPOOL_NEW_POOL_ID", "eu-west-1_A")] {
        let said = with(key, Some(bad)).unwrap_err();
        assert!(said.starts_with(key) && !said.contains("hunter2"), "{said}");
    }
}

#[test]
fn the_rules_lie_beside_the_code_unless_a_file_is_named() {
    let find = |pairs: &[(&'static str, &'static str)]| {
        let found = RulesFile::find(&Table(pairs.iter().copied().collect()));
        found.map(|file| (file.path.display().to_string(), file.is_required))
    };
    let (root, named) = (("LAMBDA_TASK_ROOT", "/var/task"), ("TWINPOOL_RULES_FILE", "/etc/rules.toml"));
    assert_eq!(find(&[]), None);
    assert_eq!(find(&[root]), Some(("/var/task/twinpool.toml".to_owned(), false)));
    assert_eq!(find(&[root, named]), Some(("/etc/rules.toml".to_owned(), true)));
}

#[test]
fn the_place_of_the_new_pool_is_that_of_the_stack_unless_it_is_told() {
    let read = |pairs: &[(&'static str, &'static str)]| {
        let mut table = complete();
        table.0.extend(pairs.iter().copied());
        MirrorSettings::read(&table).map(|settings| settings.new_place).map_err(|error| error.to_string())
    };
    assert_eq!(read(&[]), Ok(NewPlace::default()));
    let (arn, role) =
        ("arn:aws-cn:iam::123456789012:role/teams/identity/twinpool", "TWINPOOL_NEW_POOL_ROLE_ARN");
    let external_id = ("TWINPOOL_NEW_POOL_EXTERNAL_ID", "hunter2");
    let told = read(&[(role, arn), external_id, ("TWINPOOL_NEW_POOL_REGION", "eu-central-1")]).unwrap();
    assert_eq!(told.role.as_ref().map(|role| (role.as_str(), role.account())), Some((arn, "123456789012")));
    assert_eq!(
        (told.region.as_deref(), told.external_id.as_deref()),
        (Some("eu-central-1"), Some("hunter2"))
    );
    for bad in ["hunter2", "arn:aws:iam::1:role/hunter2", "arn:aws:iam::123456789012:user/hunter2"] {
        let said = read(&[(role, bad)]).unwrap_err();
        assert!(said.starts_with(role) && !said.contains("hunter2"), "{said}");
    }
    let said = read(&[external_id]).unwrap_err();
    assert!(said.starts_with(external_id.0) && !said.contains("hunter2"), "{said}");
}

#[test]
fn the_account_of_the_stack_is_that_of_its_queue() {
    let of = account_of_queue;
    assert_eq!(of("https://sqs.eu-west-1.amazonaws.com/123456789012/changes.fifo"), Some("123456789012"));
    assert_eq!(of("http://127.0.0.1:4566/000000000000/changes.fifo"), Some("000000000000"));
    for odd in ["https://queue", "https://queue/", "https://queue/changes", "123456789012", ""] {
        assert_eq!(of(odd), None, "{odd}");
    }
}

#[cfg(feature = "lambda")]
#[test]
fn former_functions_are_read_by_slot_and_a_wrong_one_is_named() {
    const CLAIMS: &str = "arn:aws:lambda:eu-west-1:111122223333:function:claims:live";
    let with = |value| Table(BTreeMap::from([("TWINPOOL_CHAIN_PRE_TOKEN_GENERATION", value)]));
    assert!(ChainSettings::read(&complete()).is_empty());
    let chain = ChainSettings::read(&with(CLAIMS));
    assert_eq!(chain.any(), chain.pre_token_generation.as_ref().and_then(|former| former.as_ref().ok()));
    assert_eq!(chain.any().unwrap().as_str(), CLAIMS);
    assert_eq!((chain.post_confirmation, chain.custom_message), (None, None));
    let wrong = ChainSettings::read(&with("hunter2"));
    assert!(!wrong.is_empty() && wrong.any().is_none());
    let shown = wrong.pre_token_generation.unwrap().unwrap_err().to_string();
    assert!(
        shown.starts_with("TWINPOOL_CHAIN_PRE_TOKEN_GENERATION") && !shown.contains("hunter2"),
        "{shown}"
    );
}

#[test]
fn a_claim_that_no_function_can_add_is_named_by_its_setting() {
    let claim = |name| user_id_claim(&Table(BTreeMap::from([("TWINPOOL_USER_ID_CLAIM", name)])));
    assert_eq!(claim("user_id").unwrap().unwrap().as_str(), "user_id");
    assert_eq!(user_id_claim(&Table(BTreeMap::new())), Ok(None));
    let problem = claim("cognito:groups").unwrap_err().to_string();
    assert!(problem.starts_with("TWINPOOL_USER_ID_CLAIM cannot be used: "), "{problem}");
}

#[test]
fn nobody_is_let_in_at_the_triggers_unless_it_is_said_and_then_all_of_it_is() {
    let read = |pairs: &[(&'static str, &'static str)]| {
        ContinuitySettings::read(&Table(pairs.iter().copied().collect())).map_err(|error| error.to_string())
    };
    const KEY: &str = "TWINPOOL_CONTINUITY";
    const CLIENT: (&str, &str) = ("TWINPOOL_OLD_POOL_CLIENT_ID", "1abc");
    assert_eq!((read(&[]), read(&[(KEY, "none")])), (Ok(None), Ok(None)));
    for (word, migrates, challenges) in
        [("migration", true, false), ("challenges", false, true), ("all", true, true)]
    {
        let settings = read(&[(KEY, word), CLIENT]).unwrap().unwrap();
        assert_eq!(
            (settings.continuity.migrates(), settings.continuity.challenges()),
            (migrates, challenges)
        );
        assert!(read(&[(KEY, word)]).unwrap_err().starts_with(CLIENT.0));
    }
    assert!(read(&[(KEY, "hunter2")]).unwrap_err().starts_with(KEY));
    let wrong = read(&[(KEY, "all"), (CLIENT.0, "hunter 2")]).unwrap_err();
    assert!(wrong.starts_with(CLIENT.0) && !wrong.contains("hunter"), "{wrong}");
}

#[test]
fn codes_are_sent_by_no_way_that_is_not_set() {
    let read = |from, sms| {
        CodeSettings::read(&Table([("TWINPOOL_CODE_EMAIL_FROM", from), ("TWINPOOL_CODE_SMS", sms)].into()))
    };
    assert_eq!(CodeSettings::read(&Table(BTreeMap::new())).unwrap(), CodeSettings::default());
    assert_eq!(read("", "false").unwrap(), CodeSettings::default());
    let both = read("Shop <code@example.com>", "true").unwrap();
    assert_eq!((both.email_from.as_deref(), both.sms), (Some("Shop <code@example.com>"), true));
    assert!(read("nobody", "").unwrap_err().to_string().starts_with("TWINPOOL_CODE_EMAIL_FROM"));
    assert!(read("", "yes").unwrap_err().to_string().starts_with("TWINPOOL_CODE_SMS"));
}
