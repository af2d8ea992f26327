//! The domain of twinpool: pure and synchronous.
pub mod attribute;
pub mod change_event;
pub mod digest;
pub mod held_back;
pub mod id;
pub mod link;
pub mod plan;
pub mod pool;
pub mod port;
pub mod snapshot;
pub mod value;
