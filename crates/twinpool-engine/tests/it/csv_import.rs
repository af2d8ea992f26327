//! Users who come by an import job.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use twinpool_core::attribute::Contact;
use twinpool_core::group::GroupDefinition;
use twinpool_core::id::{ProviderName, RunId, Sub};
use twinpool_core::import_job::JobState;
use twinpool_core::link::Link;
use twinpool_core::pool::PoolShape;
use twinpool_core::port::{Class, PortError};
use twinpool_core::snapshot::{Identity, Status};
use twinpool_core::value::Value;
use twinpool_engine::{
    CsvImportError, CsvReport, Engine, JobEvent, JobListener, Limits, Listener, OfPool, Settled, Unfit, Walk,
    import_by_csv, memberships,
};
use twinpool_testkit::world::{OLD_POOL, attribute, email_pool, group, person, username_pool};
use twinpool_testkit::{MemoryImportJobs, Person, Process, World};

use crate::stand_ins::StandIns;
use crate::support::{link, sign_in, tell, terms};
use crate::waits::Ticking;

mod doubles;
mod phases;
mod trouble;
mod values;

/// Watches jobs, and lets something happen when one is made.
#[derive(Default)]
struct Watching {
    created: Mutex<Vec<usize>>,
    found: Mutex<usize>,
    meanwhile: Option<Box<dyn Fn() + Send + Sync>>,
}

impl Listener for Watching {
    fn waits(&self, _: &PortError, _: Duration) {}
    fn begins_anew(&self) {}
}

impl JobListener for Watching {
    fn job(&self, event: JobEvent<'_>) {
        match event {
            JobEvent::Created { rows, .. } => self.created.lock().expect("no holder panics").push(rows),
            JobEvent::Found(_) => *self.found.lock().expect("no holder panics") += 1,
            JobEvent::Goes(job) if job.state == JobState::Succeeded => {
                if let Some(meanwhile) = &self.meanwhile {
                    meanwhile();
                }
            }
            JobEvent::Goes(_) => {}
        }
    }
}

/// From usernames to addresses, which the new pool verifies; with so many people, numbered from 0.
fn world(people: usize) -> World {
    let new = PoolShape { verifies: [Contact::Email].into(), ..email_pool("eu-west-1_New") };
    let world = World::new(username_pool(OLD_POOL), new);
    let staff = GroupDefinition { name: group("staff"), description: None, precedence: None };
    world.old.put_group(staff);
    for number in 0..people {
        let address = format!("p{number}@example.com");
        let attributes = [
            ("email", address.as_str()),
            ("email_verified", "true"),
            ("name", "Doe, J"),
            ("birthdate", "1990-12-31"),
        ];
        world.old.put(person(&format!("old-{number}"), &format!("user{number}"), &attributes));
    }
    world
}

fn run_id() -> RunId {
    RunId::parse("20261121-1").expect("a run")
}

struct Bench {
    world: World,
    jobs: MemoryImportJobs,
}

impl Bench {
    fn of(world: World) -> Self {
        let jobs = MemoryImportJobs::of(&world.new, &Arc::new(Process::healthy()));
        Self { world, jobs }
    }

    async fn import(
        &self,
        process: &Arc<Process>,
        limits: Limits,
        listener: &Watching,
    ) -> Result<(CsvReport, Settled), CsvImportError> {
        let clock = Ticking(tokio::time::Instant::now());
        let ports = StandIns::of(&self.world, process, clock, false);
        let engine = Engine::start(ports, terms(&self.world)).await;
        // Whose process is dead cannot start.
        let engine = engine.map_err(|_| CsvImportError::NothingVerified)?;
        let old = self.world.old.called_by(process);
        let groups = memberships(&old, listener).await?;
        let users = || OfPool::new(Walk::new(&old, None, listener), &groups);
        import_by_csv(&engine, &self.jobs.called_by(process), users, (&run_id(), limits), listener).await
    }

