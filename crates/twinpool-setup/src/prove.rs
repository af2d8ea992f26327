//! One update of a pool, proved: nothing is sent if somebody else was faster, and nothing stays that was not meant.

use std::fmt;

use twinpool_core::port::{Answer, Class, PortError};

use crate::port::{Json, PoolSettings, Saved};
use crate::self_test::SelfTestFailure;
use crate::settings::{self, Change, Unsendable, difference, is_setting, paths};
use crate::triggers::normal;

/// All that is known of the settings of a pool.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Seen {
    pub(crate) description: Json,
    pub(crate) mfa: Json,
}

impl Seen {
    /// What differs, second factors under `MFA`.
    pub(crate) fn difference(&self, after: &Self) -> Vec<Change> {
        let plain = |description: &Json| settings::with_one_validity(&normal(description));
        let mut changes = difference(&plain(&self.description), &plain(&after.description));
        let factors = difference(&self.mfa, &after.mfa);
        changes.extend(factors.into_iter().map(|it| Change { path: format!("MFA.{}", it.path), ..it }));
        changes
    }

    /// The settings that differ.
    pub(crate) fn settings(&self, after: &Self) -> Vec<String> {
        let mut differing = paths(&self.difference(after));
        differing.retain(|path| is_setting(path));
        differing
    }
}

impl From<&Saved> for Seen {
    fn from(saved: &Saved) -> Self {
        Self { description: saved.description.clone(), mfa: saved.mfa.clone() }
    }
}

pub(crate) async fn look<P: PoolSettings>(pool: &P) -> Answer<Seen> {
    Ok(Seen { description: pool.describe().await?, mfa: pool.mfa().await? })
}

/// Why the former state was put back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Because {
    /// The update changed more than the triggers: these settings.
    Changed(Vec<String>),
    /// The function would have failed the sign-ins.
    SelfTest(SelfTestFailure),
}

impl fmt::Display for Because {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Changed(paths) => {
                write!(f, "more than the triggers changed with the update: {}", paths.join(", "))
            }
            Self::SelfTest(failure) => write!(f, "{failure}"),
        }
    }
}

/// What went wrong while a plan was carried out. Each says what the pool is like now.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// A call before the update failed.
    #[error("the pool was not changed: {0}")]
    Port(#[from] PortError),
    /// The description cannot be sent back.
    #[error("the pool was not changed: {0}")]
    Unsendable(#[from] Unsendable),
    /// Somebody else changed the pool after the plan was made.
    #[error("twinpool did not change the pool, because somebody else just did ({}): look at the new plan", .0.join(", "))]
    ChangedMeanwhile(Vec<String>),
    /// The function would fail the sign-ins, and was not attached.
    #[error("the pool was not changed: {0}")]
    SelfTest(SelfTestFailure),
    /// The update was refused, and the pool is as it was.
    #[error("the pool was not changed: {source}; {}", remedy(.source))]
    Refused {
        /// What AWS said.
        source: PortError,
    },
    /// Nobody knows whether the update was carried out.
    #[error(
        "whether the pool was changed is not known: {source}; run the same command again: it looks first"
    )]
    Unproved {
        /// What failed.
        source: PortError,
    },
    /// The former state was put back, and that is proved.
    #[error("the pool is as it was before: {because}")]
    PutBack {
        /// Why.
        because: Because,
    },
    /// The former state could not be put back whole.
    #[error("{because}; and {}; compare with the saved description, and set it by hand", remaining(.left, .source.as_ref()))]
    NotPutBack {
        /// Why it was tried.
        because: Because,
        /// The settings that are not what they were; empty where the pool could not be described.
        left: Vec<String>,
        /// The call that failed last, if one did.
        source: Option<PortError>,
    },
    /// The pool is attached, as it was before this command, and the function fails it.
    #[error("what is attached fails its test: {0}")]
    Failing(SelfTestFailure),
    /// All is done but what stands here; the same command again does it.
    #[error("the triggers of the pool are as planned, but {0}; run the same command again")]
    Unfinished(PortError),
}

/// What of the former state is missing, as far as it is known.
fn remaining(left: &[String], source: Option<&PortError>) -> String {
    let failed = source.map(|source| source.to_string());
    if left.is_empty() {
        let why = failed.map(|failed| format!(": {failed}")).unwrap_or_default();
        return format!("the former state could not be put back, as far as is known{why}");
    }
    let why = failed.map(|failed| format!(" ({failed})")).unwrap_or_default();
    format!("this could not be put back: {}{why}", left.join(", "))
}

