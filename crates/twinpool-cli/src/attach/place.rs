//! What attaching and detaching reach, and what to say when it does not answer.

use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};
use twinpool_aws::dynamodb::Links;
use twinpool_aws::setup::{CognitoSettings, LambdaFunctions};
use twinpool_core::id::PoolId;
use twinpool_core::port::PortError;
use twinpool_setup::archive::Both;
use twinpool_setup::port::FunctionArn;
use twinpool_setup::settings::Change;
use twinpool_setup::{Ports, Trouble};

use super::file::SavedFile;
use crate::bound::right_pools;
use crate::failure::unusable;
use crate::options::{self, Table};

/// Which pool, which function, and where the former state is kept.
#[derive(Debug, Args)]
pub(crate) struct Place {
    /// The pool being left.
    #[arg(long, env = "TWINPOOL_OLD_POOL_ID", hide_env_values = true, value_name = "ID", value_parser = options::a_pool)]
    pub(crate) old_pool: PoolId,
    /// Where the old pool answers, if not where AWS has it: a local stand-in.
    #[arg(long, env = "TWINPOOL_OLD_POOL_ENDPOINT_URL", hide_env_values = true, value_name = "URL")]
    old_pool_endpoint: Option<String>,
    /// The function that hears what happens: the stack's output `CaptureArn`.
    #[arg(long, env = "TWINPOOL_CAPTURE_ARN", hide_env_values = true, value_name = "ARN",
          value_parser = |text: &str| FunctionArn::parse(text.trim()))]
    pub(crate) capture_arn: FunctionArn,
    #[command(flatten)]
    table: Table,
    /// The file of the former settings [default: twinpool-<pool>-before-attach.json]
    #[arg(long, value_name = "FILE")]
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
    /// Of a stack.
    pub(crate) fn of(
        old_pool: PoolId,
        old_pool_endpoint: Option<String>,
        capture_arn: FunctionArn,
        table: String,
    ) -> Self {
        Self { old_pool, old_pool_endpoint, capture_arn, table: Table { table }, save: None }
    }

    pub(crate) fn file(&self) -> SavedFile {
        SavedFile::at(self.save.as_deref(), &self.old_pool)
    }

    pub(crate) fn table(&self) -> &str {
        &self.table.table
    }

    /// Refuses a pool that is not that of the table.
    pub(crate) async fn reach(&self) -> anyhow::Result<Reached> {
        let config = options::aws().await?;
        let links = self.table.connect(&config);
        right_pools(&links, &self.table.table, Some(&self.old_pool), None).await?;
        let endpoint = self.old_pool_endpoint.clone();
        let pool = CognitoSettings::connect(&config, endpoint, self.old_pool.clone());
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
                self.old_pool
            ),
            ("DescribeUserPool" | "GetUserPoolMfaConfig", _) => {
                options::old_pool_problem(&self.old_pool, error)
            }
            ("GetFunctionConfiguration" | "GetPolicy" | "AddPermission" | "Invoke", _) => {
                let what = format!("a function ({} or one that it replaces)", self.capture_arn);
                unusable(&what, "--capture-arn / TWINPOOL_CAPTURE_ARN", error)
            }
            ("GetItem" | "PutItem" | "DeleteItem", _) => self.table.problem(error),
            ("ReadFile", "NotOfTwinpool" | "OfAnotherPool") => {
                anyhow::anyhow!(
                    "the file {} does not hold the former settings of {}: name another with --save",
                    file(),
                    self.old_pool
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
