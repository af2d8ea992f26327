//! What is shown beside the phase: what a rollback would mean now, and who still uses the old pool.

use std::time::Duration;

use twinpool_core::drain::Ago;
use twinpool_core::port::{Clock as _, LinkScan};

use crate::clock::SystemClock;
use crate::readiness::{self, Walked};
use crate::show::thousands;

/// A walk over a table of some hundred thousand users takes no longer.
const PATIENCE: Duration = Duration::from_secs(15);

/// Names and lines. A table that is too large for a glance is said to be so.
pub(super) async fn lines(links: &impl LinkScan) -> Vec<(&'static str, String)> {
    let walk = tokio::time::timeout(PATIENCE, Walked::over(links, SystemClock.now())).await;
    match walk {
        Ok(Ok(walked)) => told(walked),
        Ok(Err(_)) | Err(_) => {
            let where_else = |report| {
                format!("the table was not read in {} s: `twinpool report {report}`", PATIENCE.as_secs())
            };
            vec![("readiness", where_else("passwords")), ("drain", where_else("drain"))]
        }
    }
}

fn told(mut walked: Walked) -> Vec<(&'static str, String)> {
    let total = walked.drain.total();
    let count = |ago| thousands(total.count(ago));
    let drain = format!(
        "in the old pool {} users were last seen within 24 h, {} within 7 days, {} within 30 days, {} longer ago, {} never",
        count(Ago::Day),
        count(Ago::Week),
        count(Ago::Month),
        count(Ago::Longer),
        thousands(walked.drain.never),
    );
    let readiness = readiness::line(&walked.readiness());
    vec![("readiness", readiness.trim_end().to_owned()), ("drain", drain)]
}

#[cfg(test)]
mod tests {
    use twinpool_core::port::LinkStore as _;
    use twinpool_testkit::MemoryLinks;

    use super::*;
    use crate::samples::pair;

    #[tokio::test]
    async fn a_glance_at_the_table_tells_what_a_rollback_would_mean() {
        let links = MemoryLinks::default();
        links.connect(&twinpool_core::link::Link { version: 0, ..pair("old-1", &[]) }, None).await.unwrap();
        let told = lines(&links).await;
        let lines: Vec<_> = told.iter().map(|(name, line)| format!("{name}: {line}")).collect();
        assert_eq!(
            lines,
            [
                "readiness: if you rolled back now: 1 user fine, 0 would need a password reset, 0 in the new pool only",
                "drain: in the old pool 0 users were last seen within 24 h, 0 within 7 days, 0 within 30 days, 0 longer ago, 1 never",
            ]
        );
    }
}
