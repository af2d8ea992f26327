//! First tokens, and that somebody came.

use tokio::join;
use tokio::time::sleep;
use twinpool_core::arrival::{Arrival, ArrivalStore as _};
use twinpool_core::id::{GroupName, NewSub, Sub, Timestamp};
use twinpool_core::link::{Base, Link, LinkState, Linked, Names, Side};
use twinpool_core::port::LinkStore as _;

use super::*;

const RESET: &str = "PostConfirmation_ConfirmForgotPassword";

/// Twinpool made `n-1` for Jane.
pub(super) fn made_for_jane(bench: &Bench) {
    let owner = OldSub::parse("jane-sub").unwrap();
    let pool = PoolId::parse(OLD_POOL).unwrap();
    let marker = twinpool_core::plan::Marker::of(&attribute(MARKER), &pool, &owner, &key());
    let sub = bench.world.new.person("n-1").unwrap().sub;
    bench.world.new.edit(&sub, |user| drop(user.attributes.insert(marker.name, marker.value)));
}

/// The pair of Jane and `n-1`, before or after the new side followed.
pub(super) async fn pair(bench: &Bench, is_followed: bool) {
    let groups: std::collections::BTreeSet<_> = [GroupName::parse("staff").unwrap()].into();
    let side = |follows| Side {
        enabled: true,
        groups: if follows { groups.clone() } else { [].into() },
        ..Side::default()
    };
    let linked = Linked {
        new_sub: twinpool_core::id::NewSub::parse("n-1").unwrap(),
        base: Base { old: side(is_followed), new: side(is_followed) },
        held_back: Vec::new(),
        unseen: [].into(),
        mirrored_at: Timestamp(1),
        rules: String::new(),
    };
    let jane = OldSub::parse("jane-sub").unwrap();
    let link = Link {
        state: LinkState::Linked(Box::new(linked)),
        ..Link::intent(&jane, Names::default(), Timestamp(1))
    };
    bench.world.links.connect(&link, None).await.unwrap();
}

pub(super) async fn arrival(bench: &Bench, who: &str) -> Arrival {
    bench.world.links.arrival(&Sub::parse(who).unwrap()).await.unwrap()
}

