//! How people of the old pool get into the new one, where they were mirrored ahead: the password of the old pool is carried over at
//! the first sign-in, or a one-time code takes its place.
//!
//! A user who was mirrored ahead has a password in the new pool that nobody knows. A backend that owns the sign-in form first tries a
//! plain sign-in to the new pool; where that says no, it asks here, and on [`Outcome::Bridged`] tries again.
//!
//! ```
//! # use std::time::Duration;
//! # use twinpool_core::id::{NewSub, OldSub, Timestamp};
//! # use twinpool_core::link::{Base, Link, LinkState, Linked, Names, Side};
//! # use twinpool_core::port::LinkStore as _;
//! # use twinpool_testkit::world::{StoppedClock, World, person};
//! use twinpool_bridge::{Bridge, Outcome, Wired};
//! use twinpool_core::arrival::Limit;
//! use twinpool_core::id::Username;
//! use twinpool_core::password::Password;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let world = World::username_to_email().with_jane();
//! # let (old_sub, new_sub) = (OldSub::parse("jane-sub")?, NewSub::parse("new-jane")?);
//! # world.old.give_password(&(&old_sub).into(), "correct horse");
//! # world.new.put(person("new-jane", "new-jane", &[("email", "jane@example.com"), ("email_verified", "true")]));
//! # let linked = Linked {
//! #     new_sub,
//! #     base: Base { old: Side::default(), new: Side::default() },
//! #     held_back: Vec::new(),
//! #     unseen: Default::default(),
//! #     mirrored_at: Timestamp(1),
//! #     rules: String::new(),
//! # };
//! # let intent = Link::intent(&old_sub, Names::default(), Timestamp(1));
//! # world.links.connect(&Link { state: LinkState::Linked(Box::new(linked)), ..intent }, None).await?;
//! # let process = Default::default();
//! # let (old, new_pool) = (world.old.called_by(&process), world.new.called_by(&process));
//! # let (table, clock) = (world.links.clone(), StoppedClock(Timestamp(1)));
//! // In memory here. On AWS the pools and the table are those of `twinpool_aws`.
//! let ports = Wired { old, new_pool, table, clock };
//! let bridge = Bridge::new(ports, Limit { most: 5, within: Duration::from_secs(15 * 60) });
//!
//! let typed = Username::parse("jane@example.com")?;
//! let Some(jane) = bridge.find(&typed).await? else {
//!     return Ok(()); // Nobody of the new pool: say what you say of a wrong password.
//! };
//! assert_eq!(bridge.bridge(&jane, &Password::new("a guess")).await?, Outcome::Wrong);
//!
//! let outcome = bridge.bridge(&jane, &Password::new("correct horse")).await?;
//! assert_eq!(outcome, Outcome::Bridged { second_factor: false });
//! # assert!(matches!(
//! #     world.new.sign_in("jane@example.com", "correct horse"),
//! #     twinpool_core::password::Checked::Right { .. }
//! # ));
//! # Ok(())
//! # }
//! ```
//!
//! # What is here
//!
//! - [`Bridge`]: the password bridge. A backend needs this alone.
//! - [`Back`]: the other way round, after a rollback.
//! - [`challenge`]: the same for app clients without a backend, as Cognito's CUSTOM_AUTH triggers.
//! - [`Codes`]: one-time codes, for pools that send none themselves. Part of the challenge.
//!
//! # What it costs
//!
//! | asked | table | old pool | new pool |
//! | --- | --- | --- | --- |
//! | who it is, by name ([`Bridge::find`]) | | | AdminGetUser |
//! | a user for whom nothing can be done | 1 to 3 reads | | |
//! | a wrong password | 3 reads, 1 write | AdminGetUser, AdminInitiateAuth | AdminGetUser |
//! | the right one | 4 reads, 4 writes; 1 more with a second factor that the link does not know, 1 more if the person came before by another way | the same | AdminGetUser, AdminSetUserPassword |
//! | too many | 3 reads, 1 write | | |
//! | a code is sent | 3 reads, 1 write | | AdminGetUser |
//! | an answer to a code | 2 reads, 1 write; if right 3 reads and 2 writes more | AdminGetUser if right | AdminGetUser if right |
//!
//! A process also describes both pools (DescribeUserPool), once in five minutes, to know whether one of them asks everybody for a second
//! factor; while it cannot, everybody is taken to be asked.
//!
//! The challenge reads the table three times more after a right password. A user born in the new pool costs one read where others cost
//! two or three.
//!
//! A sign-in of the old pool runs its triggers, may send a second factor, and makes the user one of the month's active users there, as
//! AdminGetUser does (F§0.4, F§8). The old pool is never asked before the attempt is counted. A name is turned into a user by
//! [`Bridge::find`], one AdminGetUser of the new pool, which nobody counts: over HTTP each question costs that on top, be it about a
//! stranger. Cognito's triggers say who it is.
//!
//! # What it keeps
//!
//! When a password was about to be set, when it was, when a second factor was met, when a code was first used, and how often of late
//! something was tried: [`twinpool_core::arrival`]. Of a code, a keyed digest in Cognito's session, and nowhere else.
//!
//! # When it stops half-way
//!
//! No call waits on its own, so the caller bounds the time (Cognito: 5 s, F§2). A question may be dropped at any moment, as a process may
//! die at any moment: the account then has the password of before or the new one, can be reset in either case, and whoever tries again
//! gets in. Once a reset in the new pool has been noted, or a password may have been set and the person has come in since, the old password
//! does not go over it.
//!
//! # What it never does
//!
//! - It lets nobody past a second factor, nor past one that a pool asks of everybody: the password is carried over, and a plain sign-in
//!   asks for the factor. No code is sent then.
//! - It writes nothing to the old pool but what [`Back`] sets there, confirms nobody who never proved an address, and lets in nobody whom a pool has disabled.
//! - It logs nothing, and nothing that it shows holds a password, a code, a name or an address.
//! - It tells nobody why a password is wrong: strangers, users who have a password in the new pool, users who were left out and users
//!   who may not sign in get one answer. It is not as quick for all of them, and only of a user who can be bridged too many attempts
//!   are said to be too many. A code that is sent tells that the user is there.
//!
//! # What it cannot know
//!
//! A password that an administrator sets in the new pool runs no trigger: while nothing else tells that the user has come in by one, the
//! old password goes over it, as over a reset that an administrator asked for. The audit trail tells, minutes later, once people use
//! both pools; before, note [`Mark::Chosen`] with it. A password that is changed in the old pool afterwards
//! is carried over once that is told, by the old pool's trigger or the audit trail, while people use both pools: the one that was chosen
//! last counts. Of two passwords of which the later one is not told yet, the other one is taken for it.
//!
//! [`Back`] knows that somebody chose a password in the old pool since only once the old pool's trigger (a reset: seconds) or the audit
//! trail (all else: minutes) has told. Whoever types the former one of the new pool before that gets it set once more.
//!
//! [`Mark::Chosen`]: twinpool_core::arrival::Mark::Chosen
#![warn(missing_docs)]

mod back;
mod bridge;
mod carry;
pub mod challenge;
mod codes;
mod demand;
mod outcome;
mod ports;
mod second_factor;
mod standing;
mod verdict;

pub use back::{Back, BackPorts, WayBack};
pub use bridge::Bridge;
pub use codes::{BadTerms, CodeTerms, Codes};
pub use outcome::{Outcome, Trouble};
pub use ports::{Ports, Wired};
