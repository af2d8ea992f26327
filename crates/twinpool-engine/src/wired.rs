//! The ports, put together.

use std::sync::Arc;

use twinpool_core::account::IdStore;
use twinpool_core::arrival::ArrivalStore;
use twinpool_core::born::BornStore;
use twinpool_core::id::{OldSub, Pool};
use twinpool_core::phase::PhaseReader;
use twinpool_core::port::{Clock, GroupStore, LinkStore, PoolWriter, TroubleStore};

use crate::engine::Ports;
use crate::governed::Governed;
use crate::governors::Governors;

/// Both pools behind their governors, the links, and the time.
#[derive(Debug)]
pub struct Wired<O, N, L, C> {
    old: Governed<O>,
    new: Governed<N>,
    links: L,
    clock: C,
    governors: Governors,
    both_ways: bool,
}

impl<O, N, L, C> Wired<O, N, L, C> {
    /// Puts the ports together.
    pub fn new(old: O, new: N, links: L, clock: C, governors: &Governors) -> Self {
        Self {
            old: Governed::new(old, Arc::clone(governors.of(Pool::Old))),
            new: Governed::new(new, Arc::clone(governors.of(Pool::New))),
            links,
            clock,
            governors: governors.clone(),
            both_ways: false,
        }
    }

    /// Who governs its calls.
    #[must_use]
    pub fn governors(&self) -> &Governors {
        &self.governors
    }

    /// With leave to write the old pool too, or without.
    #[must_use]
    pub fn both_ways(self, both_ways: bool) -> Self {
        Self { both_ways, ..self }
    }
}

impl<O, N, L, C> Ports for Wired<O, N, L, C>
where
    O: PoolWriter<OldSub>,
    N: PoolWriter,
    L: LinkStore + IdStore + ArrivalStore + BornStore + GroupStore + TroubleStore + PhaseReader,
    C: Clock,
{
    type Old = Governed<O>;
    type Back = Governed<O>;
    type New = Governed<N>;
    type Links = L;
    type Clock = C;

    fn old(&self) -> &Self::Old {
        &self.old
    }
    fn back(&self) -> Option<&Self::Back> {
        self.both_ways.then_some(&self.old)
    }
    fn new_pool(&self) -> &Self::New {
        &self.new
    }
    fn links(&self) -> &Self::Links {
        &self.links
    }
    fn clock(&self) -> &C {
        &self.clock
    }
}
