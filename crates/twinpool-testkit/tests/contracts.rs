//! The stand-ins in memory keep the contracts.

use std::sync::Arc;

use twinpool_core::pool::PoolShape;
use twinpool_testkit::contract::{
    accounts, arrivals, births, links, passwords, phases, pool, refusals, user_ids, walks,
};
use twinpool_testkit::world::email_pool;
use twinpool_testkit::{MemoryLinks, MemoryPool, PoolHandle, Process};

#[tokio::test]
async fn links_in_memory() {
    let store = MemoryLinks::default();
    links::a_link_is_read_as_it_was_written(&store).await;
    links::a_late_writer_loses(&store).await;
    links::a_new_sub_is_tied_once(&store).await;
    links::groups_are_recorded(&store).await;
    links::a_table_is_tied_to_two_pools(&store).await;
    links::a_decision_changes_nothing_else(&store).await;
    links::being_seen_takes_no_fence(&store).await;
    links::a_walk_finds_all(&store).await;
    links::the_last_trouble_is_kept(&store).await;
    links::the_last_verify_is_kept(&store).await;
    walks::many_links_are_read_at_once(&store).await;
    walks::runs_are_kept(&store).await;
    walks::a_word_to_runs_stays(&store).await;
    walks::a_pair_is_erased(&store).await;
}

#[tokio::test]
async fn births_in_memory() {
    let store = MemoryLinks::default();
    births::a_birth_is_kept(&store).await;
    births::a_birth_ends_with_the_pair(&store, &store).await;
    births::arrivals_are_inherited(&store).await;
}

#[tokio::test]
async fn the_phase_in_memory() {
    phases::a_change_is_written_once_and_its_line_with_it(&MemoryLinks::default()).await;
    let links = MemoryLinks::default();
    let put_back = |standing: &_| links.put_phase_back(standing, 1);
    phases::a_phase_that_was_put_back_by_itself_is_told(&links, put_back).await;
    phases::a_claim_is_held_by_one(&MemoryLinks::default()).await;
    phases::what_is_remembered_is_fenced(&MemoryLinks::default()).await;
}

#[tokio::test]
async fn arrivals_in_memory() {
    let store = MemoryLinks::default();
    arrivals::the_first_mark_counts(&store).await;
    arrivals::the_latest_choice_counts(&store).await;
    arrivals::who_comes_after_half_a_bridging_comes_anew(&store).await;
    arrivals::invitations_are_counted(&store).await;
    arrivals::attempts_are_limited(&store).await;
    arrivals::a_window_that_is_over_begins_anew(&store).await;
    arrivals::what_is_forgiven_begins_anew(&store).await;
    arrivals::of_many_at_once_no_more_than_allowed_go(&store).await;
    arrivals::marks_and_counters_leave_each_other_alone(&store).await;
    arrivals::a_walk_shows_who_came(&store).await;
    arrivals::an_erased_pair_has_not_come(&store).await;
}

#[tokio::test]
async fn user_ids_in_memory() {
    let store = MemoryLinks::default();
    user_ids::a_person_has_one_id_in_both_pools(&store, &store).await;
    user_ids::the_dead_keep_their_ids(&store, &store).await;
    user_ids::many_ids_are_read_in_their_order(&store, &store).await;
    user_ids::twins_share_one_id(&store, &store).await;
    user_ids::merges_have_an_end(&store, &store).await;
    user_ids::a_born_user_has_an_id_of_its_own(&store, &store).await;
    user_ids::further_accounts_have_the_id(&store, &store).await;
    user_ids::further_accounts_follow_their_owner(&store, &store).await;
    user_ids::an_id_is_given_once(&store, &store).await;
    user_ids::identities_are_noted(&store, &store).await;
    user_ids::an_erased_pair_takes_nobody_else_s_id(&store, &store).await;
    accounts::whose_an_account_is_stands_beside_its_id(&store, &store).await;
    accounts::a_merged_user_s_account_has_the_id_that_counts(&store, &store).await;
    accounts::who_came_is_noted_beside_the_id(&store, &store).await;
    let store = MemoryLinks::default();
    user_ids::a_walk_sees_links_alone(&store, &store).await;
}

fn memory_pool() -> PoolHandle {
    MemoryPool::new(PoolShape { mfa: twinpool_core::pool::MfaMode::Optional, ..email_pool("eu-west-1_New") })
        .called_by(&Arc::new(Process::healthy()))
}

#[tokio::test]
async fn a_pool_in_memory() {
    let memory = memory_pool();
    pool::the_shape_is_told(&memory).await;
    pool::nobody_is_none(&memory).await;
    pool::a_user_is_made_once(&memory).await;
    pool::a_password_confirms(&memory).await;
    pool::attributes_are_written_one_by_one(&memory).await;
    pool::attributes_are_written_twice(&memory).await;
    pool::attributes_are_deleted(&memory).await;
    pool::a_user_is_disabled_and_enabled(&memory).await;
    pool::groups_are_made_and_joined(&memory).await;
    pool::groups_are_left(&memory).await;
    pool::many_groups_are_read(&memory).await;
    pool::a_user_is_deleted(&memory).await;
    pool::groups_are_changed_and_deleted(&memory).await;
    pool::identities_are_linked_once(&memory).await;
    pool::second_factors_are_set(&memory).await;
    walks::a_walk_shows_everybody(&memory).await;
    walks::an_unknown_place_is_refused(&memory).await;
    walks::groups_are_listed_with_their_members(&memory).await;
}

#[tokio::test]
async fn a_pool_in_memory_refuses_what_aws_refuses() {
    let memory = memory_pool();
    assert!(refusals::a_name_is_taken_in_every_case(&memory).await);
    assert!(refusals::an_undeclared_attribute_is_refused(&memory).await);
    assert!(refusals::an_immutable_attribute_is_refused(&memory).await);
    assert!(refusals::an_address_of_another_is_refused(&memory).await);
    assert!(refusals::attributes_can_be_deleted(&memory).await);
}

#[tokio::test]
async fn passwords_in_memory() {
    let memory = memory_pool();
    passwords::the_password_that_was_set_is_right(&memory, &memory).await;
    passwords::a_weak_password_is_refused(&memory, &memory).await;
    passwords::a_disabled_user_is_told(&memory, &memory).await;
    passwords::a_second_factor_follows_a_right_password(&memory, &memory).await;
    passwords::an_invitation_is_for_temporary_passwords(&memory).await;
}
