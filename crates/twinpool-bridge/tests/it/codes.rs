//! One-time codes.

use std::sync::Arc;
use std::time::Duration;

use twinpool_bridge::challenge::{Kind, Question, Round, create, verify};
use twinpool_bridge::{BadTerms, CodeTerms};
use twinpool_core::arrival::{ArrivalStore as _, Way};
use twinpool_core::attribute::Contact;
use twinpool_core::id::{OldSub, Pool, Timestamp};
use twinpool_core::link::{Left, LinkState};
use twinpool_core::password::Password;
use twinpool_core::port::Class;
use twinpool_core::snapshot::Mfa;
use twinpool_core::value::Value;
use twinpool_testkit::Process;
use twinpool_testkit::world::attribute;

use crate::bench::{ADDRESS, Bench, RIGHT, new, new_sub, old};
use crate::client::{End, Seen, answers, seen, session};

/// Answers with the code of the latest message, after these.
async fn after(bench: &Bench, wrong: &[&str]) -> Seen {
    let mut wrong = wrong.iter();
    session(bench, Some(&new_sub()), Way::Code, |_| {
        let answer = wrong.next().map_or_else(|| bench.outbox.code(), |answer| (*answer).to_owned());
        std::future::ready(Some(answer))
    })
    .await
}

async fn asked(bench: &Bench) -> Question {
    create(&bench.bridge(), &bench.codes(), Some(&new_sub()), Way::Code, &[]).await.unwrap()
}

async fn takes(bench: &Bench, kind: &Kind, code: &str) -> Result<bool, String> {
    let answer = Password::new(code);
    let verified =
        verify(&bench.bridge(), &bench.codes(), Some(&new_sub()), Way::Code, Some(kind), &answer).await;
    verified.map_err(|error| error.to_string())
}

#[tokio::test]
async fn a_code_that_was_sent_gives_tokens() {
    let bench = Bench::new().await;
    assert_eq!(after(&bench, &[]).await, seen(&["CODE"], End::Tokens));
    let sent = bench.outbox.sent();
    assert_eq!(sent.len(), 1);
    assert_eq!((sent[0].by, &sent[0].to), (Contact::Email, &Value::new(ADDRESS)));
    assert_eq!(sent[0].subject, "Your code");
    assert!(bench.outbox.code().len() == 8 && bench.outbox.code().bytes().all(|c| c.is_ascii_digit()));
    assert_eq!(bench.arrival().await.code_at, Some(bench.now()));
}

#[tokio::test]
async fn a_code_is_sent_once_in_a_session_and_answered_three_times() {
    let bench = Bench::new().await;
    assert_eq!(after(&bench, &["", "no code"]).await, seen(&["CODE"; 3], End::Tokens));
    assert_eq!(bench.outbox.sent().len(), 1);
    let wrong = after(&bench, &["1", "2", "3"]).await;
    assert_eq!(wrong, seen(&["CODE"; 3], End::NotAuthorized));
    assert_eq!(bench.outbox.sent().len(), 2);
}

#[tokio::test]
async fn the_client_is_told_where_the_code_went_and_nothing_that_gives_it_away() {
    let bench = Bench::new().await;
    let question = asked(&bench).await;
    let public = question.public();
    let expected = [("type", "CODE"), ("medium", "EMAIL"), ("destination", "j***@e***.com")];
    assert_eq!(public, expected.map(|(name, value)| (name, value.to_owned())).into());
    let code = bench.outbox.code();
    assert!(!question.kind.metadata().contains(&code));
}

#[tokio::test]
async fn a_code_is_taken_for_five_minutes() {
    let bench = Bench::new().await;
    let kind = asked(&bench).await.kind;
    bench.pass(Duration::from_secs(5 * 60));
    assert_eq!(takes(&bench, &kind, &bench.outbox.code()).await, Ok(true));
    bench.pass(Duration::from_millis(1));
    assert_eq!(takes(&bench, &kind, &bench.outbox.code()).await, Ok(false));
}

#[tokio::test]
async fn a_code_is_good_for_its_user_and_its_session_only() {
    let bench = Bench::new().await;
    let first = asked(&bench).await.kind;
    let code = bench.outbox.code();
    let second = loop {
        let kind = asked(&bench).await.kind;
        if bench.outbox.code() != code {
            break kind;
        }
    };
    assert_eq!(takes(&bench, &second, &code).await, Ok(false));
    let later =
        first.metadata().replacen(&format!("CODE:{}", bench.now().0 + 300_000), "CODE:9999999999999", 1);
    let later = Kind::parse(&later).unwrap();
    assert_ne!(later, first);
    assert_eq!(takes(&bench, &later, &code).await, Ok(false), "no longer life by another time");
    assert_eq!(takes(&bench, &first, &code).await, Ok(true));

    let other = twinpool_core::id::NewSub::parse("new-other").unwrap();
    bench.world.new.put(twinpool_testkit::world::person(
        "new-other",
        "new-other",
        &[("email", "other@example.com"), ("email_verified", "true")],
    ));
    let answer = Password::new(code);
    let of_other =
        verify(&bench.bridge(), &bench.codes(), Some(&other), Way::Code, Some(&first), &answer).await;
    assert_eq!(of_other, Ok(false));
}

