//! `kill -9` at each call, before and after the other side did the work; then the queue delivers again.

use twinpool_tests::mirror::{Bench, failures, one};
use twinpool_tests::proxy::Moment;

/// Kills a mirror at each of its calls while it processes the next sign-in of a person, and delivers to another one.
/// Gives how many calls a mirror makes that lives.
fn kill_everywhere(bench: &Bench, moment: Moment, prepare: impl Fn(&str)) -> usize {
    for call in 0.. {
        let username = format!("{moment:?}-{call}").to_lowercase();
        prepare(&username);
        let event = bench.sign_in(&username);
        bench.proxy.kill_at(call, moment);
        let mut first = bench.mirror();
        bench.proxy.watch(first.process());
        let answer = first.invoke_until_death(one(&event, 1));
        let lived = answer.is_some();
        let calls = bench.proxy.take_calls();
        bench.proxy.kill_at(usize::MAX, moment);
        if !lived {
            let second = bench.mirror();
            assert_eq!(failures(&second.invoke(one(&event, 2))), Vec::<String>::new(), "killed at {calls:?}");
        }
        bench.assert_in_step(&username, &format!("killed {moment:?} the last of {calls:?}"));
        if lived {
            return calls.len();
        }
    }
    unreachable!("a mirror makes a finite number of calls")
}

fn with_groups() -> Bench {
    let bench = Bench::new();
    for (name, precedence) in [("readers", 1), ("writers", 2)] {
        bench.old.make_group(name, "", precedence).unwrap();
    }
    bench
}

#[test]
fn a_first_mirror_killed_before_any_call_leaves_one_user_and_one_link() {
    let bench = with_groups();
    let calls =
        kill_everywhere(&bench, Moment::Before, |who| drop(bench.person(who, &["readers", "writers"])));
    assert!(calls > 8, "{calls}");
}

#[test]
fn a_first_mirror_killed_after_any_call_leaves_one_user_and_one_link() {
    let bench = with_groups();
    let calls =
        kill_everywhere(&bench, Moment::After, |who| drop(bench.person(who, &["readers", "writers"])));
    assert!(calls > 8, "{calls}");
}

/// A person who is linked, and whose address, name and groups have changed since.
fn changed(bench: &Bench, username: &str) {
    let sub = bench.person(username, &["readers"]);
    let event = bench.sign_in(username);
    assert_eq!(failures(&bench.mirror().invoke(one(&event, 1))), Vec::<String>::new(), "{sub}");
    let email = format!("{username}.new@example.com");
    bench.old.set(username, &[("email", &email), ("email_verified", "true"), ("nickname", "A")]).unwrap();
    bench.old.leave(username, "readers").unwrap();
    bench.old.join(username, "writers").unwrap();
}

#[test]
fn an_update_killed_before_any_call_leaves_both_pools_in_step() {
    let bench = with_groups();
    let calls = kill_everywhere(&bench, Moment::Before, |who| changed(&bench, who));
    assert!(calls > 6, "{calls}");
}

#[test]
fn an_update_killed_after_any_call_leaves_both_pools_in_step() {
    let bench = with_groups();
    let calls = kill_everywhere(&bench, Moment::After, |who| changed(&bench, who));
    assert!(calls > 6, "{calls}");
}
