//! The shell of twinpool without AWS: observe, plan, execute, record.
//!
//! [`Engine::sync_user`] brings one user of the new pool to what the old pool says. Everything else calls it.

mod adopt;
mod backfill;
mod batch;
mod born;
mod both_ways;
mod bury;
mod case;
mod claim;
mod csv_import;
mod disposition;
mod engine;
mod entrant;
mod execute;
mod follow;
mod gate;
mod given;
mod governed;
mod governor;
mod governors;
mod guard;
mod identify;
mod invite;
mod known;
mod make;
mod memberships;
mod migrate;
mod need;
mod neighbours;
mod new_password;
mod not_admitted;
mod observe;
mod old_user;
mod pace;
mod phase;
mod phase_steps;
mod readiness;
mod record;
mod reset_passwords;
mod resolve;
mod searches;
mod seen;
mod standing;
mod subs;
mod sweep;
mod switching;
mod sync_account;
mod sync_group;
mod sync_user;
mod told;
mod traced;
mod trouble;
mod undo;
mod verify;
mod walk;
mod watch;
mod way;
mod wired;

pub use adopt::INTENT_LASTS;
pub use backfill::{
    Backfill, Broken, Ending, Keeper, NoSelector, OfPool, Report, RunError, Selected, Selection, Selector,
    Source, SourceError, Survey, Watcher,
};
pub use batch::{EventSource, Failure, Message, Processed, Tally};
pub use csv_import::{
    CsvImportError, CsvReport, JobEvent, JobListener, JobReport, Limits, Settled, Unfit, import_by_csv,
};
pub use disposition::{Disposition, disposition};
pub use engine::{Engine, Ports, StartError, Terms};
pub use gate::{Gate, GatePorts, GateWired};
pub use governed::Governed;
pub use governor::{Budget, Governor, LaneState, Slower, Write};
pub use governors::{Governors, Spent, SpentOf};
pub use guard::{Barred, SignUp};
pub use identify::{Identify, Named, NotYet};
pub use invite::{Again, Invite, InviteError, InviteTerms, Invited, PerHour, Skip, Taken, Which};
pub use memberships::{Memberships, compact};
pub use migrate::Newcomer;
pub use need::{Need, Zeal};
pub use neighbours::Neighbours;
pub use not_admitted::{No, NotAdmitted, NotNow};
pub use phase_steps::{RollBackError, RolledBack, roll_back};
pub use readiness::{Awaited, Awaits, WaysBack};
pub use reset_passwords::{NotReset, Reset, ResetError, ResetPasswords, Way as ResetWay, may_reset};
pub use standing::{Standing, Standings, Tie};
pub use sweep::{Sweep, SweepError, Swept};
pub use switching::{BUSY_LASTS, Note, SwitchError, Switching, at_work};
pub use sync_user::{Kind, Outcome, SyncError};
pub use traced::TRACED;
pub use twinpool_core::quota::Category;
pub use undo::Undone;
pub use verify::{
    Finding, Looking, Marked, Observer, Row, Sample, Step, Summary, Verdict, Verifier, VerifyError, What, Why,
};
pub use walk::{Deaf, Listener, PATIENCE, Stretch, Walk, WalkError, group_names, memberships, persist};
pub use watch::{Looked, Watch};
pub use way::{Comer, last_known, way_of};
pub use wired::Wired;
