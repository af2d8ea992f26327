//! Calls, and how much of Cognito's quotas they take.

use std::collections::BTreeMap;

use twinpool_tests::aws_stub::AwsStub;

/// Calls so far; or per event, after [`Spent::since`].
#[derive(Debug, Clone)]
pub(crate) struct Spent {
    /// To DynamoDB.
    pub(crate) table: f64,
    /// To either pool.
    pub(crate) pools: f64,
    /// To either pool, by quota category: calls, and AWS's default quota for a second.
    categories: BTreeMap<&'static str, (f64, f64)>,
}

impl Spent {
    pub(crate) fn of(stub: &AwsStub) -> Self {
        let number = |count: u64| f64::from(u32::try_from(count).unwrap());
        let used = stub.meter().used().into_iter();
        let categories: BTreeMap<_, _> =
            used.map(|(name, used)| (name, (number(used.admitted), f64::from(used.limit)))).collect();
        let pools = categories.values().map(|(calls, _)| calls).sum();
        let operations = stub.meter().operations();
        let items = operations.iter().filter(|(name, _)| name.contains("Item"));
        Self { table: items.map(|(_, calls)| number(*calls)).sum(), pools, categories }
    }

    /// What each of so many events took since then.
    pub(crate) fn since(&self, before: &Self, events: u64) -> Self {
        let events = f64::from(u32::try_from(events).unwrap());
        let then = |name: &str| before.categories.get(name).map_or(0.0, |(calls, _)| *calls);
        let categories = self.categories.iter();
        let categories =
            categories.map(|(name, (calls, limit))| (*name, ((calls - then(name)) / events, *limit)));
        Self {
            table: (self.table - before.table) / events,
            pools: (self.pools - before.pools) / events,
            categories: categories.collect(),
        }
    }

    /// How much of a second's calls of the quota that runs out first.
    pub(crate) fn scarcest(&self) -> String {
        let shares = self.categories.iter().map(|(name, (calls, limit))| (calls / limit, name));
        match shares.max_by(|one, other| one.0.total_cmp(&other.0)) {
            Some((share, name)) if share > 0.0 => format!("{:.1} % ({name})", 100.0 * share),
            _ => "none".to_owned(),
        }
    }
}
