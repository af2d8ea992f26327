//! Strict stand-ins for what twinpool talks to, for tests only.
//!
//! Where an emulator is kinder than AWS, these are not: each refusal names its source in the fact sheet (F§n).
#![expect(clippy::expect_used, reason = "a test that is set up wrongly must stop")]

pub mod contract;
mod handle;
mod import_jobs;
mod links;
mod list;
mod people;
mod pool;
mod process;
mod quota;
mod runs;
mod strict;
pub mod world;

pub use handle::PoolHandle;
pub use import_jobs::MemoryImportJobs;
pub use links::MemoryLinks;
pub use pool::{MemoryPool, Person, uuid};
pub use process::{Moment, Process};
pub use quota::{Now, Quota, category};
pub use world::World;
