//! Second factors: codes by text message and e-mail follow, everything else is the user's to set up again (F§4.9).

use super::{Operation, Plan, PlanningInput};
use crate::held_back::{Reason, Subject};
use crate::snapshot::{Factor, Mfa};

/// Turned on where the source has it on; turned off only where the source turned it off since the last mirror: what the user
/// turned on in the target is the user's.
pub(super) fn bring(plan: &mut Plan, input: &PlanningInput<'_>, target: Mfa) {
    let source = input.source.mfa;
    hold_what_stays(plan, input, target);
    let agreed = input.source_agreed.map_or(Mfa::default(), |side| side.mfa);
    let wanted = |factor: Factor| {
        if input.terms.left_factors.contains(&factor) {
            return target.has(factor);
        }
        let turned_off = agreed.has(factor) && !source.has(factor);
        source.has(factor) || (target.has(factor) && !turned_off)
    };
    let (sms, email) = (wanted(Factor::Sms), wanted(Factor::Email));
    let changed_preference = input.source_agreed.is_none_or(|side| side.mfa.preferred != source.preferred);
    let has = |factor: &Factor| match factor {
        Factor::Sms => sms,
        Factor::Email => email,
        Factor::Totp => target.totp,
        Factor::Passkeys | Factor::Devices => false,
    };
    let own = target.preferred.filter(has);
    let theirs = source.preferred.filter(|theirs| has(theirs) && (changed_preference || own.is_none()));
    let now = Mfa { sms, email, totp: target.totp, preferred: theirs.or(own) };
    if now == target {
        return;
    }
    if input.target_shape.mfa {
        plan.operations.push(Operation::SetMfa { was: target, now });
    } else {
        for factor in [Factor::Sms, Factor::Email].into_iter().filter(|factor| source.has(*factor)) {
            plan.hold(Subject::Factor(factor), Reason::MfaOff);
        }
    }
}

/// What Cognito gives to nobody.
fn hold_what_stays(plan: &mut Plan, input: &PlanningInput<'_>, target: Mfa) {
    let totp = (input.source.mfa.totp && !target.totp).then_some(Factor::Totp);
    for factor in totp.into_iter().chain(input.source.factors.iter().copied()) {
        plan.hold(Subject::Factor(factor), Reason::CannotMove);
    }
}

/// Of a user who is made now.
pub(super) fn first(plan: &mut Plan, input: &PlanningInput<'_>) {
    bring(plan, input, Mfa::default());
}
