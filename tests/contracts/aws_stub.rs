//! The adapters on the strict local AWS: every contract, and every refusal.

use std::sync::Arc;

use twinpool_aws::cognito::CognitoPool;
use twinpool_aws::dynamodb::Links;
use twinpool_core::pool::{MfaMode, PoolShape};
use twinpool_core::port::PoolReader as _;
use twinpool_testkit::MemoryPool;
use twinpool_testkit::contract::{
    accounts, arrivals, births, links, phases, pool, refusals, user_ids, walks,
};
use twinpool_testkit::world::{alias_pool, email_pool, key, username_pool};
use twinpool_tests::aws_stub::{AwsStub, TABLE};

use crate::config;

fn stub(shape: PoolShape) -> (AwsStub, Arc<MemoryPool>) {
    let mfa = if shape.mfa.is_on() { shape.mfa } else { MfaMode::Optional };
    let pool = MemoryPool::with_uuids(PoolShape { mfa, ..shape });
    (AwsStub::start(&[&pool]), pool)
}

async fn pool_on(stub: &AwsStub, pool: &MemoryPool) -> CognitoPool {
    CognitoPool::connect(&config(&stub.endpoint()).await, None, pool.shape().id.clone())
}

async fn links_on(stub: &AwsStub) -> Links {
    Links::connect(&config(&stub.endpoint()).await, TABLE.to_owned(), Some(&key()))
}

macro_rules! keeps {
    ($contract:ident of pools: $($check:ident)*) => {$(
        #[tokio::test]
        async fn $check() {
            let (stub, pool) = stub(email_pool("eu-west-1_New"));
            $contract::$check(&pool_on(&stub, &pool).await).await;
        }
    )*};
    ($contract:ident of links: $($check:ident)*) => {$(
        #[tokio::test]
        async fn $check() {
            let (stub, _) = stub(email_pool("eu-west-1_New"));
            $contract::$check(&links_on(&stub).await).await;
        }
    )*};
}

macro_rules! keeps_user_ids {
    ($($check:ident)*) => {$(
        #[tokio::test]
        async fn $check() {
            let (stub, _) = stub(email_pool("eu-west-1_New"));
            let links = links_on(&stub).await;
            user_ids::$check(&links, &links.user_ids()).await;
        }
    )*};
}

keeps!(pool of pools:
    the_shape_is_told nobody_is_none a_user_is_made_once a_password_confirms attributes_are_written_one_by_one
    attributes_are_written_twice attributes_are_deleted a_user_is_disabled_and_enabled groups_are_made_and_joined
    groups_are_left many_groups_are_read a_user_is_deleted groups_are_changed_and_deleted identities_are_linked_once
    second_factors_are_set);
keeps!(walks of pools:
    a_walk_shows_everybody an_unknown_place_is_refused groups_are_listed_with_their_members);
keeps!(links of links:
    a_link_is_read_as_it_was_written a_late_writer_loses a_new_sub_is_tied_once groups_are_recorded
    a_table_is_tied_to_two_pools a_decision_changes_nothing_else being_seen_takes_no_fence a_walk_finds_all
    the_last_trouble_is_kept the_last_verify_is_kept);
keeps!(arrivals of links:
    the_first_mark_counts the_latest_choice_counts who_comes_after_half_a_bridging_comes_anew invitations_are_counted attempts_are_limited a_window_that_is_over_begins_anew
    what_is_forgiven_begins_anew of_many_at_once_no_more_than_allowed_go marks_and_counters_leave_each_other_alone
    a_walk_shows_who_came an_erased_pair_has_not_come);
keeps!(births of links: a_birth_is_kept arrivals_are_inherited);
keeps!(phases of links:
    a_change_is_written_once_and_its_line_with_it a_claim_is_held_by_one what_is_remembered_is_fenced);
keeps!(walks of links: many_links_are_read_at_once runs_are_kept a_word_to_runs_stays a_pair_is_erased);
keeps_user_ids!(a_person_has_one_id_in_both_pools the_dead_keep_their_ids many_ids_are_read_in_their_order twins_share_one_id
    merges_have_an_end a_born_user_has_an_id_of_its_own further_accounts_have_the_id further_accounts_follow_their_owner an_id_is_given_once identities_are_noted
    an_erased_pair_takes_nobody_else_s_id a_walk_sees_links_alone);

#[tokio::test]
async fn accounts_of_the_new_pool_are_known() {
    let (stub, _) = stub(email_pool("eu-west-1_New"));
    let links = links_on(&stub).await;
    accounts::whose_an_account_is_stands_beside_its_id(&links, &links.user_ids()).await;
    accounts::a_merged_user_s_account_has_the_id_that_counts(&links, &links.user_ids()).await;
    accounts::who_came_is_noted_beside_the_id(&links, &links.user_ids()).await;
}

#[tokio::test]
async fn a_birth_ends_with_the_pair() {
    let (stub, _) = stub(email_pool("eu-west-1_New"));
    let links = links_on(&stub).await;
    births::a_birth_ends_with_the_pair(&links, &links.user_ids()).await;
}

macro_rules! refuses {
    ($($check:ident)*) => {$(
        #[tokio::test]
        async fn $check() {
            let (stub, pool) = stub(email_pool("eu-west-1_New"));
            assert!(refusals::$check(&pool_on(&stub, &pool).await).await);
        }
    )*};
}

refuses!(a_name_is_taken_in_every_case an_undeclared_attribute_is_refused an_immutable_attribute_is_refused
    an_address_of_another_is_refused attributes_can_be_deleted);

#[tokio::test]
async fn pools_of_every_kind_are_described_as_they_are() {
    for shape in [email_pool("eu-west-1_New"), username_pool("eu-west-1_New"), alias_pool("eu-west-1_New")] {
        for more in [false, true] {
            let mfa = if more { MfaMode::Required } else { MfaMode::Optional };
            let shape =
                PoolShape { passkeys: more, devices: more, case_sensitive: more, mfa, ..shape.clone() };
            let (stub, pool) = stub(shape);
            assert_eq!(pool_on(&stub, &pool).await.shape().await.as_ref(), Ok(pool.shape()));
        }
    }
}
