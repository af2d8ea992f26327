//! What is said of one part.

use std::fmt;

use twinpool_core::port::{Class, PortError};

use super::facts::Blind;

/// What brings a part of the stack back.
pub(super) const DEPLOY: &str = "deploy the stack: twinpool deploy";
/// What brings the sign-in function back into the new pool's slots.
pub(super) const ATTACH: &str = "run twinpool attach --pool new";

/// A part of the chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// The clock of this machine.
    Clock,
    /// The trigger slots of the old pool.
    Trigger,
    /// Whether the old pool may call capture.
    Permission,
    /// Capture, as Lambda has it.
    Capture,
    /// Which tokens get the user id; only where that is switched on.
    UserIdClaim,
    /// The queue of change events.
    Queue,
    /// The DLQ.
    DeadLetters,
    /// The key that encrypts the queue.
    EncryptionKey,
    /// What takes change events from the queue to the mirror.
    Mapping,
    /// The mirror, as Lambda has it.
    Mirror,
    /// The table of links.
    Table,
    /// The new pool, and its marker.
    NewPool,
    /// Whether strangers can sign up to the new pool.
    SignUp,
    /// The trigger slot of the new pool, and whether that pool may call the sign-in function.
    NewTrigger,
    /// The sign-in function, as Lambda has it.
    SignIn,
    /// The trigger slots of the new pool that the ways in need.
    WaysIn,
    /// The app client of the old pool that checks passwords.
    OldClient,
    /// The app client of the new pool that checks passwords, where there is one.
    NewOwnClient,
    /// The app clients of the new pool, and the flows that they allow.
    NewClients,
    /// The secret of the digests.
    DigestKey,
    /// Command and functions of one version.
    Version,
    /// The rule that hands records of CloudTrail on.
    AuditTrail,
    /// The trail that makes CloudTrail tell EventBridge.
    Trail,
    /// The marker of the old pool; only where that pool is written too.
    OldMarker,
    /// What happens in the new pool, on its way to the old one; only where that is switched on.
    WayBack,
    /// Capture, asked with an event for the test user.
    Hint,
    /// The mirror's answer to it.
    Arrival,
    /// The test user in both pools.
    User,
}

impl Part {
    /// For programs.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Clock => "clock",
            Self::Trigger => "trigger",
            Self::Permission => "permission",
            Self::Capture => "capture",
            Self::UserIdClaim => "user_id_claim",
            Self::Queue => "queue",
            Self::DeadLetters => "dlq",
            Self::EncryptionKey => "encryption_key",
            Self::Mapping => "mapping",
            Self::Mirror => "mirror",
            Self::Table => "table",
            Self::NewPool => "new_pool",
            Self::SignUp => "sign_up",
            Self::NewTrigger => "new_trigger",
            Self::SignIn => "sign_in",
            Self::WaysIn => "ways_in",
            Self::OldClient => "old_client",
            Self::NewOwnClient => "new_own_client",
            Self::NewClients => "new_clients",
            Self::DigestKey => "digest_key",
            Self::Version => "version",
            Self::AuditTrail => "audit_trail",
            Self::Trail => "trail",
            Self::OldMarker => "old_marker",
            Self::WayBack => "way_back",
            Self::Hint => "hint",
            Self::Arrival => "arrival",
            Self::User => "user",
        }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.code().replace('_', " "))
    }
}

/// How it is with a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// As it should be.
    Fine,
    /// Changes do not travel, or not all of them.
    Broken,
    /// Nobody knows: a permission or a name is missing, or no answer came.
    Unseen,
}

impl Verdict {
    /// For people and programs.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Fine => "ok",
            Self::Broken => "broken",
            Self::Unseen => "could not look",
        }
    }
}

/// One line. A part that is broken in two ways has two.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// What it is about.
    pub part: Part,
    /// How it is.
    pub verdict: Verdict,
    /// Why.
    pub why: String,
    /// What to do, unless it is fine.
    pub remedy: Option<String>,
}

impl Step {
    /// As it should be.
    #[must_use]
    pub fn fine(part: Part, why: impl Into<String>) -> Self {
        Self { part, verdict: Verdict::Fine, why: why.into(), remedy: None }
    }

    /// Broken.
    #[must_use]
    pub fn broken(part: Part, why: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { part, verdict: Verdict::Broken, why: why.into(), remedy: Some(remedy.into()) }
    }

    /// Nobody knows.
    #[must_use]
    pub fn unseen(part: Part, why: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { part, verdict: Verdict::Unseen, why: why.into(), remedy: Some(remedy.into()) }
    }

    /// `what` could not be looked at. What AWS says is not there is broken, and `restore` says how it comes back.
    pub(super) fn blind(part: Part, what: &str, blind: &Blind, restore: &str) -> Self {
        match blind {
            Blind::Unnamed(option) => {
                Self::unseen(part, format!("nobody said which {what} it is"), format!("set {option}"))
            }
            Blind::Failed(error) if error.class == Class::NotFound => {
                Self::broken(part, format!("{what} is not there in this Region"), restore)
            }
            Blind::Failed(error) => Self::unseen(part, format!("{what}: {error}"), way_to_see(error)),
        }
    }
}

/// What lets somebody look who could not.
pub(super) fn way_to_see(error: &PortError) -> String {
    match error.class {
        Class::Denied => format!("give your role {}, or ask somebody whose role has it", error.operation),
        Class::Throttled | Class::Unavailable => {
            "check network, Region and credentials, and run it again".to_owned()
        }
        Class::NotFound | Class::Taken | Class::Rejected | Class::Stale | Class::Unreadable => {
            "check the names of the pools and the stack".to_owned()
        }
    }
}

/// The faults; without one, that the part is fine.
pub(super) fn faults_or(part: Part, faults: Vec<Step>, why: impl Into<String>) -> Vec<Step> {
    if faults.is_empty() { vec![Step::fine(part, why)] } else { faults }
}
