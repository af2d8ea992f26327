//! What is shown beside the phase: what a rollback would mean now, and who still uses the old pool.

use std::time::Duration;

use twinpool_core::drain::Ago;
use twinpool_core::port::LinkScan;

use crate::readiness::{self, Heard, Walked};
use crate::show::thousands;

/// A walk over a table of some hundred thousand users takes no longer.
const PATIENCE: Duration = Duration::from_secs(15);

/// Names and lines; or why there are none.
pub(super) async fn lines(links: &impl LinkScan, heard: Heard) -> Vec<(&'static str, String)> {
    match readiness::glance(links, PATIENCE).await {
        Ok(walked) => told(walked, heard),
        Err(why) => {
            let where_else = |report| format!("{why}: `twinpool report {report}`");
            vec![("readiness", where_else("passwords")), ("drain", where_else("drain"))]
        }
    }
}

fn told(mut walked: Walked, heard: Heard) -> Vec<(&'static str, String)> {
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
    let readiness = readiness::line(&walked.readiness(heard));
    vec![("readiness", readiness.trim_end().to_owned()), ("drain", drain)]
}

#[cfg(test)]
mod tests {
    use twinpool_core::port::{Answer, Class, LinkStore as _, Page, Place, PortError};
    use twinpool_testkit::MemoryLinks;

    use super::*;
    use crate::samples::pair;

    /// Says no, or nothing.
    struct Mute(Option<PortError>);

    impl LinkScan for Mute {
        async fn page(&self, _: Option<&Place>) -> Answer<Page> {
            match &self.0 {
                Some(error) => Err(error.clone()),
                None => std::future::pending().await,
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_table_that_is_not_read_is_told_with_the_reason() {
        let denied = PortError::new(Class::Denied, "Scan", "AccessDeniedException");
        for (mute, why) in
            [(Mute(Some(denied)), "Scan failed: AccessDeniedException"), (Mute(None), "not read in 15 s")]
        {
            let told = lines(&mute, Heard::Yes).await;
            let [(_, readiness), (_, drain)] = &told[..] else { panic!("{told:?}") };
            assert!(readiness.contains(why) && readiness.contains("report passwords"), "{readiness}");
            assert!(drain.contains(why) && drain.contains("report drain"), "{drain}");
        }
    }

    #[tokio::test]
    async fn a_glance_at_the_table_tells_what_a_rollback_would_mean() {
        let links = MemoryLinks::default();
        links.connect(&twinpool_core::link::Link { version: 0, ..pair("old-1", &[]) }, None).await.unwrap();
        let told = lines(&links, Heard::Yes).await;
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
