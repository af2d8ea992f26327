//! Strict stand-ins for what twinpool talks to, for tests only.
//!
//! Where an emulator is kinder than AWS, these are not: each refusal names its source in the fact sheet (F§n).
#![expect(clippy::expect_used, reason = "a test that is set up wrongly must stop")]

mod archive;
pub mod contract;
mod functions;
mod handle;
mod import_jobs;
mod late;
mod links;
mod list;
mod log;
mod migration;
mod passwords;
mod people;
mod phases;
mod pool;
mod process;
mod quota;
mod runs;
mod settings;
mod strict;
mod uuid;
mod watched;
pub mod world;

pub use archive::{ArchiveHandle, MemoryArchive};
pub use functions::{Behaviour, FunctionsHandle, MemoryFunctions};
pub use handle::PoolHandle;
pub use import_jobs::MemoryImportJobs;
pub use links::MemoryLinks;
pub use log::Call;
pub use migration::MigrationAnswer;
pub use passwords::{Kind, PasswordRules};
pub use pool::{MemoryPool, Person};
pub use process::{Moment, Process};
pub use quota::{Now, Quota, category};
pub use settings::{Knobs, MemorySettings, SettingsHandle, Stranger};
pub use uuid::uuid;
pub use world::World;
