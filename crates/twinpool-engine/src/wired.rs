//! The ports, put together.

use std::sync::Arc;

use twinpool_core::account::IdStore;
use twinpool_core::arrival::ArrivalStore;
use twinpool_core::id::Pool;
use twinpool_core::port::{Clock, GroupStore, LinkStore, PoolReader, PoolWriter, TroubleStore};

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
}

impl<O, N, L, C> Wired<O, N, L, C> {
    /// Puts the ports together.
    pub fn new(old: O, new: N, links: L, clock: C, governors: &Governors) -> Self {
        Self {
            old: Governed::new(old, Arc::clone(governors.of(Pool::Old))),
            new: Governed::new(new, Arc::clone(governors.of(Pool::New))),
            links,
            clock,
        }
    }
}

impl<O, N, L, C> Ports for Wired<O, N, L, C>
where
    O: PoolReader,
    N: PoolWriter,
    L: LinkStore + IdStore + ArrivalStore + GroupStore + TroubleStore,
    C: Clock,
{
    type Old = Governed<O>;
    type New = Governed<N>;
    type Links = L;
    type Clock = C;

    fn old(&self) -> &Self::Old {
        &self.old
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