    async fn imported(&self) -> (CsvReport, Settled) {
        let (report, settled) = self
            .import(&Arc::new(Process::healthy()), Limits::default(), &Watching::default())
            .await
            .expect("an import");
        assert!(settled.failed.is_empty(), "{settled:?}");
        (report, settled)
    }

    /// Who has a pair, and with whom.
    fn pairs(&self) -> Vec<(String, String)> {
        let links = self.world.links.all();
        let pair = |link: &Link| {
            let linked = link.linked()?;
            Some((link.old_sub.to_string(), self.address(linked.new_sub.as_str())))
        };
        let mut all: Vec<_> = links.iter().filter_map(pair).collect();
        all.sort();
        all
    }

    fn address(&self, sub: &str) -> String {
        self.world.new.person(sub).expect("a user").value("email").expect("an address").to_owned()
    }
}

fn expected(numbers: impl IntoIterator<Item = usize>) -> Vec<(String, String)> {
    numbers.into_iter().map(|number| (format!("old-{number}"), format!("p{number}@example.com"))).collect()
}

#[tokio::test(start_paused = true)]
async fn an_import_pairs_everybody_and_nobody_becomes_active_by_it() {
    let bench = Bench::of(world(5));
    let process = Arc::new(Process::healthy());
    let (report, settled) = bench.import(&process, Limits::default(), &Watching::default()).await.unwrap();
    assert_eq!((report.sent, report.jobs[0].job.imported, settled.paired), (5, 5, 5));
    assert_eq!(bench.pairs(), expected(0..5));
    // A birthdate comes back in the form of the file, and is put right by a call.
    let calls: BTreeSet<_> = process.calls().into_iter().filter(|call| call.starts_with("Admin")).collect();
    assert_eq!(calls, ["AdminUpdateUserAttributes"].into());
    let made = bench.world.new.person("p3@example.com").unwrap();
    assert_eq!((made.status, made.messages), (Status::ResetRequired, 0));
    assert_eq!((made.value("name"), made.value("birthdate")), (Some("Doe, J"), Some("1990-12-31")));
    assert_eq!(link(&bench.world, "old-3").made_by, Some(run_id()));
}

#[tokio::test(start_paused = true)]
async fn who_needs_nothing_more_costs_no_call_to_a_pool() {
    let bench = Bench::of(world(3));
    for number in 0..3 {
        let sub = Sub::parse(format!("old-{number}")).unwrap();
        bench.world.old.edit(&sub, |person| drop(person.attributes.remove(&attribute("birthdate"))));
    }
    let process = Arc::new(Process::healthy());
    bench.import(&process, Limits::default(), &Watching::default()).await.unwrap();
    assert_eq!(bench.pairs(), expected(0..3));
    assert!(!process.calls().iter().any(|call| call.starts_with("Admin")), "{:?}", process.calls());
}

#[tokio::test(start_paused = true)]
async fn what_was_imported_follows_like_any_pair() {
    let bench = Bench::of(world(2));
    bench.world.old.edit(&Sub::parse("old-0").unwrap(), |person| person.groups = [group("staff")].into());
    bench.imported().await;
    let groups = |address: &str| bench.world.new.person(address).unwrap().groups;
    assert_eq!((groups("p0@example.com"), groups("p1@example.com")), ([group("staff")].into(), [].into()));
    // Nothing to do: in step.
    assert_eq!(sign_in(&bench.world, "old-1").operations, 0);
    bench.world.old.edit(&Sub::parse("old-1").unwrap(), |person| {
        person.attributes.remove(&attribute("name"));
        person.attributes.insert(attribute("email"), Value::new("new@example.com"));
        person.enabled = false;
    });
    tell(&bench.world, "AdminDisableUser", "old-1");
    let after = bench.world.new.person("new@example.com").unwrap();
    assert_eq!((after.value("name"), after.enabled, after.status), (None, false, Status::ResetRequired));
}

