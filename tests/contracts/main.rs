//! The adapters keep the contracts that the stand-ins keep, on two independent servers.
//!
//! What a server gets wrong is left out there: MiniStack knows no deletion of attributes; moto takes no password of more
//! than 98 characters, whatever the policy, and calls an address taken that the user has already.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use std::sync::atomic::{AtomicU32, Ordering};

use aws_config::{Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use twinpool_aws::client::{self, Patience};
use twinpool_aws::cognito::CognitoPool;
use twinpool_aws::dynamodb::Links;
use twinpool_core::id::PoolId;
use twinpool_testkit::contract::{links, pool};
use xtask::local::{SignIn, create_pool};
use xtask::testbed::Bare;
use xtask::wire::{Aws, REGION};

async fn config(endpoint: &str) -> SdkConfig {
    let credentials = Credentials::new("test", "test", None, None, "tests");
    let config = client::load(Patience::MIRROR).await.into_builder();
    let config = config.endpoint_url(endpoint).region(Region::new(REGION));
    config.credentials_provider(SharedCredentialsProvider::new(credentials)).build()
}

/// A pool on the server at this endpoint.
async fn pool_on(endpoint: &str) -> CognitoPool {
    let made = create_pool(&Aws::new(endpoint), "contract", SignIn::Email, true).unwrap();
    let config = config(endpoint).await;
    CognitoPool::connect(&config, None, PoolId::parse(made.id).unwrap())
}

/// A table on the server at this endpoint.
async fn links_on(endpoint: &str) -> Links {
    static MADE: AtomicU32 = AtomicU32::new(0);
    let table = format!("contract-{}-{}", std::process::id(), MADE.fetch_add(1, Ordering::Relaxed));
    xtask::local::Links::create(Aws::new(endpoint), &table).unwrap();
    let config = config(endpoint).await;
    Links::connect(&config, table, Some(&twinpool_testkit::world::key()))
}

macro_rules! contract {
    ($server:ident, $make:ident, $contract:ident: $($check:ident)*) => {$(
        #[tokio::test]
        async fn $check() {
            let subject = super::$make(&super::Bare::running().unwrap().$server).await;
            super::$contract::$check(&subject).await;
        }
    )*};
}

mod dynamodb_on_ministack {
    contract!(ministack, links_on, links:
        a_link_is_read_as_it_was_written a_late_writer_loses a_new_sub_is_tied_once the_last_trouble_is_kept);
}

mod dynamodb_on_moto {
    contract!(moto, links_on, links:
        a_link_is_read_as_it_was_written a_late_writer_loses a_new_sub_is_tied_once the_last_trouble_is_kept);
}

mod cognito_on_ministack {
    contract!(ministack, pool_on, pool:
        the_shape_is_told nobody_is_none a_user_is_made_once a_password_confirms
        attributes_are_written_one_by_one attributes_are_written_twice a_user_is_disabled_and_enabled groups_are_made_and_joined groups_are_left many_groups_are_read);
}

mod cognito_on_moto {
    contract!(moto, pool_on, pool:
        the_shape_is_told nobody_is_none a_user_is_made_once attributes_are_written_one_by_one attributes_are_deleted
        a_user_is_disabled_and_enabled groups_are_made_and_joined groups_are_left many_groups_are_read);
}
