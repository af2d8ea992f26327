//! The adapters keep the contracts that the stand-ins keep: on two independent servers, and on the strict one of these tests.
//!
//! What a server gets wrong is left out there, and most of it told at the end by name. Beside that, moto takes no password of
//! more than 98 characters, whatever the policy, and calls an address taken that the user has already.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod aws_stub;
mod faults;
mod messages;
mod passwords;
mod streamed;

use std::sync::atomic::{AtomicU32, Ordering};

use aws_config::SdkConfig;
use serde_json::json;
use twinpool_aws::client::Patience;
use twinpool_aws::cognito::CognitoPool;
use twinpool_aws::dynamodb::Links;
use twinpool_core::id::PoolId;
use twinpool_testkit::contract::{
    accounts, arrivals, births, links, phases, pool, refusals, user_ids, walks,
};
use xtask::local::{SignIn, create_pool};
use xtask::testbed::Bare;
use xtask::wire::{Aws, REGION};

async fn config(endpoint: &str) -> SdkConfig {
    twinpool_tests::config(endpoint, REGION, Patience::MIRROR).await
}

/// A pool on the server at this endpoint.
async fn pool_on(endpoint: &str) -> CognitoPool {
    let aws = Aws::new(endpoint);
    let made = create_pool(&aws, "contract", SignIn::Email, true).unwrap();
    let google = json!({
        "UserPoolId": made.id,
        "ProviderName": "Google",
        "ProviderType": "Google",
        "ProviderDetails": { "client_id": "id", "client_secret": "none", "authorize_scopes": "email" },
    });
    aws.cognito("CreateIdentityProvider", &google).unwrap();
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

macro_rules! user_ids {
    ($server:ident: $($check:ident)*) => { user_ids!($server, user_ids: $($check)*); };
    ($server:ident, $contract:ident: $($check:ident)*) => {$(
        #[tokio::test]
        async fn $check() {
            let links = super::links_on(&super::Bare::running().unwrap().$server).await;
            super::$contract::$check(&links, &links.user_ids()).await;
        }
    )*};
}

mod dynamodb_on_ministack {
    contract!(ministack, links_on, links:
        a_link_is_read_as_it_was_written a_late_writer_loses a_new_sub_is_tied_once groups_are_recorded
        a_table_is_tied_to_two_pools a_decision_changes_nothing_else being_seen_takes_no_fence a_walk_finds_all
        the_last_trouble_is_kept the_last_verify_is_kept);
}

mod dynamodb_on_moto {
    contract!(moto, links_on, links:
        a_link_is_read_as_it_was_written a_late_writer_loses a_new_sub_is_tied_once groups_are_recorded
        a_table_is_tied_to_two_pools a_decision_changes_nothing_else being_seen_takes_no_fence a_walk_finds_all
        the_last_trouble_is_kept the_last_verify_is_kept);
}

mod births_on_ministack {
    contract!(ministack, links_on, births: a_birth_is_kept arrivals_are_inherited);
    user_ids!(ministack, births: a_birth_ends_with_the_pair);
}

mod phases_on_ministack {
    contract!(ministack, links_on, phases:
        a_change_is_written_once_and_its_line_with_it a_claim_is_held_by_one what_is_remembered_is_fenced);
}

mod phases_on_moto {
    contract!(moto, links_on, phases:
        a_change_is_written_once_and_its_line_with_it a_claim_is_held_by_one what_is_remembered_is_fenced);
}

mod walks_on_ministack {
    contract!(ministack, links_on, walks: many_links_are_read_at_once runs_are_kept a_word_to_runs_stays a_pair_is_erased);
    contract!(ministack, pool_on, walks: a_walk_shows_everybody groups_are_listed_with_their_members);
}

mod walks_on_moto {
    contract!(moto, links_on, walks: many_links_are_read_at_once runs_are_kept a_word_to_runs_stays a_pair_is_erased);
    contract!(moto, pool_on, walks: a_walk_shows_everybody groups_are_listed_with_their_members);
}

mod arrivals_on_ministack {
    contract!(ministack, links_on, arrivals:
        the_first_mark_counts the_latest_choice_counts who_comes_after_half_a_bridging_comes_anew invitations_are_counted attempts_are_limited a_window_that_is_over_begins_anew
        what_is_forgiven_begins_anew of_many_at_once_no_more_than_allowed_go marks_and_counters_leave_each_other_alone
        a_walk_shows_who_came an_erased_pair_has_not_come);
}

// moto does not keep a condition and its write together where many write at once.
mod arrivals_on_moto {
    contract!(moto, links_on, arrivals:
        the_first_mark_counts the_latest_choice_counts who_comes_after_half_a_bridging_comes_anew invitations_are_counted attempts_are_limited a_window_that_is_over_begins_anew
        what_is_forgiven_begins_anew marks_and_counters_leave_each_other_alone a_walk_shows_who_came
        an_erased_pair_has_not_come);
}

mod user_ids_on_ministack {
    user_ids!(ministack:
        a_person_has_one_id_in_both_pools the_dead_keep_their_ids many_ids_are_read_in_their_order twins_share_one_id
        merges_have_an_end a_born_user_has_an_id_of_its_own further_accounts_have_the_id further_accounts_follow_their_owner an_id_is_given_once identities_are_noted
        an_erased_pair_takes_nobody_else_s_id a_walk_sees_links_alone);
    user_ids!(ministack, accounts:
        whose_an_account_is_stands_beside_its_id a_merged_user_s_account_has_the_id_that_counts who_came_is_noted_beside_the_id);
}

mod user_ids_on_moto {
    user_ids!(moto:
        a_person_has_one_id_in_both_pools the_dead_keep_their_ids many_ids_are_read_in_their_order twins_share_one_id
        merges_have_an_end a_born_user_has_an_id_of_its_own further_accounts_have_the_id further_accounts_follow_their_owner an_id_is_given_once identities_are_noted
        an_erased_pair_takes_nobody_else_s_id a_walk_sees_links_alone);
    user_ids!(moto, accounts:
        whose_an_account_is_stands_beside_its_id a_merged_user_s_account_has_the_id_that_counts who_came_is_noted_beside_the_id);
}

mod cognito_on_ministack {
    contract!(ministack, pool_on, pool:
        the_shape_is_told nobody_is_none a_user_is_made_once a_password_confirms
        attributes_are_written_one_by_one attributes_are_written_twice a_user_is_disabled_and_enabled groups_are_made_and_joined groups_are_left many_groups_are_read
        a_user_is_deleted identities_are_linked_once second_factors_are_set);
}

mod cognito_on_moto {
    contract!(moto, pool_on, pool:
        the_shape_is_told nobody_is_none a_user_is_made_once attributes_are_written_one_by_one attributes_are_deleted
        a_user_is_disabled_and_enabled groups_are_made_and_joined groups_are_left many_groups_are_read
        a_user_is_deleted groups_are_changed_and_deleted second_factors_are_set);
}

/// Where a server differs from AWS, by name: a green run there proves nothing about these. A server that learns better turns
/// its test red, and the check moves up.
mod what_servers_get_wrong {
    macro_rules! differs {
        ($($name:ident: $server:ident $check:ident)*) => {$(
            #[tokio::test]
            async fn $name() {
                let pool = super::pool_on(&super::Bare::running().unwrap().$server).await;
                assert!(!super::refusals::$check(&pool).await);
            }
        )*};
    }

    differs!(
        ministack_tells_addresses_apart_by_case: ministack a_name_is_taken_in_every_case
        ministack_takes_undeclared_attributes: ministack an_undeclared_attribute_is_refused
        ministack_changes_immutable_attributes: ministack an_immutable_attribute_is_refused
        ministack_gives_an_address_twice: ministack an_address_of_another_is_refused
        ministack_deletes_no_attributes: ministack attributes_can_be_deleted
        moto_tells_addresses_apart_by_case: moto a_name_is_taken_in_every_case
        moto_takes_undeclared_attributes: moto an_undeclared_attribute_is_refused
        moto_changes_immutable_attributes: moto an_immutable_attribute_is_refused
    );

    #[tokio::test]
    async fn ministack_and_moto_know_no_forgotten_places() {
        use twinpool_core::listing::PoolList as _;
        use twinpool_core::port::{Class, Place};
        let servers = super::Bare::running().unwrap();
        for server in [&servers.ministack, &servers.moto] {
            let pool = super::pool_on(server).await;
            let page = pool.users(Some(&Place("nowhere".to_owned()))).await;
            assert_ne!(page.map(drop).map_err(|error| error.class), Err(Class::Rejected));
        }
    }

    #[tokio::test]
    async fn ministack_changes_no_groups() {
        let pool = super::pool_on(&super::Bare::running().unwrap().ministack).await;
        let group = twinpool_core::group::GroupDefinition {
            name: twinpool_testkit::world::group("g"),
            description: None,
            precedence: None,
        };
        use twinpool_core::id::NewSub;
        use twinpool_core::port::PoolWriter;
        PoolWriter::<NewSub>::create_group(&pool, &group).await.unwrap();
        assert!(PoolWriter::<NewSub>::update_group(&pool, &group).await.is_err());
    }
}
