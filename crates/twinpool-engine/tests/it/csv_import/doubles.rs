//! Users whose owner has another counterpart.

use super::*;

/// A mirror makes one of two users under another address, while the job makes both.
fn overtaken() -> (Bench, Watching) {
    let bench = Bench::of(world(2));
    let world = bench.world.clone();
    let done = Mutex::new(false);
    let meanwhile = move || {
        if std::mem::replace(&mut *done.lock().expect("nobody panicked"), true) {
            return;
        }
        world.old.edit(&Sub::parse("old-1").expect("a sub"), |person| {
            person.attributes.insert(attribute("email"), Value::new("moved@example.com"));
        });
        sign_in(&world, "old-1");
    };
    (bench, Watching { meanwhile: Some(Box::new(meanwhile)), ..Watching::default() })
}

#[tokio::test(start_paused = true)]
async fn a_user_whom_a_mirror_made_meanwhile_under_another_address_leaves_no_open_double() {
    let (bench, watching) = overtaken();
    let (_, settled) =
        bench.import(&Arc::new(Process::healthy()), Limits::default(), &watching).await.unwrap();
    assert_eq!((settled.paired, settled.doubles.len()), (1, 1));
    let pairs: Vec<_> = bench.pairs().into_iter().map(|(_, address)| address).collect();
    assert_eq!(pairs, ["p0@example.com", "moved@example.com"]);
    assert!(!bench.world.new.person("p1@example.com").unwrap().enabled);
}

#[tokio::test(start_paused = true)]
async fn a_double_that_cannot_be_disabled_at_once_or_is_gone_ends_no_import() {
    for (class, is_there) in [(Class::Throttled, true), (Class::NotFound, false)] {
        let (bench, watching) = overtaken();
        let process = Arc::new(Process::healthy());
        process.fail_next("AdminDisableUser", class);
        let (_, settled) = bench.import(&process, Limits::default(), &watching).await.unwrap();
        assert_eq!((settled.paired, settled.doubles.len()), (1, usize::from(is_there)));
        assert_eq!(bench.world.new.person("p1@example.com").unwrap().enabled, !is_there);
    }
}

#[tokio::test(start_paused = true)]
async fn of_two_users_whom_jobs_made_for_one_person_one_is_paired_and_the_other_is_told() {
    let earlier = Bench::of(world(1));
    earlier.imported().await;
    let first = earlier.world.new.person("p0@example.com").unwrap();
    let bench = Bench::of(world(1));
    let second = person("second", "second", &[("email", "moved@example.com"), ("email_verified", "true")]);
    let mut attributes = first.attributes.clone();
    attributes.extend(second.attributes);
    let second = Person { sub: second.sub, username: second.username, attributes, ..first.clone() };
    bench.world.new.put(first);
    bench.world.new.put(second);
    let (report, settled) = bench.imported().await;
    assert_eq!((report.sent, settled.paired, settled.doubles.len()), (0, 1, 1));
    let people = bench.world.new.people();
    let double = people.iter().find(|user| !user.enabled).expect("the other is disabled");
    assert_eq!(settled.doubles.iter().next().unwrap().as_str(), double.sub.as_str());
    assert_eq!(people.len(), 2);
}