fn without_groups() -> String {
    token("n-1").replace(r#"["staff"]"#, "[]")
}

fn changed() -> String {
    token("n-1").replace("_Authentication", "_NewPasswordChallenge")
}

fn groups(text: &str) -> Value {
    let answer: BTreeMap<String, Box<RawValue>> = serde_json::from_str(text).unwrap();
    let response: Value = serde_json::from_str(answer["response"].get()).unwrap();
    response["claimsOverrideDetails"]["groupOverrideDetails"].clone()
}

#[tokio::test(start_paused = true)]
async fn a_first_token_waits_for_the_pair_and_holds_the_user_id_and_the_groups() {
    let (bench, start) = (Bench::new(), Instant::now());
    made_for_jane(&bench);
    let (function, raw) = (bench.function(), without_groups());
    let mirror = async {
        sleep(Duration::from_millis(250)).await;
        assert_eq!(bench.hints().len(), 1, "the mirror is told before the wait");
        pair(&bench, true).await;
    };
    let ((text, line), ()) = join!(said(&function, &raw), mirror);
    assert_eq!((claim(&text), line), (json!("jane-sub"), None));
    assert_eq!(groups(&text), json!({ "groupsToOverride": ["staff"] }));
    assert!(start.elapsed() < Duration::from_millis(400), "{:?}", start.elapsed());
    assert_eq!(bench.hints().len(), 1);
    assert!(arrival(&bench, "jane-sub").await.came_at.is_some());
}

#[tokio::test(start_paused = true)]
async fn groups_that_do_not_come_in_time_are_counted_and_the_user_id_is_there() {
    let (bench, start) = (Bench::new(), Instant::now());
    made_for_jane(&bench);
    let (function, raw) = (bench.function(), without_groups());
    let mirror = async {
        sleep(Duration::from_millis(250)).await;
        pair(&bench, false).await;
    };
    let ((text, line), ()) = join!(said(&function, &raw), mirror);
    assert_eq!((claim(&text), groups(&text)), (json!("jane-sub"), Value::Null));
    assert_eq!(line.unwrap()["GroupsLate"], 1);
    assert!(start.elapsed() <= Duration::from_secs(3), "{:?}", start.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_pair_that_does_not_come_costs_a_first_token_three_seconds_and_no_later_one() {
    let (bench, start) = (Bench::new(), Instant::now());
    made_for_jane(&bench);
    assert_eq!(missing(&bench.function(), &token("n-1")).await["reason"], "link_pending");
    assert!(start.elapsed() <= Duration::from_secs(3), "{:?}", start.elapsed());
    let start = Instant::now();
    let (old, new) = (OldSub::parse("jane-sub").unwrap(), twinpool_core::id::NewSub::parse("n-1").unwrap());
    let wiring = bench.wiring(Mood::Works, Mood::Works);
    let long_ago = Timestamp(1_700_000_000_000);
    assert_eq!(wiring.awaited(&old, &new, long_ago, start + ANSWERED_BY).await, None);
    assert_eq!(start.elapsed(), Duration::ZERO);
}

#[tokio::test]
async fn the_first_token_ever_is_written_down_and_later_ones_cost_one_read() {
    let bench = Bench::new();
    assert_eq!(arrival(&bench, "n-1").await, Arrival::default());
    said(&bench.function(), &token("n-1")).await;
    let came = arrival(&bench, "n-1").await;
    assert!(came.came_at.is_some() && !came.has_password());
    // It is known from the item that the user id stands in.
    let function = bench.function();
    let before = bench.process.calls().len();
    said(&function, &token("n-1")).await;
    assert_eq!(bench.process.calls()[before..], ["GetItem"]);
    assert_eq!(arrival(&bench, "n-1").await, came);
    // The bridge takes it back before it sets a password, so that the next token counts.
    bench.world.links.forget_came(&NewSub::parse("n-1").unwrap()).await.unwrap();
    for expected in [&["GetItem", "UpdateItem", "UpdateItem"][..], &["GetItem"]] {
        let before = bench.process.calls().len();
        said(&function, &token("n-1")).await;
        assert_eq!(bench.process.calls()[before..], *expected);
    }
}

#[tokio::test]
async fn a_pair_comes_as_the_user_of_the_old_pool() {
    let bench = Bench::new();
    pair(&bench, true).await;
    said(&bench.function(), &token("n-1")).await;
    assert!(arrival(&bench, "jane-sub").await.came_at.is_some());
    assert_eq!(arrival(&bench, "n-1").await, Arrival::default());
}

#[tokio::test]
async fn a_table_that_takes_no_mark_costs_no_sign_in_and_is_counted() {
    let bench = Bench::new();
    pair(&bench, true).await;
    bench.process.fail_all("UpdateItem", twinpool_core::port::Class::Denied);
    let (text, line) = said(&bench.function(), &token("n-1")).await;
    assert_eq!(claim(&text), "jane-sub");
    let line = line.unwrap();
    assert_eq!(
        (&line["ArrivalLost"], &line["reason"], &line["level"]),
        (&json!(1), &json!("table"), &json!("WARN"))
    );
    let reset = token("n-1").replace("TokenGeneration_Authentication", RESET);
    let (text, line) = said(&bench.function(), &reset).await;
    let line = line.unwrap();
    assert_eq!((text, &line["ArrivalLost"], &line["level"]), (reset, &json!(1), &json!("ERROR")));
}

#[tokio::test]
async fn whoever_chose_a_password_in_the_new_pool_has_one_from_then_on() {
    for source in ["TokenGeneration_NewPasswordChallenge", RESET] {
        let bench = Bench::new();
        pair(&bench, true).await;
        let raw = token("n-1").replace("TokenGeneration_Authentication", source);
        let (text, line) = said(&bench.function(), &raw).await;
        assert!(line.is_none(), "{line:?}");
        assert!(source != RESET || text == raw);
        assert!(arrival(&bench, "jane-sub").await.has_password(), "{source}");
    }
    // Also while the pair is on its way.
    let bench = Bench::new();
    made_for_jane(&bench);
    let raw = token("n-1").replace("TokenGeneration_Authentication", RESET);
    assert_eq!(said(&bench.function(), &raw).await, (raw, None));
    assert!(arrival(&bench, "jane-sub").await.has_password());
}

#[tokio::test(start_paused = true)]
async fn a_changed_password_is_written_down_though_the_table_is_too_slow_for_the_claim() {
    let bench = Bench::new();
    pair(&bench, true).await;
    let function = bench.in_mood(Mood::IsSlow, Mood::Works, Chain::<Nobody>::Nothing);
    assert_eq!(missing(&function, &changed()).await["reason"], "too_slow");
    assert!(arrival(&bench, "jane-sub").await.has_password());
}

#[tokio::test]
async fn whose_password_was_chosen_is_asked_again_where_the_first_read_failed() {
    for source in ["TokenGeneration_NewPasswordChallenge", RESET] {
        let bench = Bench::new();
        pair(&bench, true).await;
        bench.process.fail_next("GetItem", twinpool_core::port::Class::Throttled);
        let raw = token("n-1").replace("TokenGeneration_Authentication", source);
        assert!(bench.function().answer(event(&raw)).await.lines.len() <= 1);
        assert!(arrival(&bench, "jane-sub").await.has_password(), "{source}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_changed_password_that_could_not_be_written_down_is_an_error_beside_the_missing_claim() {
    for mood in [Mood::Hangs, Mood::Refuses, Mood::Panics] {
        let (bench, start) = (Bench::new(), Instant::now());
        let function = bench.in_mood(mood, Mood::Works, Chain::<Nobody>::Nothing);
        let answer = function.answer(event(&changed())).await;
        assert_eq!(answer.event.unwrap().get(), changed());
        let lines: Vec<Value> =
            answer.lines.iter().map(|line| serde_json::from_str(&line.to_string()).unwrap()).collect();
        assert_eq!((&lines[0]["ClaimMissing"], &lines[1]["ArrivalLost"]), (&json!(1), &json!(1)));
        assert_eq!(lines[1]["level"], "ERROR");
        assert!(start.elapsed() <= ANSWERED_BY);
    }
}

#[tokio::test]
async fn a_confirmed_sign_up_says_nothing_of_a_password() {
    let bench = Bench::new();
    pair(&bench, true).await;
    let raw = token("n-1").replace("TokenGeneration_Authentication", "PostConfirmation_ConfirmSignUp");
    assert_eq!(said(&bench.function(), &raw).await, (raw, None));
    assert_eq!(arrival(&bench, "jane-sub").await, Arrival::default());
}

#[tokio::test(start_paused = true)]
async fn a_reset_is_written_down_in_the_time_that_is_left_by_who_does_not_say_whose_it_is() {
    let (bench, start) = (Bench::new(), Instant::now());
    made_for_jane(&bench);
    let marker = bench.world.new.person("n-1").unwrap().value(MARKER).unwrap().to_owned();
    let raw = token("n-1").replace("TokenGeneration_Authentication", RESET);
    let raw = raw.replace(r#""email":"#, &format!(r#""{MARKER}":"{marker}","email":"#));
    let function = bench.in_mood(Mood::Hangs, Mood::Works, Chain::<Nobody>::Nothing);
    assert_eq!(said(&function, &raw).await, (raw, None));
    assert!(arrival(&bench, "jane-sub").await.has_password());
    assert!(start.elapsed() <= ANSWERED_BY);
}

#[tokio::test(start_paused = true)]
async fn a_password_reset_passes_whatever_the_table_does_and_is_counted() {
    for (mood, reason) in [(Mood::Hangs, "too_slow"), (Mood::Refuses, "table"), (Mood::Panics, "panicked")] {
        let (bench, start) = (Bench::new(), Instant::now());
        let function = bench.in_mood(mood, Mood::Works, Chain::<Nobody>::Nothing);
        let raw = token("n-1").replace("TokenGeneration_Authentication", RESET);
        let (text, line) = said(&function, &raw).await;
        let line = line.unwrap();
        assert_eq!((text, &line["ArrivalLost"], &line["reason"]), (raw, &json!(1), &json!(reason)));
        assert!(start.elapsed() <= ANSWERED_BY);
    }
}
