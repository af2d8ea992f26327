//! What the function works with.

use std::time::Duration;

use twinpool_aws::settings::Continuity;
use twinpool_bridge::{Bridge, Codes};
use twinpool_core::account::AccountStore;
use twinpool_core::arrival::ArrivalStore;
use twinpool_core::claim::ClaimName;
use twinpool_core::id::PoolId;
use twinpool_core::one_time_code::CodeSender;
use twinpool_core::port::{ChangeSink, LinkReader, PoolReader};
use twinpool_engine::{Gate, GatePorts, Terms};
use twinpool_trigger::is_own_question;

/// The outside of the function, in one parameter.
pub trait Outside {
    /// The old pool, for identities that it may know.
    type Old: PoolReader;
    /// The new pool, for accounts that the table does not know.
    type New: PoolReader;
    /// The table.
    type Table: AccountStore + LinkReader + ArrivalStore;
    /// The queue of change events.
    type Queue: ChangeSink;
    /// What the password bridge works with.
    type Bridge: twinpool_bridge::Ports;
    /// What the door for newcomers works with.
    type Gate: GatePorts;
    /// Who sends codes.
    type Codes: CodeSender;
}

/// What the function works with.
pub struct Wiring<X: Outside> {
    /// The old pool.
    pub old: X::Old,
    /// The new pool.
    pub new_pool: X::New,
    /// The table.
    pub table: X::Table,
    /// The queue of change events.
    pub sink: X::Queue,
    /// Which pool the old one is.
    pub old_pool: PoolId,
    /// Of which pool events are taken.
    pub pool: PoolId,
    /// The key, the marker, and the rules.
    pub terms: Terms,
    /// The claim.
    pub claim: ClaimName,
    /// How long a token waits for the user id.
    pub deadline: Duration,
    /// Whether the old pool is written too, so that the mirror wants to know what the new one shows.
    pub reverse_sync: bool,
    /// The app client of the new pool by which twinpool asks about passwords.
    pub own_client: Option<String>,
    /// By which ways people of the old pool are let in; `None`: by none here. Or why nobody can be.
    pub ways: Result<Option<Ways<X>>, String>,
}

impl<X: Outside> Wiring<X> {
    /// Whether an event is of a question of twinpool's own.
    pub(super) fn is_own_question(&self, raw: &str) -> bool {
        is_own_question(raw, self.own_client.as_deref())
    }
}

/// By which ways people of the old pool are let in.
pub struct Ways<X: Outside> {
    /// Which triggers are answered.
    pub continuity: Continuity,
    /// Carries passwords over.
    pub bridge: Bridge<X::Bridge>,
    /// One-time codes.
    pub codes: Codes<X::Codes>,
    /// Lets users be made at their first sign-in, and nobody sign up under their names.
    pub gate: Gate<X::Gate>,
}
