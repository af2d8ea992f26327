//! Temporary passwords by mail: nobody is left who can neither sign in nor reset, and nobody's own password is touched.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use twinpool_core::arrival::{Arrival, ArrivalStore as _, Invitation, Mark, Way};
use twinpool_core::attribute::Contact;
use twinpool_core::id::{OldSub, Sub, Timestamp};
use twinpool_core::password::Checked;
use twinpool_core::port::{Class, Clock};
use twinpool_core::snapshot::Status;
use twinpool_core::value::Value;
use twinpool_engine::{Again, Invite, InviteError, InviteTerms, Invited, Skip, Taken, Which};
use twinpool_rules::Rules;
use twinpool_testkit::world::{attribute, username_pool};
use twinpool_testkit::{Moment, Person, Process, World};

use crate::support::{NOW, only, run, sign_in};

const DAY: u64 = 24 * 60 * 60 * 1000;
const EMAIL: &str = "jane@example.com";

/// Jane is in both pools and has not come.
fn world() -> World {
    let world = World::username_to_email().with_jane().under("[sign_in]\nway = \"invite\"");
    sign_in(&world, "jane-sub");
    world
}

fn jane() -> OldSub {
    OldSub::parse("jane-sub").expect("a sub")
}

fn terms(world: &World) -> InviteTerms {
    InviteTerms {
        rules: Rules::parse(&world.rules).expect("the rules of the world"),
        ways: [Way::Invite].into(),
        again: Again::Expired,
        valid_for: Duration::from_millis(7 * DAY),
        shape: world.new.shape().clone(),
    }
}

/// Each look at the clock is later than the one before, whoever looks.
struct Ticking(Timestamp);

impl Clock for Ticking {
    fn now(&self) -> Timestamp {
        static TICKS: AtomicU64 = AtomicU64::new(0);
        Timestamp(self.0.0 + TICKS.fetch_add(1, Ordering::Relaxed))
    }
}

/// How one process, at this time, invites or withdraws.
struct Office<'a> {
    world: &'a World,
    process: Arc<Process>,
    terms: InviteTerms,
    now: Timestamp,
}

impl<'a> Office<'a> {
    fn of(world: &'a World) -> Self {
        Self { world, process: Arc::new(Process::healthy()), terms: terms(world), now: NOW }
    }

    fn dying_at(self, call: usize, moment: Moment) -> Self {
        Self { process: Arc::new(Process::dying_at(call, moment)), ..self }
    }

    fn days_later(self, days: u64) -> Self {
        Self { now: Timestamp(self.now.0 + days * DAY), ..self }
    }

    fn again(mut self, again: Again) -> Self {
        self.terms.again = again;
        self
    }

    fn invite(&self) -> Result<Invited, InviteError> {
        let (pool, links) =
            (self.world.new.called_by(&self.process), self.world.links.seen_by(&self.process));
        let invite = Invite { pool: &pool, links: &links, clock: &Ticking(self.now), terms: &self.terms };
        run(invite.invite(&jane()))
    }

    fn withdraw(&self, which: Which) -> Result<Taken, twinpool_core::port::PortError> {
        let (pool, links) =
            (self.world.new.called_by(&self.process), self.world.links.seen_by(&self.process));
        let invite = Invite { pool: &pool, links: &links, clock: &Ticking(self.now), terms: &self.terms };
        run(invite.withdraw(&jane(), which))
    }
}

fn arrival(world: &World) -> Arrival {
    run(world.links.arrival(&Sub::from(&jane()))).expect("an answer")
}

fn note(world: &World, mark: Mark) {
    run(world.links.note(&Sub::from(&jane()), mark, NOW)).expect("noted");
}

fn mails(world: &World) -> Vec<String> {
    world.new.mailed_passwords(&only(world).sub)
}

fn edit(world: &World, change: impl FnOnce(&mut Person)) {
    world.new.edit(&only(world).sub, change);
}

/// The person can come: with the password of the latest mail, or by a reset.
#[track_caller]
fn assert_nobody_is_stuck(world: &World) {
    let user = only(world);
    if user.status == Status::ForceChangePassword {
        let mail = mails(world).pop().expect("who has a temporary password has a mail");
        assert_eq!(world.new.sign_in(EMAIL, &mail), Checked::Temporary);
        assert!(matches!(arrival(world).invitation(), Invitation::Sent(_)), "{:?}", arrival(world));
    } else {
        assert!(user.can_reset_password());
    }
}

#[test]
fn whoever_has_not_come_gets_one_mail_and_comes_with_it() {
    let world = world();
    let office = Office::of(&world);
    assert_eq!(office.invite().expect("invited"), Invited::Sent);
    assert_eq!(office.invite().expect("an answer"), Invited::Not(Skip::Invited));
    let mails = mails(&world);
    assert_eq!(mails.len(), 1);
    assert!(matches!(arrival(&world).invitation(), Invitation::Sent(_)));
    world.new.change_temporary_password(EMAIL, &mails[0], "a longer one").expect("changed");
    assert_eq!(world.new.sign_in(EMAIL, "a longer one"), Checked::Right { second_factor: false });
}

