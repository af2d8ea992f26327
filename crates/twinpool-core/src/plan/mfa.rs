//! Second factors: codes by text message and e-mail follow, everything else is the user's to set up again (F§4.9).

use super::{Operation, Plan, PlanningInput};
use crate::attribute::Contact;
use crate::held_back::{HeldBack, Reason, Subject};
use crate::snapshot::{Factor, Mfa};

/// Turned on where the source has it on; turned off only where the source turned it off since the last mirror: what the user
/// turned on in the target is the user's.
pub(super) fn bring(plan: &mut Plan, input: &PlanningInput<'_>, target: Mfa) {
    hold_what_stays(plan, input, target);
    let source = with_addresses(plan, input, target);
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
    if input.target_shape.mfa.is_on() {
        let operation = Operation::SetMfa { was: target, now };
        plan.operations.extend(operation.reachable(&mut plan.held_back));
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

/// The source's factors without codes to an address that the user has not, or that the rules leave out: they are held back.
fn with_addresses(plan: &mut Plan, input: &PlanningInput<'_>, target: Mfa) -> Mfa {
    let mut source = input.source.mfa;
    for (factor, contact) in [(Factor::Sms, Contact::Phone), (Factor::Email, Contact::Email)] {
        let is_settled = target.has(factor) || input.terms.left_factors.contains(&factor);
        if !source.has(factor) || input.source.contact(contact).is_some() || is_settled {
            continue;
        }
        let address = Subject::Attribute(contact.address_attribute());
        let held = plan.held_back.iter().find(|held| held.subject == address).map(|held| held.reason);
        plan.hold(Subject::Factor(factor), held.unwrap_or(Reason::CannotMove));
        match factor {
            Factor::Sms => source.sms = false,
            _ => source.email = false,
        }
    }
    source
}

impl Operation {
    /// The operation without the codes that would go to an address that is not the user's any more, because the new one is
    /// held back; they are held back too. `None` if nothing is left of it.
    #[must_use]
    pub fn reachable(&self, held_back: &mut Vec<HeldBack>) -> Option<Self> {
        let Self::SetMfa { was, now } = self else {
            return Some(self.clone());
        };
        let (was, mut now) = (*was, *now);
        for (factor, contact) in [(Factor::Sms, Contact::Phone), (Factor::Email, Contact::Email)] {
            let address = Subject::Attribute(contact.address_attribute());
            let held = held_back.iter().find(|held| held.subject == address).map(|held| held.reason);
            let Some(reason) = held.filter(|_| now.has(factor) && !was.has(factor)) else {
                continue;
            };
            match factor {
                Factor::Sms => now.sms = false,
                _ => now.email = false,
            }
            let former = was.preferred.filter(|former| now.has(*former));
            now.preferred = now.preferred.filter(|preferred| *preferred != factor).or(former);
            held_back.push(HeldBack { subject: Subject::Factor(factor), reason });
        }
        (now != was).then_some(Self::SetMfa { was, now })
    }
}

/// Of a user who is made now.
pub(super) fn first(plan: &mut Plan, input: &PlanningInput<'_>) {
    bring(plan, input, Mfa::default());
}