fn remedy(source: &PortError) -> &'static str {
    if source.class == Class::Denied {
        // To send a setting back takes the right to set it.
        return "your credentials need cognito-idp:UpdateUserPool, iam:PassRole on the role in SmsConfiguration, and kms:CreateGrant \
                on the key of custom senders";
    }
    match source.code.as_str() {
        "ConcurrentModificationException" => "somebody else is changing the pool: run the same command again",
        "UserImportInProgressException" => "an import job runs: wait until it is done",
        "InvalidParameterException" => {
            "AWS does not take the settings back as it describes them: try to save any setting in the console, and see what it says"
        }
        _ => "run the same command again",
    }
}

/// What to do with settings that changed since a run that did not finish: the run may have done it, or the owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unfinished {
    /// The owner changed them: they stay.
    Keep,
    /// They are put back.
    PutBack,
}

/// A step from one state of a pool to another.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Step {
    pub(crate) before: Seen,
    pub(crate) after: Seen,
}

/// How a step went.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Proof {
    /// Whether anything was sent.
    pub(crate) did_update: bool,
    /// What moved meanwhile, and is no setting.
    pub(crate) noticed: Vec<String>,
}

impl Step {
    /// Takes the step, if the pool is where it begins, and proves it.
    pub(crate) async fn take<P: PoolSettings>(&self, pool: &P) -> Result<Proof, Trouble> {
        let body = settings::update_body(&self.after.description)?;
        let now = look(pool).await?;
        if now.settings(&self.after).is_empty() {
            return Ok(Proof::default());
        }
        let moved = now.settings(&self.before);
        if !moved.is_empty() {
            return Err(Trouble::ChangedMeanwhile(moved));
        }
        let now = self.update(pool, &body, now).await?;
        let now = self.factors(pool, now).await?;
        let wrong = self.after.settings(&now);
        if !wrong.is_empty() {
            return Err(self.back(pool, Because::Changed(wrong)).await);
        }
        let noticed = paths(&self.after.difference(&now));
        Ok(Proof { did_update: true, noticed })
    }

    /// Sends the update, and says what the pool is like afterwards.
    async fn update<P: PoolSettings>(&self, pool: &P, body: &Json, now: Seen) -> Result<Seen, Trouble> {
        if difference(&now.description, &self.after.description).iter().all(|it| !is_setting(&it.path)) {
            return Ok(now);
        }
        let sent = pool.update(body).await;
        let seen = look(pool).await;
        let (source, now) = match (sent, seen) {
            (Ok(()), Ok(now)) => return Ok(now),
            (Err(source), Ok(now)) => (source, now),
            (Err(source), Err(_)) | (Ok(()), Err(source)) => return Err(Trouble::Unproved { source }),
        };
        // An update whose answer was lost: the pool itself decides.
        let moved = self.before.settings(&now);
        let (meant, missing) = (self.before.settings(&self.after), now.settings(&self.after));
        if !moved.is_empty() && !meant.iter().any(|path| missing.contains(path)) {
            return Ok(now);
        }
        Err(match source.class {
            // Nobody said no: it may still be on its way.
            Class::Unavailable | Class::Unreadable => Trouble::Unproved { source },
            _ if moved.is_empty() => Trouble::Refused { source },
            _ => Trouble::ChangedMeanwhile(moved),
        })
    }

    /// Sets the second factors again if the update changed them (F§6, trap 5).
    async fn factors<P: PoolSettings>(&self, pool: &P, now: Seen) -> Result<Seen, Trouble> {
        if difference(&now.mfa, &self.after.mfa).is_empty() {
            return Ok(now);
        }
        // Whether it worked, the next look says.
        let set = pool.set_mfa(&self.after.mfa).await;
        match look(pool).await {
            Ok(now) => Ok(now),
            Err(source) => Err(Trouble::Unproved { source: set.err().unwrap_or(source) }),
        }
    }

    /// Puts the former state back.
    pub(crate) async fn back<P: PoolSettings>(&self, pool: &P, because: Because) -> Trouble {
        let (mut source, mut left) = (None, Vec::new());
        for _ in 0..3 {
            match self.once_back(pool).await {
                Ok(differing) if differing.is_empty() => return Trouble::PutBack { because },
                Ok(differing) => left = differing,
                Err(Trouble::Port(error)) => source = Some(error),
                Err(_) => {}
            }
        }
        Trouble::NotPutBack { because, left, source }
    }

    async fn once_back<P: PoolSettings>(&self, pool: &P) -> Result<Vec<String>, Trouble> {
        let body = settings::update_body(&self.before.description)?;
        pool.update(&body).await?;
        let now = look(pool).await?;
        if !difference(&now.mfa, &self.before.mfa).is_empty() {
            pool.set_mfa(&self.before.mfa).await?;
        }
        Ok(self.before.settings(&look(pool).await?))
    }
}