#[test]
fn a_run_that_dies_anywhere_is_finished_by_the_next() {
    for moment in [Moment::Before, Moment::After] {
        for call in 0.. {
            let world = world();
            let dying = Office::of(&world).dying_at(call, moment);
            let first = dying.invite();
            if !dying.process.is_dead() {
                assert!(call > 6, "an invitation takes more than {call} calls");
                break;
            }
            assert!(first.is_err());
            let user = only(&world);
            let is_known = matches!(arrival(&world).invitation(), Invitation::Begun(_) | Invitation::Sent(_));
            assert!(
                user.status == Status::Confirmed || is_known,
                "call {call}, {moment:?}: nobody knows of it"
            );
            let next = Office::of(&world).invite().expect("an answer");
            // Only who was written down as invited gets no other mail.
            assert!(next == Invited::Sent || matches!(arrival(&world).invitation(), Invitation::Sent(_)));
            assert_nobody_is_stuck(&world);
            assert_eq!(only(&world).status, Status::ForceChangePassword, "call {call}, {moment:?}");
        }
    }
}

#[test]
fn whom_a_dead_run_left_can_reset_after_a_withdrawal() {
    for moment in [Moment::Before, Moment::After] {
        for call in 0..8 {
            let world = world();
            let _ = Office::of(&world).dying_at(call, moment).invite();
            let taken = Office::of(&world).withdraw(Which::Expired).expect("an answer");
            assert_eq!(
                taken == Taken::StillGood,
                matches!(arrival(&world).invitation(), Invitation::Sent(_))
            );
            assert_nobody_is_stuck(&world);
        }
    }
}

#[test]
fn a_withdrawal_that_dies_anywhere_is_finished_by_the_next() {
    for moment in [Moment::Before, Moment::After] {
        for call in 0..6 {
            let world = world();
            Office::of(&world).invite().expect("invited");
            let _ = Office::of(&world).dying_at(call, moment).withdraw(Which::All);
            Office::of(&world).withdraw(Which::All).expect("withdrawn");
            assert!(only(&world).can_reset_password(), "call {call}, {moment:?}");
            assert_eq!(arrival(&world).invitation(), Invitation::Withdrawn);
        }
    }
}

#[test]
fn a_mail_that_the_pool_refuses_leaves_the_user_as_before() {
    for class in [Class::Throttled, Class::Unavailable, Class::Rejected] {
        let world = world();
        let office = Office::of(&world);
        office.process.fail_next("AdminCreateUser", class);
        assert!(matches!(office.invite(), Err(InviteError::TakenBack(_))));
        assert!(only(&world).can_reset_password());
        assert_eq!(arrival(&world).invitation(), Invitation::Withdrawn);
    }
}

#[test]
fn where_the_reset_cannot_be_given_back_it_is_said_and_the_next_run_heals_it() {
    let world = world();
    let cut_off = Office::of(&world).dying_at(6, Moment::Before);
    assert!(matches!(cut_off.invite(), Err(InviteError::Halfway(_))));
    assert_eq!(cut_off.process.calls().get(6), Some(&"AdminCreateUser"));
    assert!(world.new.reset_password(EMAIL, "my own password").is_err());
    assert_eq!(Office::of(&world).withdraw(Which::Expired).expect("an answer"), Taken::Back);
    world.new.reset_password(EMAIL, "my own password").expect("a reset works again");
}

#[test]
fn nobody_who_came_or_has_a_password_is_touched() {
    for (mark, skip) in [
        (Mark::Came, Skip::Came),
        (Mark::Code, Skip::Came),
        (Mark::Bridging, Skip::HasPassword),
        (Mark::Bridged, Skip::HasPassword),
        (Mark::Password, Skip::HasPassword),
        (Mark::Migrated, Skip::HasPassword),
    ] {
        let world = world();
        note(&world, mark);
        assert_eq!(Office::of(&world).invite().expect("an answer"), Invited::Not(skip), "{mark:?}");
        assert_eq!((only(&world).status, mails(&world).len()), (Status::Confirmed, 0));
    }
}

#[test]
fn whoever_sets_a_password_while_the_invitation_begins_keeps_it() {
    let world = world();
    let (process, terms) = (Arc::new(Process::healthy()), terms(&world));
    let (pool, links) = (world.new.called_by(&process), world.links.seen_by(&process));
    let clock = Ticking(NOW);
    let who = jane();
    let mut invite = Box::pin(async {
        Invite { pool: &pool, links: &links, clock: &clock, terms: &terms }.invite(&who).await
    });
    // Up to the mark that says that it begins.
    while !process.calls().contains(&"UpdateItem") {
        assert!(crate::support::poll(&mut invite).is_pending());
    }
    world.new.reset_password(EMAIL, "my own password").expect("reset");
    note(&world, Mark::Password);
    assert_eq!(run(invite).expect("an answer"), Invited::Not(Skip::HasPassword));
    assert_eq!(world.new.sign_in(EMAIL, "my own password"), Checked::Right { second_factor: false });
    // Nor does a withdrawal of what was begun.
    assert_eq!(Office::of(&world).withdraw(Which::All).expect("an answer"), Taken::Nothing);
    assert_eq!(world.new.sign_in(EMAIL, "my own password"), Checked::Right { second_factor: false });
}

