//! A walk over a pool, into a file.

use std::collections::HashSet;
use std::io::Write;

use futures_util::future::try_join_all;
use twinpool_core::change_event::UserRef;
use twinpool_core::listing::PoolList;
use twinpool_core::port::{Answer, Clock, PortError};
use twinpool_core::snapshot::Snapshot;
use twinpool_engine::{Listener, Walk, WalkError, compact, memberships, persist};

use super::csv::{self, Columns};
use super::format::{Format, Head, Tail};
use super::jsonl;

/// Who hears how it goes.
pub(super) trait Progress: Listener {
    /// So many users are written.
    fn written(&self, users: u64);
}

impl Progress for crate::progress::Progress {
    fn written(&self, users: u64) {
        self.show(users, "");
    }
}

/// What to write.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted {
    pub(super) format: Format,
    /// Asks for each user by itself.
    pub(super) mfa: bool,
}

pub(super) enum Form {
    Jsonl,
    Csv(Columns),
}

/// A file, line by line.
pub(super) struct Output<W> {
    pub(super) writer: W,
    pub(super) form: Form,
    pub(super) mfa: bool,
}

/// Why an export stops.
#[derive(Debug, thiserror::Error)]
pub(super) enum ExportError {
    #[error(transparent)]
    Walk(#[from] WalkError),
    #[error("cannot write the file")]
    Write(#[from] std::io::Error),
    #[error("cannot write a user down")]
    Encode(#[from] serde_json::Error),
}

impl From<PortError> for ExportError {
    fn from(error: PortError) -> Self {
        Self::Walk(error.into())
    }
}

/// Writes everybody of the pool once, head and tail included.
pub(super) async fn export<P: PoolList, W: Write>(
    pool: &P,
    writer: W,
    wanted: Wanted,
    clock: &impl Clock,
    progress: &impl Progress,
) -> Result<(Tail, W), ExportError> {
    let started_at = clock.now();
    let shape = persist(|| pool.shape(), progress).await?;
    let form = match wanted.format {
        Format::Jsonl => Form::Jsonl,
        Format::Csv => Form::Csv(Columns::of(&shape)),
    };
    let mut output = Output { writer, form, mfa: wanted.mfa };
    output.begin(&Head { pool: shape.id, started_at, mfa: wanted.mfa })?;
    let groups = memberships(pool, progress).await?;
    let mut seen = HashSet::new();
    let (mut users, mut unreadable) = (0, 0);
    let mut walk = Walk::new(pool, None, progress);
    while let Some(stretch) = walk.next().await? {
        if stretch.is_new_beginning {
            unreadable = 0;
        }
        unreadable += stretch.unreadable as u64;
        let new: Vec<_> = stretch.users.into_iter().filter(|user| seen.insert(compact(&user.sub))).collect();
        for mut user in with_mfa(pool, new, wanted.mfa, progress).await? {
            user.groups = groups.of(&user.sub);
            output.user(&user)?;
            users += 1;
        }
        progress.written(users);
    }
    let tail = Tail { users, unreadable, finished_at: clock.now() };
    output.end(&tail)?;
    Ok((tail, output.writer))
}

/// The users with their second factors, if these are wanted; who was deleted meanwhile is left out.
async fn with_mfa<P: PoolList>(
    pool: &P,
    users: Vec<Snapshot>,
    is_wanted: bool,
    progress: &impl Progress,
) -> Answer<Vec<Snapshot>> {
    if !is_wanted {
        return Ok(users);
    }
    let ask = async |user: Snapshot| {
        let who = UserRef::Username(user.username.clone());
        let answer = persist(|| pool.user(&who), progress).await?;
        let same = answer.filter(|asked| asked.sub == user.sub);
        Ok(same.map(|asked| Snapshot { mfa: asked.mfa, ..user }))
    };
    Ok(try_join_all(users.into_iter().map(ask)).await?.into_iter().flatten().collect())
}

impl<W: Write> Output<W> {
    fn line(&mut self, line: &str) -> Result<(), ExportError> {
        Ok(self.writer.write_all([line, "\n"].concat().as_bytes())?)
    }

    pub(super) fn begin(&mut self, head: &Head) -> Result<(), ExportError> {
        let text = match &self.form {
            Form::Jsonl => jsonl::head(head)?,
            Form::Csv(columns) => format!("{}\n{}", csv::head(head), columns.line()),
        };
        self.line(&text)
    }

    pub(super) fn user(&mut self, user: &Snapshot) -> Result<(), ExportError> {
        let text = match &self.form {
            Form::Jsonl => jsonl::user(user, self.mfa)?,
            Form::Csv(columns) => columns.user(user, self.mfa)?,
        };
        self.line(&text)
    }

    pub(super) fn end(&mut self, tail: &Tail) -> Result<(), ExportError> {
        let text = match &self.form {
            Form::Jsonl => jsonl::tail(tail)?,
            Form::Csv(_) => csv::tail(tail),
        };
        self.line(&text)
    }
}
