//! Whom backends ask for, and whether the table knows them: counted by request.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use twinpool_core::account::{Account, Accounts, IdReader};
use twinpool_core::id::{Timestamp, UserId};
use twinpool_core::port::Answer;

use crate::emf::Line;

/// What the API's health check asks for: nobody.
const NOBODY: &str = "health";

/// How many were known and unknown since this was last told.
#[derive(Debug, Clone, Default)]
pub struct Asked(Arc<(AtomicU64, AtomicU64)>);

impl Asked {
    /// `ResolveHit` and `ResolveMiss`; `None` where nobody was asked for.
    #[must_use]
    pub fn line<'a>(&self, function: &'a str, at: Timestamp) -> Option<Line<'a>> {
        let (hits, misses) = (self.0.0.swap(0, Ordering::Relaxed), self.0.1.swap(0, Ordering::Relaxed));
        let counted = [("ResolveHit", hits), ("ResolveMiss", misses)];
        let counted = counted.into_iter().filter(|(_, count)| *count > 0);
        counted.fold(None, |line: Option<Line<'a>>, (metric, count)| {
            Some(line.unwrap_or_else(|| Line::of(function, at)).count(metric, count))
        })
    }

    fn add(&self, is_known: bool) {
        let count = if is_known { &self.0.0 } else { &self.0.1 };
        count.fetch_add(1, Ordering::Relaxed);
    }
}

/// The table, counting.
#[derive(Debug, Clone)]
pub struct Counted<R> {
    ids: R,
    asked: Asked,
}

impl<R> Counted<R> {
    /// Counts what this table is asked.
    pub fn new(ids: R, asked: &Asked) -> Self {
        Self { ids, asked: asked.clone() }
    }
}

impl<R: IdReader> IdReader for Counted<R> {
    async fn user_ids(&self, accounts: &[Account]) -> Answer<Vec<Option<UserId>>> {
        let found = self.ids.user_ids(accounts).await?;
        // Who asks without a pool means either: that is one question.
        let mut known = BTreeMap::new();
        for (account, id) in accounts.iter().zip(&found) {
            *known.entry(&account.sub).or_insert(false) |= id.is_some();
        }
        known.into_values().for_each(|is_known| self.asked.add(is_known));
        Ok(found)
    }

    async fn accounts(&self, id: &UserId) -> Answer<Option<Accounts>> {
        let found = self.ids.accounts(id).await?;
        if id.as_str() != NOBODY {
            self.asked.add(found.is_some());
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use lambda_http::http::{Request as HttpRequest, StatusCode};
    use lambda_http::{Body, Service as _};
    use twinpool_core::id::{Pool, Sub};
    use twinpool_core::port::{Class, PortError};

    use super::*;
    use crate::emf::tests::points;

    /// Knows jane, of the old pool.
    struct Jane;

    impl IdReader for Jane {
        async fn user_ids(&self, accounts: &[Account]) -> Answer<Vec<Option<UserId>>> {
            let id = |account: &Account| {
                let is_jane = (account.pool, account.sub.as_str()) == (Pool::Old, "jane");
                is_jane.then(|| UserId::parse("id-1").unwrap())
            };
            Ok(accounts.iter().map(id).collect())
        }

        async fn accounts(&self, id: &UserId) -> Answer<Option<Accounts>> {
            match id.as_str() {
                "down" => Err(PortError::new(Class::Unavailable, "BatchGetItem", "Timeout")),
                _ => Ok(None),
            }
        }
    }

    fn told(asked: &Asked) -> Vec<String> {
        let line = asked.line("prod-Resolve", Timestamp(1)).map(|line| line.to_string()).unwrap_or_default();
        points(&line).into_iter().map(|(metric, by, value)| format!("{metric} {by} {value}")).collect()
    }

    async fn get(asked: &Asked, path: &str) -> StatusCode {
        let mut api = twinpool_api::router(Counted::new(Jane, asked));
        let request = HttpRequest::builder().uri(path).body(Body::Empty).unwrap();
        api.call(request).await.unwrap().status()
    }

    #[tokio::test]
    async fn whom_the_table_knows_is_a_hit_and_whom_it_does_not_know_a_miss() {
        let asked = Asked::default();
        assert_eq!(get(&asked, "/v1/subs/jane").await, StatusCode::OK);
        assert_eq!(told(&asked), ["ResolveHit prod-Resolve 1"], "of two pools one knows her");
        assert_eq!(get(&asked, "/v1/subs/joe").await, StatusCode::NOT_FOUND);
        assert_eq!(get(&asked, "/v1/users/id-9").await, StatusCode::NOT_FOUND);
        assert_eq!(told(&asked), ["ResolveMiss prod-Resolve 2"]);
    }

    #[tokio::test]
    async fn many_in_one_request_count_each() {
        let asked = Asked::default();
        let account = |sub: &str| Account { pool: Pool::Old, sub: Sub::parse(sub).unwrap() };
        let ids = Counted::new(Jane, &asked);
        ids.user_ids(&[account("jane"), account("joe"), account("zoe")]).await.unwrap();
        assert_eq!(told(&asked), ["ResolveHit prod-Resolve 1", "ResolveMiss prod-Resolve 2"]);
    }

    #[tokio::test]
    async fn what_asks_for_nobody_and_what_is_not_answered_counts_for_nothing() {
        let asked = Asked::default();
        assert_eq!(get(&asked, "/v1/health").await, StatusCode::OK);
        assert_eq!(get(&asked, "/v1/users/down").await, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(told(&asked), [] as [&str; 0]);
    }
}