#[tokio::test]
async fn five_codes_an_hour_are_sent_and_then_the_password_is_asked_for() {
    let bench = Bench::new().await;
    for _ in 0..5 {
        assert_eq!(after(&bench, &[]).await.end, End::Tokens);
    }
    assert_eq!(answers(&bench, Way::Code, &["", RIGHT]).await, seen(&["PASSWORD"; 2], End::Tokens));
    assert_eq!(bench.outbox.sent().len(), 5);
    bench.pass(Duration::from_secs(60 * 60));
    assert_eq!(after(&bench, &[]).await, seen(&["CODE"], End::Tokens));
}

#[tokio::test]
async fn ten_wrong_answers_an_hour_are_looked_at_in_however_many_sessions() {
    let bench = Bench::new().await;
    let kind = asked(&bench).await.kind;
    for _ in 0..10 {
        assert_eq!(takes(&bench, &kind, "no code").await, Ok(false));
    }
    let code = bench.outbox.code();
    assert_eq!(takes(&bench, &kind, &code).await, Err("TOO_MANY".to_owned()));
    let kind = asked(&bench).await.kind;
    assert_eq!(takes(&bench, &kind, &bench.outbox.code()).await, Err("TOO_MANY".to_owned()));
}

#[tokio::test]
async fn a_code_goes_by_the_first_way_that_is_verified_and_set_up() {
    let (email, phone) = (vec![Contact::Email], vec![Contact::Phone]);
    let both = vec![Contact::Email, Contact::Phone];
    for (sends, email_verified, phone_verified, expected) in [
        (&both, "true", "true", Some("EMAIL")),
        (&both, "false", "true", Some("SMS")),
        (&phone, "true", "true", Some("SMS")),
        (&email, "false", "true", None),
        (&both, "false", "false", None),
        (&vec![], "true", "true", None),
    ] {
        let mut bench = Bench::new().await;
        bench.outbox.by.clone_from(sends);
        bench.world.new.edit(&new(), |person| {
            for (name, value) in [
                ("email_verified", email_verified),
                ("phone_number", "+15550100042"),
                ("phone_number_verified", phone_verified),
            ] {
                person.attributes.insert(attribute(name), Value::new(value));
            }
        });
        let public = asked(&bench).await.public();
        assert_eq!(public.get("medium").map(String::as_str), expected);
        assert_eq!(public["type"], if expected.is_some() { "CODE" } else { "PASSWORD" });
        if expected == Some("SMS") {
            assert_eq!(public["destination"], "***42");
        }
    }
}

#[tokio::test]
async fn who_cannot_be_sent_a_code_may_bring_the_password() {
    let mut bench = Bench::new().await;
    bench.outbox.by = Vec::new();
    assert_eq!(answers(&bench, Way::Code, &[RIGHT]).await, seen(&["PASSWORD"], End::Tokens));
    assert!(bench.signs_in(RIGHT));
}

#[tokio::test]
async fn users_whom_the_old_pool_does_not_have_use_codes_as_well() {
    let born = Bench::unlinked();
    assert_eq!(after(&born, &[]).await, seen(&["CODE"], End::Tokens));
    assert!(born.world.links.arrival(&new()).await.unwrap().code_at.is_some());
    let kept = Bench::new().await;
    let state = LinkState::Tombstone {
        new_sub: Some(new_sub()),
        by: Pool::Old,
        left: Left::Kept,
        since: Timestamp(1),
    };
    kept.relink(|link| link.state = state).await;
    assert_eq!(after(&kept, &[]).await, seen(&["CODE"], End::Tokens));
}

#[tokio::test]
async fn who_is_not_who_the_link_says_is_sent_no_code() {
    let since = Timestamp(1);
    for state in [
        LinkState::Tombstone { new_sub: Some(new_sub()), by: Pool::Old, left: Left::Disabled, since },
        LinkState::Merged { into: OldSub::parse("other-sub").unwrap(), since },
        LinkState::Pending { since },
    ] {
        let bench = Bench::new().await;
        bench.relink(|link| link.state = state).await;
        assert_eq!(asked(&bench).await.public()["type"], "PASSWORD");
        assert_eq!(bench.outbox.sent(), []);
    }
}

