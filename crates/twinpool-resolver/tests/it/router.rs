//! Where somebody is sent, how soon a change is seen, and what happens when the table cannot be read.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use twinpool_core::digest::DigestKey;
use twinpool_core::id::{Pool, Timestamp};
use twinpool_core::phase::{PHASE_CACHED, Phase, PhaseReader, Round, Share, Standing};
use twinpool_core::port::{Answer, Class, PortError};
use twinpool_core::route::{Asker, Because, Routed};
use twinpool_resolver::{Route, Router};

use crate::table::{Hand, LATENCY};

/// The record of the phase; reads take a second.
#[derive(Clone)]
struct Record(Arc<Mutex<(Answer<Standing>, u32)>>);

impl Record {
    fn says(&self, standing: Answer<Standing>) {
        self.0.lock().unwrap().0 = standing;
    }

    fn reads(&self) -> u32 {
        self.0.lock().unwrap().1
    }
}

impl PhaseReader for Record {
    async fn standing(&self) -> Answer<Standing> {
        let answer = {
            let mut record = self.0.lock().unwrap();
            record.1 += 1;
            record.0.clone()
        };
        tokio::time::sleep(LATENCY).await;
        answer
    }
}

fn cutover() -> Standing {
    Standing {
        version: 3,
        phase: Phase::Cutover,
        share: Share::ALL,
        two_way_since: Some(Timestamp(1)),
        ..Standing::default()
    }
}

fn rolled_back() -> Standing {
    Standing { version: 4, phase: Phase::RolledBack, share: Share::NONE, round: Round(1), ..cutover() }
}

fn failed(class: Class) -> PortError {
    PortError::new(class, "GetItem", "code")
}

fn router(standing: Standing) -> (Router<Record, Hand>, Record, Hand) {
    let (record, clock) = (Record(Arc::new(Mutex::new((Ok(standing), 0)))), Hand::new());
    let key = DigestKey::new(&[7; 32]).unwrap();
    (Router::with(record.clone(), key, clock.clone()), record, clock)
}

fn ada() -> Asker {
    Asker { id: Some("ada".to_owned()), ..Asker::default() }
}

async fn pool(router: &Router<Record, Hand>) -> Answer<Pool> {
    Ok(router.route(&ada()).await?.routed.pool)
}

#[tokio::test(start_paused = true)]
async fn a_route_says_the_pool_the_reason_and_where_the_move_stands() {
    let (router, ..) = router(cutover());
    let routed = Routed { pool: Pool::New, because: Because::Phase };
    assert_eq!(router.route(&ada()).await, Ok(Route { routed, phase: Phase::Cutover, version: 3 }));
}

#[tokio::test(start_paused = true)]
async fn a_rollback_is_seen_after_five_seconds_and_not_read_for_each() {
    let (router, record, clock) = router(cutover());
    for _ in 0..10 {
        assert_eq!(pool(&router).await, Ok(Pool::New));
    }
    record.says(Ok(rolled_back()));
    clock.forward(PHASE_CACHED - Duration::from_millis(1));
    assert_eq!((pool(&router).await, record.reads()), (Ok(Pool::New), 1));
    clock.forward(Duration::from_millis(1));
    assert_eq!((pool(&router).await, record.reads()), (Ok(Pool::Old), 2));
    // A clock that was put back does not keep it for longer.
    record.says(Ok(cutover()));
    clock.back(Duration::from_secs(60));
    assert_eq!(pool(&router).await, Ok(Pool::New));
}

#[tokio::test(start_paused = true)]
async fn those_who_come_during_a_read_share_it() {
    let (router, record, _) = router(cutover());
    let (one, two, three) = tokio::join!(pool(&router), pool(&router), pool(&router));
    assert_eq!([one, two, three], [Ok(Pool::New), Ok(Pool::New), Ok(Pool::New)]);
    assert_eq!(record.reads(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_read_that_fails_is_told_to_all_who_wait_and_gives_no_answer_of_before() {
    for class in [Class::Unavailable, Class::Throttled, Class::Unreadable] {
        let (router, record, clock) = router(cutover());
        assert_eq!(pool(&router).await, Ok(Pool::New));
        record.says(Err(failed(class)));
        clock.forward(PHASE_CACHED);
        let (one, two) = tokio::join!(pool(&router), pool(&router));
        assert_eq!((one, two), (Err(failed(class)), Err(failed(class))));
        assert_eq!((pool(&router).await, record.reads()), (Err(failed(class)), 2));
        record.says(Ok(rolled_back()));
        clock.forward(Duration::from_secs(1));
        assert_eq!(pool(&router).await, Ok(Pool::Old));
    }
}
