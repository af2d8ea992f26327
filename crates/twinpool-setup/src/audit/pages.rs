//! The pages that Cognito hosts.

use super::code::Code;
use super::facts::text;
use super::finding::Findings;
use super::{Pools, Side};

const DIFFERS: Code = Code::warns(
    "domain-differs",
    [
        "the hosted sign-in pages of the new pool are at another domain",
        "Password managers do not offer the saved password there, and users may take the page for a forgery. \
         Identity providers refuse a redirect address that they do not know.",
        "tell the users, and add the new domain's redirect and sign-on addresses at each identity provider; \
         a custom domain can move with you, at the moment of the switch",
    ],
);
const MISSING: Code = Code::warns(
    "domain-missing",
    [
        "the old pool has hosted sign-in pages, and the new one has none",
        "Applications that redirect there, and all identity providers, cannot sign in to the new pool.",
        "aws cognito-idp create-user-pool-domain --user-pool-id {new} --domain <prefix>",
    ],
);

pub(super) const CODES: &[Code] = &[DIFFERS, MISSING];

pub(super) fn check(pools: &Pools<'_>, found: &mut Findings) {
    match (domain(&pools.old), domain(&pools.new)) {
        (Some(old), None) => {
            found.add(&MISSING).says(format!("{old} in the old pool"));
        }
        (Some(old), Some(new)) if old != new => {
            found.add(&DIFFERS).says(format!("{old} in the old pool, {new} in the new one"));
        }
        _ => {}
    }
}

fn domain<'a>(pool: &Side<'a>) -> Option<&'a str> {
    text(pool.json, &["CustomDomain"]).or_else(|| text(pool.json, &["Domain"]))
}
