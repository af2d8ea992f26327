//! `twinpool report --html`: one page for the record.

use std::io::Write as _;
use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;

use crate::again::Again;
use crate::conflicts::open;
use crate::export::file::Unfinished;
use crate::status::lookout;
use crate::{Exit, Outcome};

/// A walk over any table ends before.
const PATIENCE: Duration = Duration::from_hours(6);

pub(super) async fn run(path: &Path, may_replace: bool) -> Outcome {
    // Before any call: a file that will not do is said at once.
    let mut file = Unfinished::begin_anywhere(path, may_replace)?;
    let mut lookout = lookout(&Again::typed(&["table"]), PATIENCE).await?;
    let overview = Box::pin(lookout.look()).await;
    let conflicts = open(lookout.links()).await.map_err(|error| error.to_string());
    let page = twinpool_page::report(&overview, &conflicts);
    file.write_all(page.as_bytes()).with_context(|| format!("cannot write {}", path.display()))?;
    file.finish().context("everything was read, and the file cannot be put in its place")?;
    let mut text = format!("the record is in {}: open it in a browser, or print it\n", path.display());
    let lacks = [overview.people.as_ref().err(), conflicts.as_ref().err()];
    for why in lacks.into_iter().flatten() {
        text += &format!("not in it: who is where ({why})\n");
    }
    let exit = if lacks.iter().any(Option::is_some) { Exit::Warned } else { Exit::Done };
    Ok((text, exit))
}