#[tokio::test(start_paused = true)]
async fn nobody_who_was_imported_gets_a_password() {
    for is_passwordless in [false, true] {
        let bench = Bench::of(world(1));
        if is_passwordless {
            bench.jobs.make_passwordless();
        }
        let process = Arc::new(Process::healthy());
        bench.import(&process, Limits::default(), &Watching::default()).await.unwrap();
        let status = if is_passwordless { Status::Confirmed } else { Status::ResetRequired };
        assert_eq!(bench.world.new.person("p0@example.com").unwrap().status, status);
        assert!(!process.calls().contains(&"AdminSetUserPassword"));
        // Not by the mirror either, which takes such a user up where nobody has paired it.
        let lone = Bench::of(world(1));
        lone.world.new.put(Person { status, ..bench.world.new.person("p0@example.com").unwrap() });
        sign_in(&lone.world, "old-0");
        assert_eq!(lone.pairs(), expected(0..1));
        assert_eq!(lone.world.new.person("p0@example.com").unwrap().status, status);
    }
}

#[tokio::test(start_paused = true)]
async fn who_cannot_go_by_a_file_is_left_to_the_calls_with_the_reason() {
    let bench = Bench::of(world(9));
    let edit = |number: usize, change: &dyn Fn(&mut Person)| {
        bench.world.old.edit(&Sub::parse(format!("old-{number}")).unwrap(), change);
    };
    let set = |number, name: &str, value: &str| {
        edit(number, &|person| drop(person.attributes.insert(attribute(name), Value::new(value))));
    };
    set(0, "email_verified", "false");
    set(1, "name", "Jane \"J\" Doe");
    edit(2, &|person| person.enabled = false);
    edit(3, &|person| person.status = Status::Unconfirmed);
    let google = Identity { provider: ProviderName::parse("Google").unwrap(), subject: Value::new("1") };
    edit(4, &|person| {
        person.status = Status::ExternalProvider;
        person.identities.insert(google.clone());
    });
    edit(5, &|person| drop(person.attributes.remove(&attribute("email"))));
    sign_in(&bench.world, "old-6");
    let (report, settled) = bench.imported().await;
    assert_eq!((report.sent, report.known, settled.paired), (2, 1, 2));
    let reasons: Vec<_> = report.unfit.iter().map(|(reason, count)| (reason.clone(), *count)).collect();
    let value = |text: &str| Unfit::Value(attribute(text));
    assert!(
        reasons.contains(&(Unfit::Disabled, 1)) && reasons.contains(&(Unfit::NotConfirmed, 1)),
        "{reasons:?}"
    );
    assert!(reasons.contains(&(Unfit::Federated, 1)) && reasons.contains(&(value("name"), 1)), "{reasons:?}");
    assert_eq!(reasons.iter().map(|(_, count)| count).sum::<u64>(), 6);
    assert_eq!(bench.pairs(), expected([6, 7, 8]));
    // And the usual way makes those who can be made.
    for number in [1, 2] {
        tell(&bench.world, "AdminUpdateUserAttributes", &format!("old-{number}"));
    }
    assert_eq!(bench.pairs(), expected([1, 2, 6, 7, 8]));
}

#[tokio::test(start_paused = true)]
async fn files_are_no_larger_than_they_may_be() {
    let bench = Bench::of(world(7));
    let watching = Watching::default();
    let process = Arc::new(Process::healthy());
    let limits = Limits { rows: 3, ..Limits::default() };
    let (report, _) = bench.import(&process, limits, &watching).await.unwrap();
    assert_eq!((report.jobs.len(), watching.created.lock().unwrap().clone()), (3, vec![3, 3, 1]));
    assert_eq!(bench.pairs(), expected(0..7));

    let bench = Bench::of(world(7));
    let limits = Limits { bytes: 800, ..Limits::default() };
    bench.import(&process, limits, &Watching::default()).await.unwrap();
    let files = bench.jobs.files();
    assert!(files.len() > 1 && files.iter().all(|file| file.len() <= 800));
    assert_eq!(bench.pairs(), expected(0..7));
}
