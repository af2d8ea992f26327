//! Rows as lines of JSON: a file for whoever asked for one, and beside it a journal of those who were read, so that an
//! interrupted run need not read them again. Subs and names, and no values; for their owner alone.

use std::fs::{File, OpenOptions, Permissions};
use std::io::{self, BufRead as _, BufReader, BufWriter, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use serde::{Deserialize, Serialize};
use twinpool_core::id::{NewSub, OldSub, Timestamp};
use twinpool_engine::{Finding, Marked, Row, Verdict, What, Why};

use crate::failure::Misuse;
use crate::options::Pools;

/// For which pools and rules a journal was written, and when its run began.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Head {
    old_pool: String,
    new_pool: String,
    rules: String,
    /// In milliseconds since 1970. Journals of older versions do not say it.
    #[serde(default)]
    begun: Option<u64>,
}

impl Head {
    pub(super) fn of(pools: &Pools, rules: &str, begun: Timestamp) -> Self {
        let [old, new] = pools.ids();
        let (old_pool, new_pool) = (old.to_string(), new.to_string());
        Self { old_pool, new_pool, rules: rules.to_owned(), begun: Some(begun.0) }
    }
}

/// A row as it is written.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Line {
    #[serde(skip_serializing_if = "Option::is_none")]
    old_sub: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    new_sub: Option<String>,
    verdict: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    findings: Vec<Found>,
    #[serde(skip_serializing_if = "Option::is_none")]
    marker: Option<String>,
    read: bool,
}

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Found {
    what: String,
    why: String,
}

impl From<&Row> for Line {
    fn from(row: &Row) -> Self {
        let found =
            |finding: &Finding| Found { what: finding.what.to_string(), why: finding.why.code().to_owned() };
        Self {
            old_sub: row.old_sub.as_ref().map(ToString::to_string),
            new_sub: row.new_sub.as_ref().map(ToString::to_string),
            verdict: row.verdict.code().to_owned(),
            findings: row.findings.iter().map(found).collect(),
            marker: row.marked.map(|marked| marked.code().to_owned()),
            read: row.looked,
        }
    }
}

impl Line {
    /// `None` where a word is not one of ours.
    fn row(&self) -> Option<Row> {
        let finding =
            |found: &Found| Some(Finding::new(What::parse(&found.what)?, Why::from_code(&found.why)?));
        Some(Row {
            old_sub: self.old_sub.clone().map(OldSub::parse).transpose().ok()?,
            new_sub: self.new_sub.clone().map(NewSub::parse).transpose().ok()?,
            verdict: Verdict::from_code(&self.verdict)?,
            findings: self.findings.iter().map(finding).collect::<Option<_>>()?,
            marked: match &self.marker {
                Some(code) => Some(Marked::from_code(code)?),
                None => None,
            },
            looked: self.read,
        })
    }
}

/// What is written while a run goes on.
#[derive(Debug)]
pub(super) struct Rows {
    rows: BufWriter<File>,
    journal: File,
    journal_path: PathBuf,
}

impl Rows {
    /// Who was read is written through at once: that was dear.
    pub(super) fn keep(&mut self, row: &Row) -> io::Result<()> {
        let mut line = serde_json::to_string(&Line::from(row))?;
        line.push('\n');
        if row.looked {
            self.journal.write_all(line.as_bytes())?;
        }
        self.rows.write_all(line.as_bytes())
    }

    /// The run has ended: nobody will go on from here.
    pub(super) fn finish(mut self) -> io::Result<()> {
        self.rows.flush()?;
        std::fs::remove_file(&self.journal_path)
    }
}

/// The files of a run.
#[derive(Debug)]
pub(super) struct Journal {
    pub(super) rows: Option<Rows>,
    earlier: Vec<Row>,
    /// When the interrupted run began that is gone on with: what it read is of that time.
    pub(super) resumed: Option<Timestamp>,
}

impl Journal {
    /// Begins the files anew; those of an interrupted run are read before, and never lost.
    pub(super) fn open(path: Option<&Path>, resume: bool, head: &Head) -> anyhow::Result<Self> {
        let Some(path) = path else {
            return Ok(Self { rows: None, earlier: Vec::new(), resumed: None });
        };
        let journal_path = beside(path);
        if !resume && has_read_somebody(&journal_path) {
            return Err(Misuse(format!(
                "{0} has whom an interrupted run read: say --resume, or remove it to read them again",
                journal_path.display()
            ))
            .into());
        }
        let (earlier, resumed) = match resume {
            true => read(&journal_path, head).map(|(earlier, begun)| (earlier, Some(begun)))?,
            false => (Vec::new(), None),
        };
        let mut journal = private(&journal_path, resume)?;
        // A line that was written by half ends here.
        let line = match resume {
            true => String::new(),
            false => serde_json::to_string(head).context("cannot begin the journal")?,
        };
        writeln!(journal, "{line}").with_context(|| cannot("write", &journal_path))?;
        let rows = BufWriter::new(private(path, false)?);
        Ok(Self { rows: Some(Rows { rows, journal, journal_path }), earlier, resumed })
    }

    pub(super) fn earlier(&self) -> Vec<Row> {
        self.earlier.clone()
    }
}

fn beside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".read");
    PathBuf::from(name)
}

fn cannot(what: &str, path: &Path) -> String {
    format!("cannot {what} {}", path.display())
}

/// A file that nobody else can read, also where it was there before.
fn private(path: &Path, append: bool) -> anyhow::Result<File> {
    let mut options = OpenOptions::new();
    options.create(true).write(true).mode(0o600).append(append).truncate(!append);
    let file = options.open(path).with_context(|| cannot("write", path))?;
    file.set_permissions(Permissions::from_mode(0o600)).with_context(|| cannot("protect", path))?;
    Ok(file)
}

/// Whether a journal has more than its first line. It is not worth keeping otherwise.
fn has_read_somebody(path: &Path) -> bool {
    let lines = File::open(path).map(|file| BufReader::new(file).lines().map_while(Result::ok));
    lines.is_ok_and(|lines| lines.skip(1).any(|line| !line.is_empty()))
}

/// The rows of a journal, and when its run began. The last line may have been written by half.
fn read(path: &Path, head: &Head) -> anyhow::Result<(Vec<Row>, Timestamp)> {
    let text = match std::fs::read_to_string(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(Misuse(format!(
                "there is no interrupted run to go on with: {} is not there; leave --resume out",
                path.display()
            ))
            .into());
        }
        text => text.with_context(|| cannot("read", path))?,
    };
    let mut lines = text.lines();
    let other = || {
        Misuse(format!(
            "{} is of other pools or rules, or is no journal of twinpool verify: remove it, and leave --resume out",
            path.display()
        ))
    };
    let first = lines.next().and_then(|line| serde_json::from_str::<Head>(line).ok()).ok_or_else(other)?;
    if (Head { begun: head.begun, ..first.clone() }) != *head {
        return Err(other().into());
    }
    let undated = || {
        Misuse(format!(
            "{} does not say when its run began, so nobody knows how old it is: remove it, and leave --resume out",
            path.display()
        ))
    };
    let begun = first.begun.ok_or_else(undated)?;
    let rows = lines.filter_map(|line| serde_json::from_str::<Line>(line).ok()?.row());
    Ok((rows.collect(), Timestamp(begun)))
}

#[cfg(test)]
mod tests;