#[tokio::test]
async fn who_is_disabled_is_sent_no_code_and_the_code_of_before_is_no_good() {
    let bench = Bench::new().await;
    let kind = asked(&bench).await.kind;
    bench.world.new.edit(&new(), |person| person.enabled = false);
    assert_eq!(takes(&bench, &kind, &bench.outbox.code()).await, Ok(false));
    assert_eq!(asked(&bench).await.public()["type"], "PASSWORD");
    assert_eq!(bench.outbox.sent().len(), 1);
}

#[tokio::test]
async fn who_is_disabled_or_gone_in_the_old_pool_does_not_come_in_by_a_code() {
    type Change = fn(&Bench);
    let changes: [(&str, Change); 2] = [
        ("disabled", |bench| bench.world.old.edit(&old(), |person| person.enabled = false)),
        ("gone", |bench| bench.world.old.remove(&old())),
    ];
    for (why, change) in changes {
        let bench = Bench::new().await;
        change(&bench);
        let question = asked(&bench).await;
        assert_eq!(takes(&bench, &question.kind, &bench.outbox.code()).await, Ok(false), "{why}");
        assert_eq!(bench.arrival().await.code_at, None, "{why}");
    }
}

#[tokio::test]
async fn a_right_code_waits_while_the_old_pool_cannot_be_asked() {
    let bench = Bench::new().await;
    let kind = asked(&bench).await.kind;
    let (away, healthy) = (Arc::new(Process::healthy()), Arc::new(Process::healthy()));
    away.fail_all("AdminGetUser", Class::Unavailable);
    let bridge = bench.bridge_with(&away, &healthy);
    let (who, code) = (new_sub(), bench.outbox.code());
    let answer = Password::new(&code);
    let said = verify(&bridge, &bench.codes(), Some(&who), Way::Code, Some(&kind), &answer).await;
    assert_eq!(said.map_err(|error| error.to_string()), Err("TRY_LATER".to_owned()));
    assert_eq!(takes(&bench, &kind, &code).await, Ok(true));
}

#[tokio::test]
async fn a_factor_that_was_set_up_meanwhile_in_the_old_pool_is_not_passed_and_the_password_asked_for() {
    let bench = Bench::new().await;
    let kind = asked(&bench).await.kind;
    bench.world.old.edit(&old(), |person| person.mfa = Mfa { totp: true, ..Mfa::default() });
    assert_eq!(takes(&bench, &kind, &bench.outbox.code()).await, Ok(false));
    let left = answers(&bench, Way::Code, &[RIGHT]).await;
    assert_eq!(left, seen(&["PASSWORD", "SIGN_IN"], End::Left("SIGN_IN")));
}

#[tokio::test]
async fn a_factor_that_was_set_up_meanwhile_is_not_passed() {
    let bench = Bench::new().await;
    let kind = asked(&bench).await.kind;
    bench.world.new.edit(&new(), |person| person.mfa = Mfa { totp: true, ..Mfa::default() });
    assert_eq!(takes(&bench, &kind, &bench.outbox.code()).await, Ok(false));
}

#[tokio::test]
async fn a_code_does_not_get_through_where_another_kind_was_asked_for() {
    let bench = Bench::new().await;
    asked(&bench).await;
    // `NEW_PASSWORD` takes any text that the policy takes, and only follows a right password.
    for kind in [Kind::Password, Kind::SignIn] {
        assert_eq!(takes(&bench, &kind, &bench.outbox.code()).await, Ok(false), "{kind:?}");
    }
}

#[tokio::test]
async fn a_message_that_could_not_be_sent_is_said() {
    let mut bench = Bench::new().await;
    bench.outbox.is_away = true;
    assert_eq!(after(&bench, &[]).await, seen(&[], End::Error("TRY_LATER".to_owned())));
}

#[tokio::test]
async fn codes_differ() {
    let bench = Bench::new().await;
    let mut codes = std::collections::BTreeSet::new();
    for _ in 0..20 {
        bench.pass(Duration::from_secs(60 * 60));
        asked(&bench).await;
        codes.insert(bench.outbox.code());
    }
    // Two alike among twenty of a hundred million would be chance once in half a million runs.
    assert_eq!(codes.len(), 20);
}

#[tokio::test]
async fn a_second_question_of_a_session_sends_nothing_and_says_where_the_first_went() {
    let bench = Bench::new().await;
    let first = asked(&bench).await;
    let rounds = [Round::read("CUSTOM_CHALLENGE", Some(&first.kind.metadata()), false)];
    let again = create(&bench.bridge(), &bench.codes(), Some(&new_sub()), Way::Code, &rounds).await.unwrap();
    assert_eq!(again, first);
    assert_eq!(bench.outbox.sent().len(), 1);
}

#[test]
fn a_message_without_a_place_for_the_code_is_refused() {
    assert_eq!(CodeTerms::new("Your code", "Here it is").unwrap_err(), BadTerms);
}
