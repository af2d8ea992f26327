//! Counts calls by quota category, and refuses what is above AWS's default quotas when told to (F§5).

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use twinpool_testkit::{Now, Quota, category};

use super::refusal::Refusal;

/// What was called of one category.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Used {
    /// Calls a second.
    pub limit: u32,
    /// Calls that were let through.
    pub admitted: u64,
    /// Calls that were refused.
    pub refused: u64,
    first: Duration,
    last: Duration,
}

impl Used {
    /// From the first call to the last.
    #[must_use]
    pub fn span(&self) -> Duration {
        self.last - self.first
    }

    /// How much of what the quota lets through in that time was used, from 0 to 1. The first call opens the time, so it
    /// does not count.
    #[must_use]
    pub fn share(&self) -> f64 {
        let calls = u32::try_from(self.admitted.saturating_sub(1)).unwrap_or(u32::MAX);
        f64::from(calls) / (f64::from(self.limit) * self.span().as_secs_f64())
    }
}

struct Counted {
    quota: Option<Arc<Quota>>,
    used: BTreeMap<&'static str, Used>,
    operations: BTreeMap<String, u64>,
}

/// Counts calls, those to Cognito by category. Both pools are of one account, whose quotas they share.
pub struct Meter {
    started: Instant,
    counted: Mutex<Counted>,
}

impl std::fmt::Debug for Meter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Meter")
    }
}

impl Default for Meter {
    fn default() -> Self {
        let counted = Counted { quota: None, used: BTreeMap::new(), operations: BTreeMap::new() };
        Self { started: Instant::now(), counted: Mutex::new(counted) }
    }
}

impl Meter {
    /// From now on calls above AWS's default quotas are refused with TooManyRequestsException.
    pub fn limit(&self) {
        let started = self.started;
        self.limit_by(Arc::new(move || started.elapsed()));
    }

    /// The same, by a clock of the test's own.
    pub fn limit_by(&self, now: Now) {
        let quota = Quota::of(now, 100);
        self.counted.lock().expect("no holder panics").quota = Some(quota);
    }

    /// By category.
    #[must_use]
    pub fn used(&self) -> BTreeMap<&'static str, Used> {
        self.counted.lock().expect("no holder panics").used.clone()
    }

    /// Calls by operation, those to DynamoDB and SQS and refused ones too.
    #[must_use]
    pub fn operations(&self) -> BTreeMap<String, u64> {
        self.counted.lock().expect("no holder panics").operations.clone()
    }

    pub(super) fn note(&self, operation: &str) {
        let operations = &mut self.counted.lock().expect("no holder panics").operations;
        match operations.get_mut(operation) {
            Some(calls) => *calls += 1,
            None => drop(operations.insert(operation.to_owned(), 1)),
        }
    }

    pub(super) fn count(&self, operation: &'static str, user: Option<&str>) -> Result<(), Refusal> {
        let mut counted = self.counted.lock().expect("no holder panics");
        let now = self.started.elapsed();
        let verdict = counted.quota.as_ref().map_or(Ok(()), |quota| quota.count(operation, user));
        let (name, limit) = category(operation);
        let fresh = Used { limit, admitted: 0, refused: 0, first: now, last: now };
        let used = counted.used.entry(name).or_insert(fresh);
        match verdict {
            Ok(()) => {
                used.admitted += 1;
                used.last = now;
                Ok(())
            }
            Err(_) => {
                used.refused += 1;
                Err(Refusal::new("TooManyRequestsException", "Rate exceeded"))
            }
        }
    }
}
