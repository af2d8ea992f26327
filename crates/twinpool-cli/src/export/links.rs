//! `twinpool export links`: who is who, for the application's own database. Subs and user ids, and nothing else of anybody.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use serde_json::json;
use twinpool_core::account::{Account, IdReader};
use twinpool_core::id::{NewSub, OldSub, UserId};
use twinpool_core::link::{Link, LinkState};
use twinpool_core::port::{LinkScan, PortError};

use super::file::{self, Unfinished};
use crate::options::{self, Table};
use crate::show::{count, state};
use crate::{Exit, Outcome};

mod sql;

/// So many user ids are asked for at once.
const AT_ONCE: usize = 1_000;

/// Into which files.
#[derive(Debug, Args)]
#[command(after_help = options::WHERE)]
pub(crate) struct Arguments {
    /// One JSON object a line: user_id, old_sub, new_sub, state.
    #[arg(long, value_name = "FILE", required_unless_present = "sql")]
    to: Option<PathBuf>,
    /// The same as a table `twinpool_users`, in SQL that every database reads.
    #[arg(long, value_name = "FILE")]
    sql: Option<PathBuf>,
    /// Replaces files that are there.
    #[arg(long)]
    force: bool,
    /// For programs: one JSON object.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    table: Table,
}

/// One user of one pool, or of both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) user_id: UserId,
    pub(crate) old_sub: Option<OldSub>,
    pub(crate) new_sub: Option<NewSub>,
    /// `linked`, `pending`, `conflict`, `tombstone`, `merged`; of accounts that are nobody's pair `born` or `further`.
    pub(crate) state: &'static str,
}

/// What was written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Written {
    pub(crate) rows: u64,
    /// Items of the table that could not be read, and stand in no file.
    pub(crate) unreadable: usize,
}

