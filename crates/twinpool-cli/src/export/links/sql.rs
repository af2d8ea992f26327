//! A script that makes the table `twinpool_users`: statements that every database reads.

use std::io::{self, Write};

use super::Row;

/// So many rows stand in one statement: every database takes as many.
const AT_ONCE: usize = 100;

const COLUMNS: &str = "user_id, old_sub, new_sub, state";

const HEAD: &str = "\
-- Who is who in both user pools. Load it in one transaction, into a database without a table of this name.
CREATE TABLE twinpool_users (
  user_id VARCHAR(128) NOT NULL,
  old_sub VARCHAR(64),
  new_sub VARCHAR(64),
  state VARCHAR(16) NOT NULL
);
";

const TAIL: &str = "\
CREATE INDEX twinpool_users_user_id ON twinpool_users (user_id);
CREATE INDEX twinpool_users_old_sub ON twinpool_users (old_sub);
CREATE INDEX twinpool_users_new_sub ON twinpool_users (new_sub);
";

/// Whether a script of ours begins so.
pub(super) fn is_head(line: &str) -> bool {
    HEAD.lines().next() == Some(line)
}

/// A script that is being written.
pub(super) struct Script<'a, W> {
    out: &'a mut W,
    in_statement: usize,
}

impl<'a, W: Write> Script<'a, W> {
    pub(super) fn begin(out: &'a mut W) -> io::Result<Self> {
        out.write_all(HEAD.as_bytes())?;
        Ok(Self { out, in_statement: 0 })
    }

    pub(super) fn row(&mut self, row: &Row) -> io::Result<()> {
        match self.in_statement {
            0 => writeln!(self.out, "INSERT INTO twinpool_users ({COLUMNS}) VALUES")?,
            _ => writeln!(self.out, ",")?,
        }
        let or_null = |text: Option<&str>| text.map_or_else(|| "NULL".to_owned(), quoted);
        write!(
            self.out,
            "  ({}, {}, {}, {})",
            quoted(row.user_id.as_str()),
            or_null(row.old_sub.as_ref().map(|sub| sub.as_str())),
            or_null(row.new_sub.as_ref().map(|sub| sub.as_str())),
            quoted(row.state),
        )?;
        self.in_statement += 1;
        if self.in_statement == AT_ONCE { self.end_statement() } else { Ok(()) }
    }

    /// Without the last line the script is a part.
    pub(super) fn end(mut self, rows: u64) -> io::Result<()> {
        self.end_statement()?;
        writeln!(self.out, "{TAIL}-- {rows} rows")
    }

    fn end_statement(&mut self) -> io::Result<()> {
        if std::mem::take(&mut self.in_statement) > 0 {
            writeln!(self.out, ";")?;
        }
        Ok(())
    }
}

/// Subs and user ids are letters, digits and hyphens. Should they ever be more, nothing ends the text early: some databases read a
/// backslash as an escape.
fn quoted(text: &str) -> String {
    let safe: String = text.chars().filter(|c| *c != '\\' && !c.is_control()).collect();
    format!("'{}'", safe.replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_ends_early() {
        assert_eq!(quoted("a-1"), "'a-1'");
        assert_eq!(quoted(r"a'); DROP TABLE x; --\'"), "'a''); DROP TABLE x; --'''");
    }
}
