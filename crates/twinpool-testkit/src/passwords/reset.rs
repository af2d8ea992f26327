//! An administrator has a user choose a new password.

use twinpool_core::attribute::Contact;
use twinpool_core::id::UserSub;
use twinpool_core::port::{Answer, Class};
use twinpool_core::snapshot::Status;

use super::RESET;
use crate::pool::MemoryPool;
use crate::strict;

impl MemoryPool {
    /// AdminResetUserPassword (F§4.4): the password works no more, the user is sent a code, and is RESET_REQUIRED.
    pub(crate) fn require_reset(&self, sub: &impl UserSub) -> Answer<()> {
        self.change(sub, RESET, |person| {
            strict::check_enabled(person, RESET)?;
            if !matches!(person.status, Status::Confirmed | Status::ResetRequired) {
                return Err(strict::refuse(Class::Denied, RESET, "NotAuthorizedException"));
            }
            if !Contact::ALL.into_iter().any(|contact| person.is_verified(contact)) {
                return Err(strict::refuse(Class::Rejected, RESET, "InvalidParameterException"));
            }
            person.status = Status::ResetRequired;
            person.messages += 1;
            Ok(())
        })?
    }
}
