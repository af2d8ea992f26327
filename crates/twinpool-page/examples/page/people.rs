//! Invented people, and what is held back of them.

use twinpool_core::change_event::Cause;
use twinpool_core::decision::Decision;
use twinpool_core::held_back::{Reason, Subject};
use twinpool_core::history::Entry;
use twinpool_core::id::{AttributeName, GroupName, IdError, NewSub, OldSub, Pool, Sub, UserId};
use twinpool_core::snapshot::{Factor, Status};
use twinpool_page::{Choice, Conflict, Person, Row, Side, Stands, Whose};

use super::state::ago;

/// In both pools, with an address that somebody else holds.
pub(crate) const ADA: &str = "9441f38c-d64d-45d1-8401-ec94ab328c6d";
pub(crate) const ADA_NEW: &str = "bb739df9-14f4-40a0-b7d5-bd0f6f453d14";
/// In the old pool only: the twin of Ada.
pub(crate) const TWIN: &str = "f2cf2fa4-1e9f-4777-8865-ccad9f66edcd";

pub(crate) fn conflicts() -> Result<Vec<Conflict>, IdError> {
    let mut all = vec![adas(ADA)?, twin()?, group()?, born()?];
    for number in 0..14_u64 {
        let old =
            OldSub::parse(format!("e19d7717-c0d5-4370-9add-{:012x}", 0x55fe_fee7_bc30_u64 + number * 7919))?;
        let sick = adas(old.as_str())?;
        let reason = Reason::UnverifiedSignInName;
        all.push(Conflict {
            subject: Subject::User,
            reason,
            is_pair: false,
            holder: None,
            choices: leave_out(),
            ..sick
        });
    }
    Ok(all)
}

fn leave_out() -> Vec<Choice> {
    vec![Choice::Decide(Decision::LeaveOut)]
}

fn adas(sub: &str) -> Result<Conflict, IdError> {
    Ok(Conflict {
        whose: Whose::User(OldSub::parse(sub)?),
        subject: Subject::Attribute(AttributeName::parse("email")?),
        reason: Reason::Taken,
        at: ago(3),
        is_pair: true,
        holder: None,
        holder_old: None,
        decided: None,
        choices: vec![
            Choice::Decide(Decision::KeepOld),
            Choice::Decide(Decision::KeepNew),
            Choice::Decide(Decision::LeaveOut),
        ],
    })
}

fn twin() -> Result<Conflict, IdError> {
    Ok(Conflict {
        subject: Subject::User,
        reason: Reason::Twin,
        at: ago(30),
        is_pair: false,
        holder: Some(NewSub::parse(ADA_NEW)?),
        holder_old: Some(OldSub::parse(ADA)?),
        choices: vec![
            Choice::Decide(Decision::MergeInto(OldSub::parse(ADA)?)),
            Choice::Decide(Decision::LeaveOut),
        ],
        ..adas(TWIN)?
    })
}

fn group() -> Result<Conflict, IdError> {
    let name = GroupName::parse("staff")?;
    let (whose, subject) = (Whose::Group(name.clone()), Subject::Group(name));
    Ok(Conflict { whose, subject, reason: Reason::Refused, choices: vec![], ..adas(ADA)? })
}

fn born() -> Result<Conflict, IdError> {
    let whose = Whose::Born(NewSub::parse("06182bdd-02a4-4686-a19f-379405143d66")?);
    let subject = Subject::Attribute(AttributeName::parse("custom:tenant")?);
    Ok(Conflict {
        whose,
        subject,
        reason: Reason::NotConvertible,
        is_pair: false,
        choices: vec![],
        ..adas(ADA)?
    })
}

fn row(kind: &'static str, name: &str, sides: (bool, bool), stands: Stands) -> Row {
    Row { kind, name: name.to_owned(), in_old: sides.0, in_new: sides.1, stands, made_of: None }
}

/// Somebody of whom one thing differs, one is held back, and the rest is as it should be.
pub(crate) fn ada() -> Result<Person, IdError> {
    let (both, old_only, new_only) = ((true, true), (true, false), (false, true));
    let settled = |why: &str| Stands::Settled(why.to_owned());
    let entry = |hours, cause: &str, did: &str| Entry {
        at: ago(hours),
        cause: Cause::from(cause.to_owned()),
        did: did.to_owned(),
    };
    let side = |password| Side { status: Status::Confirmed, enabled: true, password };
    Ok(Person {
        user_id: Some(UserId::parse(ADA)?),
        old_sub: Some(OldSub::parse(ADA)?),
        new_sub: Some(NewSub::parse(ADA_NEW)?),
        merged_into: None,
        state: "linked: the user is in both pools".to_owned(),
        in_short: format!(
            "1 thing differs, and nothing is known to stand in the way: `twinpool sync {ADA}` brings the user into step"
        ),
        say: Some(Pool::New),
        old: Some(side("the one that the user knows, as far as twinpool can know")),
        new: Some(side("was carried over at a sign-in")),
        rows: vec![
            row("attribute", "email", both, Stands::HeldBack(Reason::Taken)),
            row("attribute", "email_verified", both, Stands::Same),
            row("attribute", "name", both, Stands::Same),
            row("attribute", "locale", new_only, settled("the new pool's own")),
            row("attribute", "custom:subscription_level", old_only, Stands::Differs("missing".to_owned())),
            Row {
                made_of: Some("custom:company".to_owned()),
                ..row("attribute", "custom:tenant", both, Stands::Same)
            },
            row("group", "readers", both, Stands::Same),
            row("group", "test-1", old_only, settled("left out by a rule")),
            row("factor", "totp", old_only, Stands::HeldBack(Reason::CannotMove)),
            row("", "enabled", both, Stands::Same),
        ],
        conflicts: vec![
            adas(ADA)?,
            Conflict {
                subject: Subject::Factor(Factor::Totp),
                reason: Reason::CannotMove,
                choices: vec![],
                ..adas(ADA)?
            },
        ],
        history: vec![
            entry(200, "PostConfirmation_ConfirmSignUp", "made in the new pool"),
            entry(60, "CloudTrail_AdminAddUserToGroup", "wrote group readers"),
            entry(3, "TokenGeneration_Authentication", "held back attribute email: taken"),
        ],
    })
}

/// Somebody who is not in the new pool.
pub(crate) fn other(who: &Sub) -> Result<Option<Person>, IdError> {
    let mut all = conflicts()?.into_iter();
    let Some(conflict) =
        all.find(|one| matches!(&one.whose, Whose::User(sub) if sub.as_str() == who.as_str()))
    else {
        return Ok(None);
    };
    let old_sub = OldSub::from(who.clone());
    Ok(Some(Person {
        user_id: Some(UserId::from(&old_sub)),
        new_sub: None,
        state: format!("conflict: {}", conflict.reason.remedy()),
        in_short: format!("not mirrored: `twinpool conflicts show {who}` says what helps"),
        say: Some(Pool::Old),
        new: None,
        rows: vec![],
        conflicts: vec![conflict],
        old_sub: Some(old_sub),
        history: vec![],
        ..ada()?
    }))
}
