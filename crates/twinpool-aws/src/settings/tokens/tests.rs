use std::collections::BTreeMap;

use super::*;

struct Table(BTreeMap<&'static str, &'static str>);

impl Source for Table {
    fn get(&self, key: &'static str) -> Option<String> {
        self.0.get(key).map(|value| (*value).to_owned())
    }
}

type Change = (&'static str, Option<&'static str>);

/// The least that will do, with these instead; `None` takes one away.
fn read(changes: &[Change]) -> std::result::Result<TokenSettings, String> {
    let mut table = BTreeMap::from([
        ("TWINPOOL_OLD_POOL_ID", "eu-west-1_A"),
        ("TWINPOOL_NEW_POOL_ID", "eu-central-1_B"),
        ("TWINPOOL_OLD_CLIENT_IDS", "old1, old2,"),
        ("TWINPOOL_NEW_CLIENT_IDS", "new1"),
    ]);
    for (key, value) in changes {
        match value {
            Some(value) => drop(table.insert(key, value)),
            None => drop(table.remove(key)),
        }
    }
    TokenSettings::read(&Table(table)).map_err(|error| error.to_string())
}

fn texts(set: &BTreeSet<ClientId>) -> Vec<&str> {
    set.iter().map(ClientId::as_str).collect()
}

#[test]
fn ids_of_pools_and_clients_are_enough() {
    let settings = read(&[]).unwrap();
    assert_eq!(texts(&settings.old.clients), ["old1", "old2"]);
    assert_eq!(texts(&settings.new.clients), ["new1"]);
    let issuer = "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_B";
    assert_eq!(settings.new.issuers, BTreeSet::from([issuer.to_owned()]));
    assert_eq!(settings.new.keys_url, format!("{issuer}/.well-known/jwks.json"));
    assert_eq!(settings.uses, BTreeSet::from([TokenUse::Access]));
    assert_eq!(settings.claim, None, "no claim is believed unasked");
}

#[test]
fn everything_can_be_told() {
    let settings = read(&[
        ("TWINPOOL_OLD_POOL_ID", Some("local_A")),
        ("TWINPOOL_OLD_ISSUERS", Some("http://localhost:9229/local_A")),
        ("TWINPOOL_NEW_ISSUERS", Some("https://a.example/B, https://b.example/B")),
        ("TWINPOOL_NEW_JWKS_URL", Some("http://127.0.0.1:4566/B/keys")),
        ("TWINPOOL_TOKEN_USE", Some("id, access")),
        ("TWINPOOL_USER_ID_CLAIM", Some("uid")),
    ]);
    let settings = settings.unwrap();
    // A pool that is not AWS's has its keys where its only issuer says.
    assert_eq!(settings.old.keys_url, "http://localhost:9229/local_A/.well-known/jwks.json");
    assert_eq!(settings.new.keys_url, "http://127.0.0.1:4566/B/keys");
    // The standard issuer counts only where it stands in the list.
    assert_eq!(settings.new.issuers.len(), 2);
    assert_eq!(settings.uses, BTreeSet::from([TokenUse::Access, TokenUse::Id]));
    assert_eq!(settings.claim.unwrap().as_str(), "uid");
}

#[test]
fn the_keys_stand_under_the_only_issuer_and_of_several_under_the_standard_one() {
    const UPDATED: &str = "https://issuer-cognito-idp.eu-west-1.amazonaws.com/eu-west-1_A";
    const BOTH: &str = "https://issuer-cognito-idp.eu-west-1.amazonaws.com/eu-west-1_A, \
                        https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_A";
    let keys_url = |issuers| read(&[("TWINPOOL_OLD_ISSUERS", Some(issuers))]).unwrap().old.keys_url;
    assert_eq!(keys_url(UPDATED), format!("{UPDATED}/.well-known/jwks.json"));
    let standard = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_A/.well-known/jwks.json";
    assert_eq!(keys_url(BOTH), standard);
}

#[test]
fn a_pool_without_clients_has_no_token_that_is_accepted() {
    for none in [None, Some(" , ")] {
        let settings = read(&[("TWINPOOL_OLD_CLIENT_IDS", none)]).unwrap();
        assert!(settings.old.clients.is_empty() && settings.new.clients.len() == 1);
        let said = read(&[("TWINPOOL_OLD_CLIENT_IDS", none), ("TWINPOOL_NEW_CLIENT_IDS", none)]).unwrap_err();
        assert!(
            said.starts_with("TWINPOOL_OLD_CLIENT_IDS") && said.contains("TWINPOOL_NEW_CLIENT_IDS"),
            "{said}"
        );
    }
}

#[test]
fn what_cannot_be_used_is_named_and_not_quoted() {
    let cases: [(&str, &[Change]); 9] = [
        ("TWINPOOL_OLD_POOL_ID", &[("TWINPOOL_OLD_POOL_ID", None)]),
        ("TWINPOOL_NEW_POOL_ID", &[("TWINPOOL_NEW_POOL_ID", Some("hunter 2"))]),
        (
            "TWINPOOL_NEW_POOL_ID",
            &[
                ("TWINPOOL_NEW_POOL_ID", Some("eu-west-1_A")),
                ("TWINPOOL_NEW_ISSUERS", Some("https://hunter2")),
            ],
        ),
        ("TWINPOOL_NEW_CLIENT_IDS", &[("TWINPOOL_NEW_CLIENT_IDS", Some("new1;hunter2"))]),
        ("TWINPOOL_NEW_ISSUERS", &[("TWINPOOL_NEW_ISSUERS", Some("hunter2"))]),
        (
            "TWINPOOL_NEW_ISSUERS",
            &[("TWINPOOL_NEW_ISSUERS", Some("https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_A"))],
        ),
        ("TWINPOOL_OLD_ISSUERS", &[("TWINPOOL_OLD_POOL_ID", Some("local_A"))]),
        ("TWINPOOL_NEW_JWKS_URL", &[("TWINPOOL_NEW_JWKS_URL", Some("hunter2"))]),
        ("TWINPOOL_TOKEN_USE", &[("TWINPOOL_TOKEN_USE", Some("access;hunter2"))]),
    ];
    for (key, changes) in cases {
        let said = read(changes).unwrap_err();
        assert!(said.starts_with(key) && !said.contains("hunter"), "{said}");
    }
}
