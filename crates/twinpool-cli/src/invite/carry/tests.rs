//! Everybody, on the strict pool: a failure or a stop leaves nobody half-way.

use std::sync::Arc;
use std::time::Duration;

use twinpool_core::arrival::{Arrival, Invitation, Way};
use twinpool_core::id::{PoolId, Sub, Timestamp};
use twinpool_core::link::{LinkState, Linked};
use twinpool_core::port::{Class, LinkStore as _};
use twinpool_engine::{Again, InviteTerms};
use twinpool_rules::Rules;
use twinpool_testkit::world::{StoppedClock, email_pool, person};
use twinpool_testkit::{MemoryLinks, MemoryPool, PoolHandle, Process};

use super::*;
use crate::samples::{new, pair};

const NOW: Timestamp = Timestamp(1_000_000_000_000);

struct Bench {
    pool: Arc<MemoryPool>,
    links: MemoryLinks,
    process: Arc<Process>,
    terms: InviteTerms,
    who: Vec<OldSub>,
}

impl Bench {
    /// So many who have not come; every tenth has no verified address.
    async fn of(users: usize) -> Self {
        let pool = MemoryPool::new(email_pool("eu-west-1_New"));
        let links = MemoryLinks::default();
        let ids = ["eu-west-1_Old", "eu-west-1_New"].map(|id| PoolId::parse(id).unwrap());
        links.bind(&ids[0], &ids[1]).await.unwrap();
        let mut who = Vec::new();
        for number in 0..users {
            let (old, email) = (format!("old-{number}"), format!("jane{number}@example.com"));
            let verified = if number % 10 == 9 { "false" } else { "true" };
            let sub = format!("new-{number}");
            pool.put(person(&sub, &sub, &[("email", email.as_str()), ("email_verified", verified)]));
            let mut link = pair(&old, &[]);
            if let LinkState::Linked(linked) = &mut link.state {
                **linked = Linked { new_sub: new(&sub), ..(**linked).clone() };
            }
            links.connect(&twinpool_core::link::Link { version: 0, ..link.clone() }, None).await.unwrap();
            who.push(link.old_sub);
        }
        let terms = InviteTerms {
            rules: Rules::default(),
            ways: Way::ALL.into(),
            again: Again::Expired,
            valid_for: Duration::from_hours(7 * 24),
            shape: pool.shape().clone(),
        };
        Self { pool, links, process: Arc::new(Process::healthy()), terms, who }
    }

    async fn invite(&self) -> Result {
        let (pool, links): (PoolHandle, _) =
            (self.pool.called_by(&self.process), self.links.seen_by(&self.process));
        let invite = Invite { pool: &pool, links: &links, clock: &StoppedClock(NOW), terms: &self.terms };
        let fast = NonZeroU32::new(3_600_000).unwrap();
        invite_all(&invite, &self.who, fast, &Progress::new(None)).await
    }

    async fn withdraw(&self, which: Which) -> Result {
        let (pool, links) = (self.pool.called_by(&self.process), self.links.seen_by(&self.process));
        let later = StoppedClock(Timestamp(NOW.0 + 1));
        let invite = Invite { pool: &pool, links: &links, clock: &later, terms: &self.terms };
        withdraw_all(&invite, &self.who, which, &Progress::new(None)).await
    }

    async fn arrival(&self, number: usize) -> Arrival {
        self.links.arrival(&Sub::from(&self.who[number])).await.unwrap()
    }

    fn mails(&self) -> u32 {
        self.pool.people().iter().map(|person| person.messages).sum()
    }

    fn can_reset(&self) -> usize {
        self.pool.people().iter().filter(|person| person.can_reset_password()).count()
    }
}

#[tokio::test(start_paused = true)]
async fn everybody_with_a_verified_address_gets_one_mail_however_often_it_runs() {
    let bench = Bench::of(30).await;
    let first = bench.invite().await;
    assert_eq!((first.sent, first.failed, first.stopped), (27, 0, false));
    assert_eq!(first.skipped[&Skip::NoAddress].len(), 3);
    let second = bench.invite().await;
    assert_eq!((second.sent, second.skipped[&Skip::Invited].len(), bench.mails()), (0, 27, 27));
    let back = bench.withdraw(Which::Expired).await;
    assert_eq!((back.withdrawn, bench.can_reset()), (0, 0));
    let back = bench.withdraw(Which::All).await;
    assert_eq!((back.withdrawn, back.failed, bench.can_reset()), (27, 0, 27));
}

#[tokio::test(start_paused = true)]
async fn whose_expired_invitation_cannot_be_taken_back_counts_as_failed() {
    let bench = Bench::of(5).await;
    bench.invite().await;
    bench.process.fail_all("AdminGetUser", Class::Throttled);
    let (pool, links) = (bench.pool.called_by(&bench.process), bench.links.seen_by(&bench.process));
    let later = StoppedClock(Timestamp(NOW.0 + 8 * 24 * 3_600_000));
    let invite = Invite { pool: &pool, links: &links, clock: &later, terms: &bench.terms };
    let chosen = Chosen { expired: bench.who.clone(), ..Chosen::default() };
    let result = invite_chosen(&invite, &chosen, NonZeroU32::MIN, &Progress::new(None)).await;
    assert_eq!((result.withdrawn, result.failed, bench.can_reset()), (0, 5, 0));
}

#[tokio::test(start_paused = true)]
async fn when_no_mail_gets_through_the_run_ends_and_everybody_can_reset_as_before() {
    let bench = Bench::of(100).await;
    bench.process.fail_all("AdminCreateUser", Class::Throttled);
    let result = bench.invite().await;
    // Those who were being worked on are finished.
    assert!(result.stopped && (10..30).contains(&result.failed), "{result:?}");
    assert_eq!((result.sent, bench.mails(), bench.can_reset()), (0, 0, 90));
    assert!(!matches!(bench.arrival(99).await.invitation(), Invitation::Begun(_)));
}
