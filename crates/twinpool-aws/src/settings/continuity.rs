//! By which ways people of the old pool are let into the new one at its triggers.

use super::{Result, Source, required, unusable};

/// Which of the new pool's triggers let people in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Continuity {
    /// UserMigration, with the check at PreSignUp.
    Migration,
    /// The three triggers of CUSTOM_AUTH.
    Challenges,
    /// All of them.
    All,
}

impl Continuity {
    /// Whether users are made at their first sign-in.
    #[must_use]
    pub fn migrates(self) -> bool {
        matches!(self, Self::Migration | Self::All)
    }

    /// Whether CUSTOM_AUTH is answered.
    #[must_use]
    pub fn challenges(self) -> bool {
        matches!(self, Self::Challenges | Self::All)
    }
}

/// What the functions that let people in are told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContinuitySettings {
    /// Which triggers.
    pub continuity: Continuity,
    /// The app client of the old pool that passwords are checked through.
    pub old_pool_client: String,
    /// From which address codes are sent; `None`: no codes by e-mail.
    pub code_email_from: Option<String>,
    /// Whether codes are sent by text message.
    pub code_sms: bool,
}

impl ContinuitySettings {
    /// Reads the settings. `None`: nobody is let in at the triggers, which is so unless set.
    ///
    /// # Errors
    /// When one is missing or cannot be used.
    pub fn read(source: &impl Source) -> Result<Option<Self>> {
        const KEY: &str = "TWINPOOL_CONTINUITY";
        let continuity = match source.get(KEY).as_deref() {
            None | Some("none") => return Ok(None),
            Some("migration") => Continuity::Migration,
            Some("challenges") => Continuity::Challenges,
            Some("all") => Continuity::All,
            Some(_) => return Err(unusable(KEY, "it should be none, migration, challenges or all")),
        };
        Ok(Some(Self {
            continuity,
            old_pool_client: required(source, "TWINPOOL_OLD_POOL_CLIENT_ID")?,
            code_email_from: source.get("TWINPOOL_CODE_EMAIL_FROM"),
            code_sms: sends_text_messages(source)?,
        }))
    }
}

fn sends_text_messages(source: &impl Source) -> Result<bool> {
    const KEY: &str = "TWINPOOL_CODE_SMS";
    match source.get(KEY).as_deref() {
        None | Some("false") => Ok(false),
        Some("true") => Ok(true),
        Some(_) => Err(unusable(KEY, "it should be true or false")),
    }
}