/// Why not everything was written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LinksError {
    /// The table did not answer.
    #[error("the table of links could not be read")]
    Table(#[source] PortError),
    /// The file could not be written.
    #[error("the file could not be written")]
    File(#[from] io::Error),
}

/// The files, which stand under their names only when they are whole.
#[derive(Debug)]
pub(crate) struct Files {
    jsonl: Option<Unfinished>,
    sql: Option<Unfinished>,
}

impl Files {
    /// Begins them, before anything else is done.
    pub(crate) fn begin(jsonl: Option<&Path>, sql: Option<&Path>, may_replace: bool) -> anyhow::Result<Self> {
        let begin = |path: Option<&Path>| path.map(|path| Unfinished::begin_anywhere(path, may_replace));
        Ok(Self { jsonl: begin(jsonl).transpose()?, sql: begin(sql).transpose()? })
    }

    /// Begins them anew, over what this command wrote under these names before.
    pub(crate) fn begin_again(jsonl: Option<&Path>, sql: Option<&Path>) -> anyhow::Result<Self> {
        let begin = |path: Option<&Path>, is_ours: fn(&str) -> bool| {
            path.map(|path| Unfinished::begin_anywhere(path, file::begins(path, is_ours)))
        };
        Ok(Self { jsonl: begin(jsonl, is_row).transpose()?, sql: begin(sql, sql::is_head).transpose()? })
    }

    /// Writes them: a walk over the table for each.
    pub(crate) async fn write(mut self, links: &(impl LinkScan + IdReader)) -> anyhow::Result<Written> {
        let mut written = Written::default();
        if let Some(file) = &mut self.jsonl {
            written = jsonl(links, file).await?;
        }
        if let Some(file) = &mut self.sql {
            written = sql(links, file).await?;
        }
        for file in [self.jsonl, self.sql].into_iter().flatten() {
            file.finish().context("the links were read, and the file cannot be put in its place")?;
        }
        Ok(written)
    }
}

pub(crate) async fn run(arguments: &Arguments) -> Outcome {
    let files = Files::begin(arguments.to.as_deref(), arguments.sql.as_deref(), arguments.force)?;
    let config = options::aws().await?;
    let links = arguments.table.connect(&config);
    let written = files.write(&links).await.map_err(|error| arguments.problem(error))?;
    let exit = if written.unreadable > 0 { Exit::Warned } else { Exit::Done };
    Ok((arguments.told(written), exit))
}

impl Arguments {
    fn problem(&self, error: anyhow::Error) -> anyhow::Error {
        match error.downcast() {
            Ok(LinksError::Table(error)) => self.table.problem(error),
            Ok(other) => other.into(),
            Err(error) => error,
        }
    }

    fn told(&self, written: Written) -> String {
        if self.json {
            let all = json!({ "rows": written.rows, "unreadable": written.unreadable });
            return format!("{all:#}\n");
        }
        let rows = usize::try_from(written.rows).unwrap_or(usize::MAX);
        let mut out = format!("{} of the table {}\n", count(rows, "row"), self.table.table);
        if written.unreadable > 0 {
            let items = count(written.unreadable, "item");
            out +=
                &format!("not in it: {items} that cannot be read: damaged, or written by a newer twinpool\n");
        }
        out
    }
}

/// Writes a line for each row.
///
/// # Errors
/// When the table does not answer, or the file cannot be written: what is written then is a part.
pub(crate) async fn jsonl(
    links: &(impl LinkScan + IdReader),
    out: &mut impl Write,
) -> Result<Written, LinksError> {
    each(links, |row| {
        let line = json!({
            "user_id": row.user_id.as_str(),
            "old_sub": row.old_sub.as_ref().map(OldSub::as_str),
            "new_sub": row.new_sub.as_ref().map(NewSub::as_str),
            "state": row.state,
        });
        writeln!(out, "{line}")
    })
    .await
}

/// Writes the table `twinpool_users`.
///
/// # Errors
/// As [`jsonl`].
pub(crate) async fn sql(
    links: &(impl LinkScan + IdReader),
    out: &mut impl Write,
) -> Result<Written, LinksError> {
    let mut script = sql::Script::begin(out)?;
    let written = each(links, |row| script.row(row)).await?;
    script.end(written.rows)?;
    Ok(written)
}

/// Walks over the table, and gives each row once. Whose user id is another's is asked for at the end: these are few.
async fn each(
    links: &(impl LinkScan + IdReader),
    mut write: impl FnMut(&Row) -> io::Result<()>,
) -> Result<Written, LinksError> {
    let (mut written, mut others, mut place) = (Written::default(), Vec::new(), None);
    loop {
        let page = links.page(place.as_ref()).await.map_err(LinksError::Table)?;
        written.unreadable += page.unreadable;
        for link in &page.links {
            let row = of_link(link);
            match link.state {
                LinkState::Merged { .. } => others.push((Account::from(&link.old_sub), row)),
                _ => {
                    write(&row)?;
                    written.rows += 1;
                }
            }
        }
        for apart in page.apart {
            let state = if apart.of.is_some() { "further" } else { "born" };
            let account = Account::from(&apart.new_sub);
            let row = Row { user_id: apart.user_id, old_sub: None, new_sub: Some(apart.new_sub), state };
            match apart.of {
                Some(_) => others.push((account, row)),
                None => {
                    write(&row)?;
                    written.rows += 1;
                }
            }
        }
        place = page.next;
        if place.is_none() {
            break;
        }
    }
    for some in others.chunks(AT_ONCE) {
        let accounts: Vec<_> = some.iter().map(|(account, _)| account.clone()).collect();
        let ids = links.user_ids(&accounts).await.map_err(LinksError::Table)?;
        for ((_, row), id) in some.iter().zip(ids) {
            write(&Row { user_id: id.unwrap_or_else(|| row.user_id.clone()), ..row.clone() })?;
            written.rows += 1;
        }
    }
    Ok(written)
}

/// Whether a line is one of an export.
fn is_row(line: &str) -> bool {
    let row: Option<serde_json::Map<String, serde_json::Value>> = serde_json::from_str(line).ok();
    row.is_some_and(|row| {
        ["user_id", "old_sub", "new_sub", "state"].iter().all(|name| row.contains_key(*name))
    })
}

fn of_link(link: &Link) -> Row {
    Row {
        user_id: link.user_id.clone(),
        old_sub: Some(link.old_sub.clone()),
        new_sub: link.counterpart().cloned(),
        state: state(link),
    }
}

#[cfg(test)]
mod tests;
