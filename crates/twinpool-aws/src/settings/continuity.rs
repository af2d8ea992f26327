//! By which ways people of the old pool are let into the new one at its triggers.

use twinpool_core::id::ClientId;

use super::{CodeSettings, Result, Source, required, unusable};

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
    pub old_pool_client: ClientId,
    /// By which ways codes are sent.
    pub codes: CodeSettings,
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
        Ok(Some(Self { continuity, old_pool_client: client(source)?, codes: CodeSettings::read(source)? }))
    }
}

fn client(source: &impl Source) -> Result<ClientId> {
    const KEY: &str = "TWINPOOL_OLD_POOL_CLIENT_ID";
    let wrong = |_| unusable(KEY, "it should be the id of an app client of the old pool");
    ClientId::parse(required(source, KEY)?).map_err(wrong)
}
