//! `twinpool import`: carries over whoever is in an exported file and not in the new pool yet.

use std::fs::File;
use std::io::BufReader;
use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;
use twinpool_core::id::PoolId;
use twinpool_core::run::RunKind;

use crate::Outcome;
use crate::carry::{self, Carrying};
use crate::export::{ExportReader, Head};
use crate::failure::Misuse;
use crate::options;
use crate::progress::Progress;

mod check;
mod source;
mod told;

use check::{Checked, check};
use source::FileSource;

/// From which file, whom to carry over, and how.
#[derive(Debug, Args)]
#[command(after_help = options::WHERE)]
pub(crate) struct Arguments {
    /// A file of `twinpool export`, of the old pool.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Leaves out lines that cannot be read, and names them; otherwise nothing is done where one cannot.
    #[arg(long)]
    skip_broken: bool,
    #[command(flatten)]
    carrying: Carrying,
}

impl Arguments {
    fn open(&self) -> anyhow::Result<ExportReader<BufReader<File>>> {
        let failed = || format!("cannot import {}", self.file.display());
        let file = File::open(&self.file).with_context(failed)?;
        ExportReader::open(BufReader::new(file)).with_context(failed)
    }

    fn source(&self, checked: &Checked) -> anyhow::Result<FileSource<BufReader<File>>> {
        let reader = self.open()?;
        if reader.head() != &checked.head {
            anyhow::bail!("{} was replaced while it was read: say it again", self.file.display());
        }
        Ok(FileSource::new(reader, self.skip_broken))
    }
}

/// Refuses users of another pool than the old one.
fn right_pool(head: &Head, old: &PoolId) -> Result<(), Misuse> {
    if head.pool == *old {
        return Ok(());
    }
    Err(Misuse(format!(
        "the file is of the pool {}, and the old pool is {old}: name a file that was exported from the old pool, or correct \
         --old-pool / TWINPOOL_OLD_POOL_ID",
        head.pool
    )))
}

pub(crate) async fn run(arguments: &Arguments) -> Outcome {
    let carrying = &arguments.carrying;
    // Before any call, and to its end: a file that is not whole is said before anybody is made.
    let reader = arguments.open()?;
    let [old, _] = carrying.bulk.pools.ids();
    right_pool(reader.head(), old)?;
    let checked = check(reader, arguments.skip_broken)
        .with_context(|| format!("cannot import {}", arguments.file.display()))?;
    let connected = carrying.bulk.connect().await?;
    if let Some(refused) = carrying.refused(&connected).await? {
        return Ok(refused);
    }
    let progress = Progress::new(carrying.total(checked.users));
    if let Some(text) = told::broken_lines(&checked) {
        progress.say(&text);
    }
    if carrying.consent.dry_run {
        return carrying.survey(&connected, arguments.source(&checked)?, &progress).await;
    }
    let intent = told::intent(&checked, connected.engine.list_tells_all(), carrying.bulk.percent);
    if let Some(declined) = carrying.declined(&intent)? {
        return Ok(declined);
    }
    let scope = told::scope(&carrying.selection(), &checked);
    let mut keeper = carrying.keeper(&connected, RunKind::Import, scope).await?;
    progress.say(&carry::beginning(&keeper.run));
    carry::groups(&connected, &checked.groups, &mut keeper, &progress).await?;
    let source = arguments.source(&checked)?.after(keeper.run.place.as_ref());
    let report = carrying.carry(&connected, source, keeper, &progress).await?;
    Ok(carry::report(&report, Some(told::ending(&checked)), carrying.json))
}

#[cfg(test)]
mod tests;
