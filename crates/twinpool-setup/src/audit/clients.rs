//! App clients. Their ids always differ; they are taken for counterparts where they have one name.

use std::collections::BTreeSet;

use twinpool_core::id::AttributeName;

use super::Pools;
use super::code::Code;
use super::facts::{each, text, texts};
use super::finding::Findings;
use super::providers::counterpart;
use crate::port::Json;

const NONE: Code = Code::warns(
    "no-app-client",
    [
        "the new pool has no app client",
        "Nobody can sign in to it.",
        "aws cognito-idp create-user-pool-client --user-pool-id {new} --client-name <name of the old one>",
    ],
);
const NOT_IN_NEW: Code = Code::notes(
    "client-not-in-new",
    [
        "app clients of the old pool have no counterpart of the same name in the new one",
        "What uses them cannot move; their flows and attributes were not compared.",
        "nothing, where the name differs or the client is no longer used; else make it in {new}",
    ],
);
const FLOWS: Code = Code::warns(
    "client-flow-missing",
    [
        "an app client of the new pool lacks sign-in flows that the old one allows",
        "Applications that sign in by them fail after the switch.",
        "allow the flows in the console of {new}: App clients; a plain aws cognito-idp update-user-pool-client would reset \
         what it does not name",
    ],
);
const ATTRIBUTES: Code = Code::warns(
    "client-attributes-differ",
    [
        "an app client of the new pool may read or write fewer attributes than the old one",
        "Applications miss claims and fields, or cannot save them.",
        "allow them in the console of {new}: App clients, Attribute permissions",
    ],
);
const PROVIDERS: Code = Code::warns(
    "client-provider-missing",
    [
        "an app client of the new pool does not offer identity providers that the old one offers",
        "Who signs in with them finds no button.",
        "allow them in the console of {new}: App clients, Login pages, Identity providers",
    ],
);
const MARKER: Code = Code::warns(
    "client-marker-exposed",
    [
        "an app client of the new pool may read or write the attribute that twinpool writes",
        "Users see it in their tokens, or write it at sign-up, for good. It holds the sub in the old pool, and cannot be forged: with \
         anything else in it, nobody is taken for a user of the old pool, and whose address such a user has becomes a conflict.",
        "take {marker} out of the attribute permissions of these app clients, in the console of {new}",
    ],
);

pub(super) const CODES: &[Code] = &[NONE, FLOWS, ATTRIBUTES, PROVIDERS, MARKER, NOT_IN_NEW];

pub(super) fn check(pools: &Pools<'_>, found: &mut Findings) {
    let Ok(new) = &pools.new.facts.clients else {
        return;
    };
    if new.is_empty() {
        found.add(&NONE);
    }
    check_marker(pools, new, found);
    let Ok(old) = &pools.old.facts.clients else {
        return;
    };
    let here: BTreeSet<_> = each(old, "ClientName").collect();
    let there: BTreeSet<_> = each(new, "ClientName").collect();
    if !new.is_empty() {
        found.add_about(&NOT_IN_NEW, here.difference(&there));
    }
    for one in old {
        let name = text(one, &["ClientName"]);
        let twin = new.iter().find(|other| name.is_some() && text(other, &["ClientName"]) == name);
        if let (Some(name), Some(twin)) = (name, twin) {
            compare(pools, name, [one, twin], found);
        }
    }
}

fn check_marker(pools: &Pools<'_>, new: &[Json], found: &mut Findings) {
    let marker = pools.input.marker.as_str();
    for (word, field) in [("read", "ReadAttributes"), ("write", "WriteAttributes")] {
        let exposes = |client: &&Json| texts(client, &[field]).contains(marker);
        let names = new.iter().filter(exposes).filter_map(|client| text(client, &["ClientName"]));
        if let Some(finding) = found.add_about(&MARKER, names) {
            finding.says(format!("they may {word} {marker}"));
        }
    }
}

fn compare(pools: &Pools<'_>, name: &str, [old, new]: [&Json; 2], found: &mut Findings) {
    let flows = |client| -> BTreeSet<_> {
        // Those without the prefix are the same flows in an older spelling.
        let all = texts(client, &["ExplicitAuthFlows"]).into_iter();
        all.map(|flow| {
            flow.trim_start_matches("ALLOW_").replace("ADMIN_NO_SRP_AUTH", "ADMIN_USER_PASSWORD_AUTH")
        })
        .collect()
    };
    if let Some(finding) = found.add_about(&FLOWS, flows(old).difference(&flows(new))) {
        finding.says(format!("app client {name}"));
    }
    for field in ["ReadAttributes", "WriteAttributes"] {
        let there = texts(new, &[field]);
        // Not listed: all standard attributes.
        let is_missing = |attribute: &String| {
            !(there.contains(attribute.as_str()) || there.is_empty() && !attribute.starts_with("custom:"))
        };
        let wanted = texts(old, &[field]).into_iter().filter_map(|attribute| target(pools, attribute));
        if let Some(finding) = found.add_about(&ATTRIBUTES, wanted.filter(is_missing)) {
            finding.says(format!("app client {name}, {field}"));
        }
    }
    let there = texts(new, &["SupportedIdentityProviders"]);
    let here =
        texts(old, &["SupportedIdentityProviders"]).into_iter().map(|provider| counterpart(pools, provider));
    let missing = here.filter(|provider| !there.contains(provider.as_str()));
    if let Some(finding) = found.add_about(&PROVIDERS, missing) {
        finding.says(format!("app client {name}"));
    }
}

/// The name in the new pool of an attribute, if it is carried over and there.
fn target(pools: &Pools<'_>, attribute: &str) -> Option<String> {
    let name = AttributeName::parse(attribute).ok()?;
    let target = pools.rules().target(&name)?;
    (target != *pools.input.marker && pools.new.shape.has(&target)).then(|| target.to_string())
}
