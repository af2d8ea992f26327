//! The walk over the table: beside the looks, and for a large table not for every one of them.

use std::time::Duration;

use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout};
use twinpool_core::check::Look;
use twinpool_core::overview::People;
use twinpool_core::phase::PhaseReader;
use twinpool_core::port::{Clock as _, LinkScan};

use super::census;
use crate::clock::SystemClock;

/// After a walk there is rest for so many times as long: a walk reads the whole table, and is paid for.
const REST: u32 = 10;

/// Where a former walk told something, a look waits no longer for the next one.
const SOON: Duration = Duration::from_secs(1);

/// Walks, and keeps what the last walk told.
pub(super) struct Walker<L> {
    links: L,
    /// Whether no function of the stack hears of sign-ins to the new pool.
    pub(super) is_elsewhere: bool,
    patience: Duration,
    running: Option<JoinHandle<(Look<People>, Duration)>>,
    last: Option<Look<People>>,
    next: Option<Instant>,
}

impl<L: LinkScan + PhaseReader + Clone + 'static> Walker<L> {
    /// `patience`: how long the first look waits for its walk.
    pub(super) fn new(links: L, is_elsewhere: bool, patience: Duration) -> Self {
        Self { links, is_elsewhere, patience, running: None, last: None, next: None }
    }

    /// What the newest walk told. One that takes longer goes on, and a later look has it.
    pub(super) async fn look(&mut self) -> Look<People> {
        if self.running.is_none() && self.next.is_none_or(|next| Instant::now() >= next) {
            self.running = Some(self.begin());
        }
        let patience = if matches!(self.last, Some(Ok(_))) { SOON } else { self.patience };
        if let Some(running) = &mut self.running
            && let Ok(ended) = timeout(patience, running).await
        {
            let (told, took) =
                ended.unwrap_or_else(|_| (Err("the walk broke off".to_owned()), Duration::ZERO));
            self.running = None;
            self.next = Some(Instant::now() + took * REST);
            self.last = Some(told);
        }
        let under_way = || Err("the walk over the table is under way".to_owned());
        self.last.clone().unwrap_or_else(under_way)
    }

    fn begin(&self) -> JoinHandle<(Look<People>, Duration)> {
        let (links, is_elsewhere) = (self.links.clone(), self.is_elsewhere);
        tokio::spawn(async move {
            let start = Instant::now();
            let told = census::taken(&links, is_elsewhere, SystemClock.now()).await;
            let took = start.elapsed();
            let told = told.map(|people| People { took, ..people });
            (told.map_err(|error| format!("the table was not read: {error}")), took)
        })
    }
}

impl<L> Drop for Walker<L> {
    fn drop(&mut self) {
        if let Some(running) = &self.running {
            running.abort();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};

    use twinpool_core::phase::Standing;
    use twinpool_core::port::{Answer, Class, Page, Place, PortError};

    use super::*;

    /// A table whose only page takes a while; counts the walks.
    #[derive(Clone)]
    struct Slow {
        takes: Duration,
        walks: Arc<AtomicU64>,
        denied: bool,
    }

    impl Slow {
        fn taking(seconds: u64) -> Self {
            Self { takes: Duration::from_secs(seconds), walks: Arc::default(), denied: false }
        }

        fn walks(&self) -> u64 {
            self.walks.load(Ordering::Relaxed)
        }
    }

    impl LinkScan for Slow {
        async fn page(&self, _: Option<&Place>) -> Answer<Page> {
            self.walks.fetch_add(1, Ordering::Relaxed);
            if self.denied {
                return Err(PortError::new(Class::Denied, "Scan", "AccessDeniedException"));
            }
            tokio::time::sleep(self.takes).await;
            Ok(Page::default())
        }
    }

    impl PhaseReader for Slow {
        async fn standing(&self) -> Answer<Standing> {
            Ok(Standing::default())
        }
    }

    const PATIENCE: Duration = Duration::from_secs(5);

    #[tokio::test(start_paused = true)]
    async fn a_small_table_is_walked_over_for_every_look() {
        let table = Slow::taking(0);
        let mut walker = Walker::new(table.clone(), false, PATIENCE);
        for walks in 1..=3 {
            assert!(walker.look().await.is_ok());
            assert_eq!(table.walks(), walks);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn after_a_long_walk_there_is_ten_times_as_long_a_rest() {
        let table = Slow::taking(4);
        let mut walker = Walker::new(table.clone(), false, PATIENCE);
        assert_eq!(walker.look().await.unwrap().took, Duration::from_secs(4));
        tokio::time::advance(Duration::from_secs(39)).await;
        assert!(walker.look().await.is_ok());
        assert_eq!(table.walks(), 1);
        tokio::time::advance(Duration::from_secs(1)).await;
        // A look does not wait for this one: it shows what it knows.
        let begun = Instant::now();
        assert!(walker.look().await.is_ok());
        assert_eq!((table.walks(), begun.elapsed()), (2, SOON));
    }

    #[tokio::test(start_paused = true)]
    async fn a_walk_that_outlasts_a_look_goes_on_and_a_later_look_has_it() {
        let table = Slow::taking(12);
        let mut walker = Walker::new(table.clone(), false, PATIENCE);
        for _ in 0..2 {
            assert_eq!(walker.look().await.unwrap_err(), "the walk over the table is under way");
        }
        assert!(walker.look().await.is_ok());
        assert_eq!(table.walks(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_table_that_may_not_be_read_says_why() {
        let table = Slow { denied: true, ..Slow::taking(0) };
        let told = Walker::new(table, false, PATIENCE).look().await;
        assert_eq!(told.unwrap_err(), "the table was not read: Scan failed: AccessDeniedException");
    }
}
