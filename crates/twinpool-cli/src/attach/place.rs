//! What attaching and detaching reach, and what to say when it does not answer.

use std::path::PathBuf;

use serde_json::{Value, json};
use twinpool_aws::client::Patience;
use twinpool_aws::dynamodb::Links;
use twinpool_aws::setup::{CognitoSettings, LambdaFunctions};
use twinpool_core::id::PoolId;
use twinpool_core::port::PortError;
use twinpool_setup::archive::Both;
use twinpool_setup::guest::Guest;
use twinpool_setup::port::FunctionArn;
use twinpool_setup::settings::Change;
use twinpool_setup::{Ports, Trouble};

use super::asked::Asked;
use super::file::SavedFile;
use crate::bound::right_pools;
use crate::failure::{Misuse, unusable};
use crate::options::{self, Table};
use crate::place;

/// Which pool, which function, and where the former state is kept.
pub(crate) struct Place {
    pub(crate) guest: Guest,
    pub(crate) pool: PoolId,
    pub(crate) function: FunctionArn,
    old_pool_endpoint: Option<String>,
    new_place: place::Place,
    table: Table,
    save: Option<PathBuf>,
}

/// All of it, connected.
pub(crate) struct Reached {
    pub(crate) pool: CognitoSettings,
    functions: LambdaFunctions,
    archive: Both<SavedFile, Links>,
}

impl Reached {
    pub(crate) fn ports(&self) -> Ports<'_, CognitoSettings, LambdaFunctions, Both<SavedFile, Links>> {
        Ports { pool: &self.pool, functions: &self.functions, archive: &self.archive }
    }
}

impl Place {
    /// Of a stack. A sign-in function is where its pool is.
    pub(crate) fn of(
        guest: Guest,
        pool: PoolId,
        old_pool_endpoint: Option<String>,
        function: FunctionArn,
        table: String,
    ) -> Self {
        let table = Table { table };
        Self {
            guest,
            pool,
            function,
            old_pool_endpoint,
            new_place: place::Place::default(),
            table,
            save: None,
        }
    }

    /// As it was asked for; or what is missing.
    pub(super) fn asked(asked: &Asked) -> Result<Self, Misuse> {
        let guest = asked.guest();
        let (pool, function) = asked.pool_and_function();
        let missing = || Misuse(format!("missing: {}", asked.lacking().join(", ")));
        Ok(Self {
            guest,
            pool: pool.cloned().ok_or_else(missing)?,
            function: function.cloned().ok_or_else(missing)?,
            old_pool_endpoint: asked.old_pool_endpoint.clone(),
            new_place: asked.new_place.clone(),
            table: Table { table: asked.table.clone().ok_or_else(missing)? },
            save: asked.save.clone(),
        })
    }

    pub(crate) fn file(&self) -> SavedFile {
        SavedFile::at(self.save.as_deref(), &self.pool)
    }

    /// `twinpool attach` and `twinpool detach`, of this pool.
    pub(crate) fn command(&self, word: &str) -> String {
        match self.guest {
            Guest::Capture => format!("twinpool {word}"),
            Guest::SignIn => format!("twinpool {word} --pool new"),
        }
    }

    pub(crate) fn table(&self) -> &str {
        &self.table.table
    }

    /// Refuses a pool that is not that of the table.
    pub(crate) async fn reach(&self) -> anyhow::Result<Reached> {
        let config = options::aws().await?;
        let links = self.table.connect(&config);
        let (old, new) = match self.guest {
            Guest::Capture => (Some(&self.pool), None),
            Guest::SignIn => (None, Some(&self.pool)),
        };
        right_pools(&links, &self.table.table, old, new).await?;
        let pool = match self.guest {
            Guest::Capture => {
                CognitoSettings::connect(&config, self.old_pool_endpoint.clone(), self.pool.clone())
            }
            Guest::SignIn => {
                let config = self.new_place.config(&config, &self.pool, Patience::MIRROR).await?;
                CognitoSettings::connect(&config, None, self.pool.clone())
            }
        };
        let functions = LambdaFunctions::connect(&config);
        let problem = |error| self.problem(error);
        Ok(Reached {
            pool: pool.map_err(problem)?,
            functions: functions.map_err(problem)?,
            archive: Both(self.file(), links),
        })
    }

    /// What to say when a call before any change fails.
    pub(crate) fn problem(&self, error: PortError) -> anyhow::Error {
        let file = || self.file().path().display().to_string();
        match (error.operation, error.code.as_str()) {
            ("DescribeUserPool" | "GetUserPoolMfaConfig", "InexactNumber") => anyhow::anyhow!(
                "a number in the settings of {} cannot be sent back as it is: the pool is not touched; put the triggers in by hand, in the console",
                self.pool
            ),
            ("DescribeUserPool" | "GetUserPoolMfaConfig" | "AssumeRole", _) => match self.guest {
                Guest::Capture => options::old_pool_problem(&self.pool, error),
                Guest::SignIn => options::new_pool_problem(&self.pool, error),
            },
            ("GetFunctionConfiguration" | "GetPolicy" | "AddPermission" | "Invoke", _) => {
                let what = format!("a function ({} or one that it replaces)", self.function);
                let named_by = match self.guest {
                    Guest::Capture => "--capture-arn / TWINPOOL_CAPTURE_ARN",
                    Guest::SignIn => "--sign-in-arn / TWINPOOL_SIGN_IN_ARN",
                };
                unusable(&what, named_by, error)
            }
            ("GetItem" | "PutItem" | "DeleteItem", _) => self.table.problem(error),
            ("ReadFile", "NotOfTwinpool" | "OfAnotherPool") => {
                anyhow::anyhow!(
                    "the file {} does not hold the former settings of {}: name another with --save",
                    file(),
                    self.pool
                )
            }
            ("ReadFile" | "SaveFile" | "RenameFile", why) => {
                anyhow::anyhow!("cannot use the file {} ({why}): name another with --save", file())
            }
            _ => anyhow::Error::new(error),
        }
    }

    /// What to say when carrying out ended otherwise than planned.
    pub(crate) fn trouble(&self, trouble: &Trouble, reached: &Reached) -> anyhow::Error {
        if let Trouble::Port(error) = trouble {
            return self.problem(error.clone()).context("the pool was not changed");
        }
        let said = reached.pool.last_refusal().map(|said| format!(". AWS says: {said}")).unwrap_or_default();
        let kept = match trouble {
            Trouble::NotPutBack { .. } | Trouble::Unproved { .. } => format!(
                "\nThe former settings stand in {} and in the table {}.",
                self.file().path().display(),
                self.table()
            ),
            _ => String::new(),
        };
        anyhow::anyhow!("{trouble}{said}{kept}")
    }
}

/// The exact difference, for people.
pub(crate) fn difference(changes: &[Change]) -> String {
    let side = |value: &Option<Value>| match value {
        None => "nothing".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    };
    let one = |change: &Change| {
        format!("  {}\n    - {}\n    + {}\n", change.path, side(&change.before), side(&change.after))
    };
    changes.iter().map(one).collect()
}

/// The same, for programs.
pub(crate) fn difference_json(changes: &[Change]) -> Value {
    let one =
        |change: &Change| json!({ "setting": change.path, "before": change.before, "after": change.after });
    changes.iter().map(one).collect()
}
