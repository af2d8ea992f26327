//! What an application has to know of the pool that somebody is sent to.

use std::collections::BTreeMap;

use crate::id::{ClientId, Pool, PoolId};

/// Both pools, and which app client of the one takes the place of which of the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destinations {
    /// The pool being left.
    pub old: PoolId,
    /// The pool being moved to.
    pub new: PoolId,
    /// From an app client of the old pool to the one of the new pool.
    pub clients: BTreeMap<ClientId, ClientId>,
}

/// Where somebody signs in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Destination<'a> {
    /// The pool.
    pub pool: &'a PoolId,
    /// The pool's app client; `None` where no pair is known.
    pub client: Option<&'a ClientId>,
}

impl Destinations {
    /// The destination in a pool of whoever has this app client of the old pool. Who names none has the only pair, if there is only
    /// one. Of a client that no pair has the pool is known all the same: a rollback has to reach it.
    #[must_use]
    pub fn of(&self, pool: Pool, client: Option<&ClientId>) -> Destination<'_> {
        let pair = match client {
            Some(client) => self.clients.get_key_value(client),
            None => self.clients.first_key_value().filter(|_| self.clients.len() == 1),
        };
        match pool {
            Pool::Old => Destination { pool: &self.old, client: pair.map(|(old, _)| old) },
            Pool::New => Destination { pool: &self.new, client: pair.map(|(_, new)| new) },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(id: &str) -> ClientId {
        ClientId::parse(id).unwrap()
    }

    fn with(pairs: &[(&str, &str)]) -> Destinations {
        Destinations {
            old: PoolId::parse("eu-west-1_Old").unwrap(),
            new: PoolId::parse("eu-central-1_New").unwrap(),
            clients: pairs.iter().map(|(old, new)| (client(old), client(new))).collect(),
        }
    }

    #[test]
    fn an_app_client_of_the_old_pool_gives_the_one_of_either_pool() {
        let all = with(&[("web", "web2"), ("ios", "ios2")]);
        let id = |pool, said: Option<&str>| {
            let said = said.map(client);
            let found = all.of(pool, said.as_ref());
            (found.pool.as_str().to_owned(), found.client.map(|it| it.as_str().to_owned()))
        };
        let told = |pool: &str, client: Option<&str>| (pool.to_owned(), client.map(str::to_owned));
        assert_eq!(id(Pool::New, Some("ios")), told("eu-central-1_New", Some("ios2")));
        assert_eq!(id(Pool::Old, Some("ios")), told("eu-west-1_Old", Some("ios")));
        assert_eq!(id(Pool::New, None), told("eu-central-1_New", None), "nobody knows which of two");
        assert_eq!(
            id(Pool::New, Some("ios2")),
            told("eu-central-1_New", None),
            "the old pool's is asked for"
        );
    }

    #[test]
    fn the_only_pair_is_everybody_s_and_without_pairs_there_is_the_pool_alone() {
        let one = with(&[("web", "web2")]);
        assert_eq!(one.of(Pool::New, None).client, Some(&client("web2")));
        let none = with(&[]);
        for said in [None, Some(client("web"))] {
            let found = none.of(Pool::New, said.as_ref());
            assert_eq!((found.pool, found.client), (&none.new, None));
        }
    }

    #[test]
    fn an_app_client_that_no_pair_has_gets_the_pool_and_not_the_client_of_another() {
        let one = with(&[("web", "web2")]);
        let found = one.of(Pool::Old, Some(&client("ios")));
        assert_eq!((found.pool, found.client), (&one.old, None));
    }
}
