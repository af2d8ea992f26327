//! The account's quotas.

use twinpool_core::quota::Category;

use super::Pools;
use super::code::Code;
use super::finding::Findings;

const DEFAULT: Code = Code::notes(
    "quotas-at-default",
    [
        "quotas that can be raised are at AWS's default",
        "The backfill, which shares them with sign-ups and sign-ins, takes longer than it would have to.",
        "see how long: twinpool estimate; raise them: aws service-quotas list-service-quotas --service-code cognito-idp, \
         then request-service-quota-increase",
    ],
);

pub(super) const CODES: &[Code] = &[DEFAULT];

/// Those that AWS raises when asked (F§5).
const RAISABLE: [Category; 3] = [Category::UserCreation, Category::UserRead, Category::UserResourceRead];

pub(super) fn check(pools: &Pools<'_>, found: &mut Findings) {
    let known = pools.input.quotas;
    let is_default = |category: &Category| {
        known.read.contains(category) && known.quotas.of(*category) == category.default_quota()
    };
    let low = RAISABLE.into_iter().filter(is_default);
    found.add_about(&DEFAULT, low.map(|category| format!("{category}={}", category.default_quota())));
}
