//! What a function is told when it is deployed: read from the environment, once, and nowhere else.

use std::fmt::Display;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use twinpool_core::digest::DigestKey;
use twinpool_core::id::{AttributeName, PoolId};

mod audit_trail;
mod backend;
mod bridge;
#[cfg(feature = "lambda")]
mod chain;
mod claim;
mod continuity;
mod messages;
mod place;
mod resolve;
mod reverse_sync;
mod route;
mod sign_in;
mod sweep;
mod tokens;
mod watch;

pub use audit_trail::AuditTrailSettings;
pub use backend::BackendSettings;
pub use bridge::BridgeSettings;
#[cfg(feature = "lambda")]
pub use chain::{ChainSettings, Former};
pub use claim::user_id_claim;
pub use continuity::{Continuity, ContinuitySettings};
pub use messages::CodeSettings;
pub use place::{NewPlace, NoRole, RoleArn, account_of_queue};
pub use resolve::ResolveSettings;
pub use reverse_sync::{ON_OR_OFF, on_or_off, reverse_sync};
pub use route::{NoClientMap, RouteSettings, client_map};
pub use sign_in::SignInSettings;
pub use sweep::SweepSettings;
pub use tokens::TokenSettings;
pub use watch::{TopicArn, WatchPlaces, WatchSettings};

/// A setting that is missing or cannot be used. Names the key, never the value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// Not set, or empty.
    #[error("{0} is not set: the template sets it, look at the function's environment")]
    Missing(&'static str),
    /// Set to something else than it should be.
    #[error("{key} cannot be used: {problem}")]
    Unusable {
        /// The variable.
        key: &'static str,
        /// What is wrong, without the value.
        problem: String,
    },
}

type Result<T> = std::result::Result<T, SettingsError>;

/// Where settings come from: the environment, or a table in tests.
pub trait Source {
    /// The value of a variable; `None` where it is empty, too.
    fn get(&self, key: &'static str) -> Option<String>;
}

/// The process's environment.
#[derive(Debug, Clone, Copy)]
pub struct Environment;

impl Source for Environment {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the environment")]
    fn get(&self, key: &'static str) -> Option<String> {
        std::env::var(key).ok().filter(|value| !value.is_empty())
    }
}

fn required(source: &impl Source, key: &'static str) -> Result<String> {
    source.get(key).ok_or(SettingsError::Missing(key))
}

fn unusable(key: &'static str, problem: impl Display) -> SettingsError {
    SettingsError::Unusable { key, problem: problem.to_string() }
}

fn or_default<T: FromStr>(source: &impl Source, key: &'static str, default: T, wanted: &str) -> Result<T> {
    match source.get(key) {
        None => Ok(default),
        Some(text) => text.parse().map_err(|_| unusable(key, wanted)),
    }
}

fn pool_id(source: &impl Source, key: &'static str) -> Result<PoolId> {
    PoolId::parse(required(source, key)?).map_err(|problem| unusable(key, problem))
}

/// The pool being left, and the pool being moved to.
fn pools(source: &impl Source) -> Result<(PoolId, PoolId)> {
    const NEW: &str = "TWINPOOL_NEW_POOL_ID";
    let (old, new) = (pool_id(source, "TWINPOOL_OLD_POOL_ID")?, pool_id(source, NEW)?);
    if old == new { Err(unusable(NEW, "it is the old pool")) } else { Ok((old, new)) }
}

/// How long a sign-in may wait: 1 s unless set.
fn deadline(source: &impl Source, key: &'static str) -> Result<Duration> {
    const WANTED: &str = "it should be a number of milliseconds from 1 to 2000";
    let millis: u64 = or_default(source, key, 1_000, WANTED)?;
    let is_fit = (1..=2_000).contains(&millis);
    if is_fit { Ok(Duration::from_millis(millis)) } else { Err(unusable(key, WANTED)) }
}

/// The secret of the digests, which stands in the environment and nowhere else.
///
/// # Errors
/// When it is not set, or too short.
pub fn digest_key(source: &impl Source) -> Result<DigestKey> {
    const KEY: &str = "TWINPOOL_DIGEST_KEY";
    DigestKey::new(required(source, KEY)?.as_bytes()).map_err(|problem| unusable(KEY, problem))
}

/// What the capture function is told.
#[derive(Debug, Clone)]
pub struct CaptureSettings {
    /// The queue of change events.
    pub queue_url: String,
    /// For the digests.
    pub key: DigestKey,
}

impl CaptureSettings {
    /// Reads the settings.
    ///
    /// # Errors
    /// When one is missing or cannot be used.
    pub fn read(source: &impl Source) -> Result<Self> {
        Ok(Self { queue_url: required(source, "TWINPOOL_QUEUE_URL")?, key: digest_key(source)? })
    }

