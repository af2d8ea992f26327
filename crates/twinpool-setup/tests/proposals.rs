//! What holds of a proposal whatever the pools are.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use twinpool_core::attribute::Contact;
use twinpool_core::id::{AttributeName, PoolId, ProviderName};
use twinpool_core::pool::{AttributeKind, AttributeSchema, PoolShape, SignIn};
use twinpool_rules::site::{self, Place, Stack};
use twinpool_rules::{Rules, Site};
use twinpool_setup::propose::{Pools, Providers, propose};

const NAMES: [&str; 22] = [
    "sub",
    "identities",
    "email",
    "email_verified",
    "phone_number",
    "phone_number_verified",
    "name",
    "given_name",
    "nickname",
    "preferred_username",
    "custom:name",
    "custom:given_name",
    "custom:givenName",
    "custom:Given-Name",
    "custom:email",
    "custom:company",
    "custom:Company",
    "custom:com_pany",
    "custom:tenant",
    "custom:TwinPool",
    "custom:twinpool",
    "dev:custom:a",
];

const OPEN: &str = "default = \"\"";

fn schemas(name: &'static str) -> BoxedStrategy<(AttributeName, AttributeSchema)> {
    let kind = prop_oneof![
        (0_u32..4, 4_u32..3_000).prop_map(|(min, max)| AttributeKind::Text { min, max }),
        Just(AttributeKind::Number { min: Some(-5), max: None }),
        Just(AttributeKind::Number { min: None, max: Some(99) }),
        Just(AttributeKind::Boolean),
        Just(AttributeKind::DateTime),
    ];
    let custom =
        (kind, any::<bool>()).prop_map(|(kind, mutable)| AttributeSchema { kind, mutable, required: false });
    // Only standard attributes can be required.
    let standard = (any::<bool>(), any::<bool>()).prop_map(|(mutable, required)| AttributeSchema {
        mutable,
        required,
        ..AttributeSchema::TEXT
    });
    let schema = if name.contains(':') { custom.boxed() } else { standard.boxed() };
    schema.prop_map(move |schema| (AttributeName::parse(name).unwrap(), schema)).boxed()
}

fn contacts() -> impl Strategy<Value = BTreeSet<Contact>> {
    subsequence(Contact::ALL.to_vec(), 0..=2).prop_map(|contacts| contacts.into_iter().collect())
}

fn pools(id: &'static str) -> impl Strategy<Value = PoolShape> {
    let attributes = subsequence(NAMES.to_vec(), 0..=NAMES.len())
        .prop_flat_map(|names| names.into_iter().map(schemas).collect::<Vec<_>>());
    let sign_in = prop_oneof![
        contacts().prop_map(SignIn::Contact),
        (contacts(), any::<bool>())
            .prop_map(|(contacts, preferred_username)| SignIn::Username { contacts, preferred_username }),
    ];
    (attributes, sign_in, any::<bool>()).prop_map(move |(attributes, sign_in, case_sensitive)| PoolShape {
        id: PoolId::parse(id).unwrap(),
        sign_in,
        case_sensitive,
        attributes: attributes.into_iter().collect(),
        verifies: BTreeSet::new(),
        mfa: twinpool_core::pool::MfaMode::Off,
        passkeys: false,
        devices: false,
    })
}

fn providers() -> impl Strategy<Value = Option<Providers>> {
    let names = || {
        subsequence(vec!["Google", "google", "Corp_SAML", "corp-saml", "corp.saml"], 0..=5)
            .prop_map(|names| names.into_iter().map(|name| ProviderName::parse(name).unwrap()).collect())
    };
    proptest::option::of((names(), names()).prop_map(|(old, new)| Providers { old, new }))
}

fn sites() -> impl Strategy<Value = Site> {
    let profile =
        || proptest::option::of("\\PC{1,12}".prop_filter("a profile", |text| site::is_profile(text)));
    let role = select(vec![None, Some("arn:aws:iam::123456789012:role/odd \"name\"")]);
    (profile(), profile(), role, any::<bool>()).prop_map(|(old, new, role, external)| Site {
        old_pool: Place { id: PoolId::parse("eu-west-1_Old").ok(), profile: old, ..Place::default() },
        new_pool: Place { id: PoolId::parse("local_New").ok(), profile: new, ..Place::default() },
        role_arn: role.map(str::to_owned),
        external_id: (external && role.is_some()).then(|| "x/1".to_owned()),
        stack: Stack { name: Some("twinpool".to_owned()), region: Some("eu-west-1".to_owned()) },
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn a_proposal_parses_fits_both_pools_and_waits_for_decisions(
        old in pools("eu-west-1_Old"), new in pools("local_New"), providers in providers(), site in sites()
    ) {
        let marker = AttributeName::parse("custom:twinpool").unwrap();
        let found = propose(&site, &Pools { old: &old, new: &new, marker: &marker, providers: providers.as_ref() });
        prop_assert_eq!(found.undecided.len(), found.text.matches(OPEN).count());
        if let Some(first) = found.text.lines().position(|line| line.contains(OPEN)) {
            prop_assert_eq!(Rules::parse(&found.text).unwrap_err().line(), first + 1);
        }
        let rules = Rules::parse(&found.text.replace(OPEN, "default = \"7\"")).unwrap();
        prop_assert_eq!(rules.refusals(&old, &new, &marker), vec![]);
        let rows = rules.check(&old, &new, &marker);
        let targets: Vec<_> = rows.iter().filter_map(|row| row.target.as_ref()).collect();
        prop_assert_eq!(targets.iter().collect::<BTreeSet<_>>().len(), targets.len());

        let read = Site::parse(&found.text).unwrap();
        prop_assert_eq!((&read.old_pool.id, &read.old_pool.profile), (&site.old_pool.id, &site.old_pool.profile));
        prop_assert_eq!((&read.new_pool.id, &read.new_pool.profile), (&site.new_pool.id, &site.new_pool.profile));
        prop_assert_eq!((&read.role_arn, &read.external_id, &read.stack), (&site.role_arn, &site.external_id, &site.stack));
    }
}
