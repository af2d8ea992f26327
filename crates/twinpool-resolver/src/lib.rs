//! What a backend links in: one answer to "who is this?", whichever pool signed the token.
//!
//! A user has a `sub` in each pool, and neither survives the move. The *user id* does: applications store that, and ask here
//! which one a token, or an account of a pool, stands for.
//!
//! ```
//! use std::collections::BTreeMap;
//!
//! use twinpool_core::account::{Account, Accounts, IdReader};
//! use twinpool_core::id::{Pool, Sub, UserId};
//! use twinpool_core::port::Answer;
//! use twinpool_resolver::Resolver;
//!
//! // Instead of the table of links: on AWS it is `twinpool_aws::dynamodb::UserIds`.
//! struct Table(BTreeMap<Account, UserId>);
//!
//! impl IdReader for Table {
//!     async fn user_ids(&self, accounts: &[Account]) -> Answer<Vec<Option<UserId>>> {
//!         Ok(accounts.iter().map(|account| self.0.get(account).cloned()).collect())
//!     }
//!
//!     async fn accounts(&self, _: &UserId) -> Answer<Option<Accounts>> {
//!         Ok(None)
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let before = Account { pool: Pool::Old, sub: Sub::parse("9441f38c-d64d-45d1-8401-ec94ab328c6d")? };
//! let after = Account { pool: Pool::New, sub: Sub::parse("bb739df9-14f4-40a0-b7d5-bd0f6f453d14")? };
//! let id = UserId::parse("9441f38c-d64d-45d1-8401-ec94ab328c6d")?;
//! let table = Table(BTreeMap::from([(before.clone(), id.clone()), (after.clone(), id.clone())]));
//!
//! let resolver = Resolver::new(table);
//! assert_eq!(resolver.resolve(&before).await?, Some(id.clone()));
//! assert_eq!(resolver.resolve(&after).await?, Some(id.clone()));
//!
//! // Both are known now: no further read, however many ask.
//! assert_eq!(resolver.resolve_many(&[before, after]).await?, [Some(id.clone()), Some(id)]);
//! assert_eq!((resolver.counts().reads, resolver.counts().hits), (2, 2));
//! # Ok(())
//! # }
//! ```
//!
//! # What is here
//!
//! - [`Resolver`]: from an account of a pool to the user id, one or many at a time, and from a user id to its accounts.
//! - [`Verifier`]: whether a token is one of these two pools, for these app clients ([`Trust`]), and not over.
//! - [`Router`]: which pool somebody is sent to while the move goes on.
//! - [`Authenticator`]: both together, a token in and a [`Principal`] out. [`Authenticate`] is what middleware asks for.
//!
//! # What never changes
//!
//! A user id, once it is given: applications may store it for good. An account is given one once. Two rare cases give an account
//! another one later: [`Resolver`] names them.
//!
//! # What it costs
//!
//! | asked | reads of the table |
//! | --- | --- |
//! | an account that the cache knows | none |
//! | one that it does not know | one; two where the user was merged into another |
//! | many accounts | one call for all that the cache does not know |
//! | the same account, many times at once | one for all |
//! | [`Resolver::links_of`] | always: three items in one call, then the accounts that they name |
//! | where somebody is sent | one in five seconds, however many ask |
//! | a token of the new pool with a claim that [is to be believed](Trust::believing) | none |
//!
//! # What is kept, and how long
//!
//! | answer | given again without asking ([`Limits`], as they are unless set) |
//! | --- | --- |
//! | a user id | for an hour; while the table cannot be read, for a day more, and counted |
//! | no user id, new pool | for half a second: it is on its way |
//! | no user id, old pool | for half a minute: until the table says otherwise, the sub is the user id |
//! | an error | never |
//!
//! 100,000 answers are kept unless set otherwise, each in about 100 bytes where ids are UUIDs.
//! [`Counts`] says what the cache is worth.
//!
//! # What it does not do
//!
//! It writes nothing, and it knows no AWS: `twinpool-aws` reads the table and fetches the keys. It starts no tasks: a read happens in
//! the task of whoever asks first. Nothing of a person is kept, logged or shown but subs and user ids.
#![warn(missing_docs)]

mod authenticate;
mod authenticator;
mod bearer;
mod cache;
mod clash;
mod clock;
mod counts;
mod flight;
mod limits;
#[cfg(feature = "axum")]
pub mod middleware;
mod no_principal;
mod outage;
mod principal;
mod refusal;
mod resolver;
mod router;
mod token;

pub use authenticate::{Authenticate, Denied};
pub use authenticator::Authenticator;
pub use bearer::bearer_token;
pub use clash::{Clash, clash};
pub use clock::SystemClock;
pub use counts::Counts;
pub use limits::Limits;
pub use no_principal::NoPrincipal;
pub use principal::{ClientId, Principal, TokenUse};
pub use refusal::Refusal;
pub use resolver::Resolver;
pub use router::{Route, Router};
pub use token::{Refused, Trust, TrustError, Verified, Verifier};
pub use twinpool_core::token::{KeySource, TrustedPool};