#[test]
fn who_cannot_be_written_to_is_left_alone_with_the_reason() {
    type Change = fn(&mut Person);
    let table: [(Skip, Change); 5] = [
        (Skip::Disabled, |person| person.enabled = false),
        (Skip::Federated, |person| person.status = Status::ExternalProvider),
        (Skip::NotConfirmed, |person| person.status = Status::Unconfirmed),
        (Skip::NoAddress, |person| drop(person.attributes.remove(&Contact::Email.address_attribute()))),
        (Skip::NoAddress, |person| {
            drop(person.attributes.insert(Contact::Email.flag_attribute(), Value::new("false")));
        }),
    ];
    for (skip, change) in table {
        let world = world();
        edit(&world, change);
        let before = only(&world);
        assert_eq!(Office::of(&world).invite().expect("an answer"), Invited::Not(skip));
        assert_eq!(only(&world), before);
        assert_eq!(arrival(&world), Arrival::default(), "nothing is begun");
    }
    let world = world();
    world.new.remove(&only(&world).sub);
    assert_eq!(Office::of(&world).invite().expect("an answer"), Invited::Not(Skip::Gone));
    let nobody = World::username_to_email().with_jane();
    assert_eq!(Office::of(&nobody).invite().expect("an answer"), Invited::Not(Skip::NoPair));
}

#[test]
fn the_policy_says_who_is_invited() {
    for (rules, ways, expected) in [
        ("", BTreeSet::from([Way::Invite]), Invited::Not(Skip::OtherWay)),
        ("", Way::ALL.into(), Invited::Sent),
        ("[[sign_in.policy]]\ngroups = [\"staff\"]\nway = \"invite\"", [Way::Invite].into(), Invited::Sent),
        (
            "[[sign_in.policy]]\ngroups = [\"board\"]\nway = \"invite\"",
            [Way::Invite].into(),
            Invited::Not(Skip::OtherWay),
        ),
    ] {
        let world = world().under(rules);
        let mut office = Office::of(&world);
        office.terms.ways = ways;
        assert_eq!(office.invite().expect("an answer"), expected, "{rules}");
    }
}

#[test]
fn an_invitation_that_expired_is_sent_again_or_taken_back_as_the_owner_says() {
    let world = world();
    Office::of(&world).invite().expect("invited");
    let sixth = || Office::of(&world).days_later(6);
    let eighth = || Office::of(&world).days_later(8);
    assert_eq!(sixth().invite().expect("an answer"), Invited::Not(Skip::Invited));
    assert_eq!(sixth().withdraw(Which::Expired).expect("an answer"), Taken::StillGood);
    assert_eq!(eighth().again(Again::Never).invite().expect("an answer"), Invited::Not(Skip::Invited));
    assert_eq!(eighth().invite().expect("an answer"), Invited::Sent);
    assert_eq!((mails(&world).len(), arrival(&world).invited.map(|invited| invited.times)), (2, Some(2)));
    let later = Office::of(&world).days_later(20);
    assert_eq!(later.withdraw(Which::Expired).expect("an answer"), Taken::Back);
    assert!(only(&world).can_reset_password());
    assert_eq!(later.withdraw(Which::Expired).expect("an answer"), Taken::Nothing);
    // Once more, because the owner says so.
    assert_eq!(later.invite().expect("an answer"), Invited::Sent);
    assert_nobody_is_stuck(&world);
}

#[test]
fn a_second_mail_is_sent_only_if_it_is_asked_for_and_the_mirror_leaves_its_password_alone() {
    let world = world();
    Office::of(&world).invite().expect("invited");
    assert_eq!(Office::of(&world).again(Again::Always).invite().expect("an answer"), Invited::Sent);
    assert_eq!(mails(&world).len(), 2);
    world
        .old
        .edit(&Sub::from(&jane()), |jane| drop(jane.attributes.insert(attribute("name"), Value::new("J"))));
    sign_in(&world, "jane-sub");
    assert_eq!(only(&world).value("name"), Some("J"));
    assert_nobody_is_stuck(&world);
    assert_eq!(only(&world).status, Status::ForceChangePassword);
}

#[test]
fn pools_with_usernames_are_asked_by_username() {
    let world = World::new(username_pool("eu-west-1_Old"), username_pool("eu-west-1_New")).with_jane();
    sign_in(&world, "jane-sub");
    let mut office = Office::of(&world);
    office.terms.ways = Way::ALL.into();
    assert_eq!(office.invite().expect("an answer"), Invited::Sent);
    let mail = mails(&world).pop().expect("a mail");
    assert_eq!(world.new.sign_in("jane", &mail), Checked::Temporary);
}
