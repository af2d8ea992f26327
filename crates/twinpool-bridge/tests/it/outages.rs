//! When a pool or the table does not answer: a person is told to try later, and gets in later.

use std::sync::Arc;

use twinpool_bridge::{Outcome, Trouble};
use twinpool_core::id::Pool;
use twinpool_core::password::Password;
use twinpool_core::port::{Class, PortError};
use twinpool_testkit::Process;

use crate::bench::{Bench, RIGHT, new_sub};
use crate::passwords::BRIDGED;

async fn tries(bench: &Bench, process: &Arc<Process>) -> Result<Outcome, Trouble> {
    bench.bridge_of(process).bridge(&new_sub(), &Password::new(RIGHT)).await
}

fn failed(class: Class, operation: &'static str) -> PortError {
    PortError::new(class, operation, "InjectedFault")
}

#[tokio::test]
async fn a_pool_that_does_not_answer_is_no_wrong_password() {
    for class in [Class::Throttled, Class::Unavailable, Class::Denied] {
        for (operation, pool) in [("AdminInitiateAuth", Pool::Old), ("AdminSetUserPassword", Pool::New)] {
            let bench = Bench::new().await;
            let process = Arc::new(Process::healthy());
            process.fail_all(operation, class);
            let trouble = tries(&bench, &process).await;
            assert_eq!(trouble, Err(Trouble::Pool(pool, failed(class, operation))));
            assert!(!bench.signs_in(RIGHT) && bench.is_whole());
            assert_eq!(process.calls().iter().filter(|call| **call == operation).count(), 1, "asked once");
            process.heal(operation);
            assert_eq!(tries(&bench, &process).await, Ok(BRIDGED));
        }
    }
}

#[tokio::test]
async fn without_the_table_the_old_pool_is_not_asked() {
    for operation in ["GetItem", "UpdateItem"] {
        let bench = Bench::new().await;
        let process = Arc::new(Process::healthy());
        process.fail_all(operation, Class::Unavailable);
        let trouble = tries(&bench, &process).await;
        assert_eq!(trouble, Err(Trouble::Table(failed(Class::Unavailable, operation))));
        assert_eq!(bench.world.old.times_asked("jane"), 0);
    }
}

#[tokio::test]
async fn an_answer_that_was_lost_is_found_by_trying_again() {
    for operation in ["AdminInitiateAuth", "AdminSetUserPassword"] {
        let bench = Bench::new().await;
        let process = Arc::new(Process::healthy());
        process.lose_answer(operation);
        assert!(tries(&bench, &process).await.is_err(), "{operation}");
        assert_eq!(tries(&bench, &process).await, Ok(BRIDGED), "{operation}");
        assert!(bench.signs_in(RIGHT));
    }
}

#[tokio::test]
async fn an_old_pool_that_is_away_cannot_be_guessed_at_for_ever() {
    let bench = Bench::new().await;
    let process = Arc::new(Process::healthy());
    process.fail_all("AdminInitiateAuth", Class::Unavailable);
    for _ in 0..5 {
        assert!(tries(&bench, &process).await.is_err());
    }
    assert!(matches!(tries(&bench, &process).await, Ok(Outcome::TooMany { .. })));
}
