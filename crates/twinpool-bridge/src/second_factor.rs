//! Whether a second factor stands between a password and tokens.

use twinpool_core::link::Linked;
use twinpool_core::snapshot::Mfa;

/// Whether any is on.
pub(crate) fn is_on(mfa: Mfa) -> bool {
    mfa.sms || mfa.email || mfa.totp
}

/// Whether either pool had one at the last mirror.
pub(crate) fn is_linked(linked: &Linked) -> bool {
    is_on(linked.base.old.mfa) || is_on(linked.base.new.mfa)
}
