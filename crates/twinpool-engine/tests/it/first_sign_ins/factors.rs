//! A right password is half of what the old pool asks for.

use twinpool_core::arrival::{Arrival, ArrivalStore as _};
use twinpool_core::id::Sub;
use twinpool_core::pool::{MfaMode, PoolShape};
use twinpool_engine::No;

use super::*;

fn with_mfa(shape: PoolShape) -> PoolShape {
    PoolShape { mfa: MfaMode::Optional, ..shape }
}

/// Jane, between two pools that have second factors.
fn jane_with(mfa: Mfa) -> World {
    let world = World::new(with_mfa(username_pool(OLD_POOL)), with_mfa(email_pool("eu-west-1_New")));
    let world = world.with_jane();
    let jane = world.old.person("jane-sub").expect("jane");
    world.old.edit(&jane.sub, |jane| jane.mfa = mfa);
    world.old.give_password(&jane.sub, PASSWORD);
    world
}

fn arrival(world: &World, sub: &str) -> Arrival {
    run(world.links.arrival(&Sub::parse(sub).expect("a sub"))).expect("the table answers")
}

#[test]
fn a_password_alone_leads_past_no_second_factor_and_the_code_of_a_reset_stands_in_for_it() {
    let demanded = |challenge| {
        let world = jane_with(Mfa::default());
        world.old.challenge_after_password(&Sub::parse("jane-sub").expect("a sub"), challenge);
        world
    };
    let worlds = [
        jane_with(Mfa { totp: true, preferred: Some(Factor::Totp), ..Mfa::default() }),
        jane_with(Mfa { email: true, preferred: Some(Factor::Email), ..Mfa::default() }),
        // The new pool cannot be told of the number: there is none.
        jane_with(Mfa { sms: true, preferred: Some(Factor::Sms), ..Mfa::default() }),
        // The pool asks everybody, and no user tells of it.
        demanded("SMS_MFA"),
        demanded("EMAIL_OTP"),
        demanded("MFA_SETUP"),
        demanded("SELECT_MFA_TYPE"),
    ];
    for (case, world) in worlds.into_iter().enumerate() {
        assert_eq!(signs_in(&world, JANE, PASSWORD), Seen::ResetNeeded, "{case}");
        assert_eq!(signs_in(&world, JANE, PASSWORD), Seen::ResetNeeded, "{case}: the next time too");
        let arrival = arrival(&world, "jane-sub");
        assert!(arrival.factor_at.is_some() && !arrival.has_password(), "{case}");
        sign_in(&world, "jane-sub");
        assert_eq!(signs_in(&world, JANE, PASSWORD), Seen::ResetNeeded, "{case}: nor does the mirror help");
        world.new.reset_password(JANE, "a new password").expect("it is reset");
        assert_ne!(world.new.sign_in(JANE, "a new password"), Checked::Wrong, "{case}");
    }
}

#[test]
fn whoever_cannot_be_sent_a_code_does_not_come_past_a_second_factor() {
    let old = with_mfa(username_pool(OLD_POOL));
    let world = World::new(old, with_mfa(username_pool("eu-west-1_New")));
    let totp = Mfa { totp: true, preferred: Some(Factor::Totp), ..Mfa::default() };
    world.old.put(Person { mfa: totp, ..person("joe-sub", "joe", &[("email", "joe@example.com")]) });
    world.old.give_password(&Sub::parse("joe-sub").expect("a sub"), PASSWORD);
    let door = door(&world, &healthy(), NOW);
    let answer = run(door.sign_in(&name("joe"), &Password::new(PASSWORD)));
    assert!(matches!(answer, Err(NotAdmitted::No(No::NoContact))), "{answer:?}");
    assert_eq!((world.new.count(), world.links.all().len()), (0, 0));
    assert!(!arrival(&world, "joe-sub").has_password());
}
