//! Identity providers, and who comes by them.

use std::collections::BTreeMap;

use twinpool_core::id::ProviderName;

use super::Pools;
use super::code::Code;
use super::facts::text;
use super::finding::Findings;
use crate::port::Json;

const MISSING: Code = Code::blocks(
    "provider-missing",
    [
        "an identity provider of the old pool is not in the new one",
        "Who signs in with it today cannot sign in to the new pool.",
        "set the provider up in the new pool {new} under the same name, or name the other one in twinpool.toml: \
         [federation.<old name>] provider = \"<new name>\"",
    ],
);
const TYPE: Code = Code::warns(
    "provider-type-differs",
    [
        "an identity provider of this name is of another type in the new pool",
        "It tells of other subjects, so that people would not be known again.",
        "set it up in {new} with the same type, or rename it in twinpool.toml",
    ],
);
const FEDERATED: Code = Code::notes(
    "federated-users",
    [
        "users of the old pool come from this identity provider",
        "Unless twinpool.toml links them ahead, each is paired at the first sign-in to the new pool.",
        "to link ahead, with predictable ids: [federation.<name>] policy = \"link\" in twinpool.toml",
    ],
);

pub(super) const CODES: &[Code] = &[MISSING, TYPE, FEDERATED];

pub(super) fn check(pools: &Pools<'_>, found: &mut Findings) {
    let users = |name: &str| {
        let per_provider = pools.census().map(|census| &census.providers)?;
        per_provider.iter().find(|(provider, _)| provider.as_str() == name).map(|(_, tally)| tally)
    };
    if let (Ok(old), Ok(new)) = (&pools.old.facts.providers, &pools.new.facts.providers) {
        let there = types(new);
        for (name, kind) in types(old) {
            match there.get(counterpart(pools, name).as_str()) {
                None => {
                    let finding = found.add(&MISSING).about([name]);
                    if let Some(tally) = users(name) {
                        finding.shows(tally);
                    }
                }
                Some(other) if *other != kind => {
                    found
                        .add(&TYPE)
                        .about([name])
                        .says(format!("{kind} in the old pool, {other} in the new one"));
                }
                Some(_) => {}
            }
        }
    }
    for (name, tally) in pools.census().into_iter().flat_map(|census| &census.providers) {
        found.add(&FEDERATED).about([name]).shows(tally);
    }
}

/// The name in the new pool.
pub(super) fn counterpart(pools: &Pools<'_>, name: &str) -> String {
    match ProviderName::parse(name) {
        Ok(name) => pools.rules().provider(&name).to_string(),
        Err(_) => name.to_owned(),
    }
}

fn types(all: &[Json]) -> BTreeMap<&str, &str> {
    let one = |provider| {
        Some((text(provider, &["ProviderName"])?, text(provider, &["ProviderType"]).unwrap_or("unknown")))
    };
    all.iter().filter_map(one).collect()
}