    /// The app client of the old pool by which twinpool itself asks about passwords, where there is one.
    #[must_use]
    pub fn own_client(source: &impl Source) -> Option<String> {
        source.get("TWINPOOL_OWN_CLIENT_ID")
    }

    /// How long the capture may keep a sign-in waiting: 1 s unless set. Cognito itself waits 5 s (F§2), and the start of a
    /// function counts.
    ///
    /// # Errors
    /// When it is not a number of milliseconds from 1 to 2000.
    pub fn deadline(source: &impl Source) -> Result<Duration> {
        deadline(source, "TWINPOOL_DEADLINE_MS")
    }
}

/// What the mirror function is told.
#[derive(Debug, Clone)]
pub struct MirrorSettings {
    /// The pool being left.
    pub old_pool: PoolId,
    /// Where the old pool answers, if not where AWS has it: a local stand-in.
    pub old_pool_endpoint: Option<String>,
    /// The pool being moved to.
    pub new_pool: PoolId,
    /// Where the new pool answers, if not where AWS has it: a local stand-in.
    pub new_pool_endpoint: Option<String>,
    /// Where that is, if not where the stack is.
    pub new_place: NewPlace,
    /// The table of links.
    pub links_table: String,
    /// The queue of change events.
    pub queue_url: String,
    /// For the digests.
    pub key: DigestKey,
    /// The attribute of the new pool that proves whose user a user is.
    pub marker: AttributeName,
    /// How many mirrors run at most: they share the budget.
    pub max_concurrency: NonZeroU32,
    /// The share of Cognito's quotas that twinpool may take, in percent.
    pub quota_percent: u8,
    /// Whether the old pool may be written too, where people use both.
    pub reverse_sync: bool,
}

impl MirrorSettings {
    /// Reads the settings.
    ///
    /// # Errors
    /// When one is missing or cannot be used.
    pub fn read(source: &impl Source) -> Result<Self> {
        let (old_pool, new_pool) = pools(source)?;
        const MARKER: &str = "TWINPOOL_MARKER_ATTRIBUTE";
        let marker = source.get(MARKER).unwrap_or_else(|| "custom:twinpool".to_owned());
        let marker = AttributeName::parse(marker).map_err(|problem| unusable(MARKER, problem))?;
        if !marker.as_str().starts_with("custom:") {
            return Err(unusable(MARKER, "it should start with custom:"));
        }
        const PERCENT: &str = "TWINPOOL_QUOTA_PERCENT";
        let wanted = "it should be a whole number from 1 to 100";
        let quota_percent = or_default(source, PERCENT, 50, wanted)?;
        if !(1..=100).contains(&quota_percent) {
            return Err(unusable(PERCENT, wanted));
        }
        let two = NonZeroU32::MIN.saturating_add(1);
        Ok(Self {
            old_pool,
            old_pool_endpoint: source.get("TWINPOOL_OLD_POOL_ENDPOINT_URL"),
            new_pool,
            new_pool_endpoint: source.get("TWINPOOL_NEW_POOL_ENDPOINT_URL"),
            new_place: NewPlace::read(source)?,
            links_table: required(source, "TWINPOOL_LINKS_TABLE")?,
            queue_url: required(source, "TWINPOOL_QUEUE_URL")?,
            key: digest_key(source)?,
            marker,
            max_concurrency: or_default(
                source,
                "TWINPOOL_MAX_CONCURRENCY",
                two,
                "it should be a whole number above 0",
            )?,
            quota_percent,
            reverse_sync: reverse_sync(source)?,
        })
    }
}

/// Where the rules are that a function works by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RulesFile {
    /// The file.
    pub path: PathBuf,
    /// Whether it has to be there. What `twinpool package` puts beside the code need not: without it everything travels as
    /// it is.
    pub is_required: bool,
}

impl RulesFile {
    /// `TWINPOOL_RULES_FILE`, or `twinpool.toml` beside the function's code. `None` where there is neither: outside of
    /// Lambda.
    #[must_use]
    pub fn find(source: &impl Source) -> Option<Self> {
        if let Some(path) = source.get("TWINPOOL_RULES_FILE") {
            return Some(Self { path: path.into(), is_required: true });
        }
        let folder = source.get("LAMBDA_TASK_ROOT")?;
        Some(Self { path: PathBuf::from(folder).join("twinpool.toml"), is_required: false })
    }
}

#[cfg(test)]
mod tests;
