//! The engine: the ports, and what is known of both pools.

use futures_util::future::join;
use twinpool_core::account::IdStore;
use twinpool_core::arrival::ArrivalStore;
use twinpool_core::born::BornStore;
use twinpool_core::digest::DigestKey;
use twinpool_core::id::{AttributeName, OldSub, Pool, PoolId};
use twinpool_core::phase::PhaseReader;
use twinpool_core::pool::PoolShape;
use twinpool_core::port::{Clock, GroupStore, LinkStore, PoolReader, PoolWriter, PortError, TroubleStore};
use twinpool_rules::Rules;

use crate::phase::PhaseNow;

/// The outside of the engine, in one parameter.
pub trait Ports: Send + Sync {
    /// The old pool: read only, by type.
    type Old: PoolReader;
    /// The old pool, to be written, once people use both pools. Only what stands in `both_ways` asks for it.
    type Back: PoolWriter<OldSub>;
    /// The new pool.
    type New: PoolWriter;
    /// The links, the user ids and who has which identity, who came and who was born, the records of groups, what went wrong, and where the move
    /// stands.
    type Links: LinkStore + IdStore + ArrivalStore + BornStore + GroupStore + TroubleStore + PhaseReader;
    /// The time.
    type Clock: Clock;

    /// The old pool.
    fn old(&self) -> &Self::Old;
    /// The old pool, to be written; `None` where that is not allowed.
    fn back(&self) -> Option<&Self::Back>;
    /// The new pool.
    fn new_pool(&self) -> &Self::New;
    /// The links.
    fn links(&self) -> &Self::Links;
    /// The time.
    fn clock(&self) -> &Self::Clock;
}

/// Why the engine cannot start. Nothing is lost: events wait in the queue, and after some hours in the DLQ.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StartError {
    /// A pool could not be described.
    #[error("cannot read the configuration of the {0}")]
    Shape(Pool, #[source] PortError),
    /// The new pool has no attribute for the marker.
    #[error(
        "the new pool has no attribute {0}, which proves whose user a user is: add it once with \
         `aws cognito-idp add-custom-attributes` (String, not mutable)"
    )]
    NoMarker(AttributeName),
    /// The marker can be changed, so it proves nothing.
    #[error(
        "the attribute {0} of the new pool can be changed after a user is made, so it cannot prove whose user a user is: \
         add another one that is not mutable, and deploy with MarkerAttribute set to it"
    )]
    MutableMarker(AttributeName),
    /// The table cannot be read.
    #[error("cannot read the table of links")]
    Links(#[source] PortError),
    /// The table holds the links of other pools, whose users would all seem to be deleted.
    #[error(
        "the table of links is of the pools {old} and {new}: deploy with these, or another stack for other pools"
    )]
    OtherPools {
        /// The old pool of the table.
        old: PoolId,
        /// The new pool of the table.
        new: PoolId,
    },
    /// The rules ask for what the pools cannot do.
    #[error("twinpool.toml does not fit the pools: {0}; `twinpool rules check` shows all of it")]
    Rules(String),
}

/// What the owner of a migration says, beside the pools.
#[derive(Debug, Clone)]
pub struct Terms {
    /// For digests and markers.
    pub key: DigestKey,
    /// The attribute of the new pool that proves whose user a user is.
    pub marker: AttributeName,
    /// What travels, under which name, as what.
    pub rules: Rules,
}

/// What both pools were made like, if a migration under these terms can work between them.
pub(crate) async fn shapes<O: PoolReader, N: PoolReader>(
    old: &O,
    new_pool: &N,
    terms: &Terms,
) -> Result<(PoolShape, PoolShape), StartError> {
    let Terms { marker, rules, .. } = terms;
    // At once: the first migration after a cold start has 4 s for everything.
    let (old, new) = join(old.shape(), new_pool.shape()).await;
    let old = old.map_err(|error| StartError::Shape(Pool::Old, error))?;
    let new = new.map_err(|error| StartError::Shape(Pool::New, error))?;
    if !new.has(marker) {
        return Err(StartError::NoMarker(marker.clone()));
    }
    if new.is_mutable(marker) {
        return Err(StartError::MutableMarker(marker.clone()));
    }
    if let Some(row) = rules.refusals(&old, &new, marker).first() {
        return Err(StartError::Rules(row.verdict.to_string()));
    }
    Ok((old, new))
}

/// Brings users of the new pool to what the old pool says.
#[derive(Debug)]
pub struct Engine<P> {
    pub(crate) ports: P,
    pub(crate) key: DigestKey,
    pub(crate) marker: AttributeName,
    pub(crate) rules: Rules,
    pub(crate) old_shape: PoolShape,
    pub(crate) new_shape: PoolShape,
    pub(crate) phase: PhaseNow,
}

impl<P: Ports> Engine<P> {
    /// Reads what both pools were made like, once.
    ///
    /// # Errors
    /// When a pool cannot be described, or the new pool has no marker attribute that proves anything.
    pub async fn start(ports: P, terms: Terms) -> Result<Self, StartError> {
        let (old_shape, new_shape) = shapes(ports.old(), ports.new_pool(), &terms).await?;
        let Terms { key, marker, rules } = terms;
        let tied = ports.links().bind(&old_shape.id, &new_shape.id).await.map_err(StartError::Links)?;
        if tied != (old_shape.id.clone(), new_shape.id.clone()) {
            let (old, new) = tied;
            return Err(StartError::OtherPools { old, new });
        }
        let phase = PhaseNow::default();
        Ok(Self { ports, key, marker, rules, old_shape, new_shape, phase })
    }

    /// What it works with.
    #[must_use]
    pub fn ports(&self) -> &P {
        &self.ports
    }
}
