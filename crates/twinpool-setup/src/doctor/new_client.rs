//! The app client of the new pool by which a password that was chosen there is checked, before it is carried back.

use twinpool_core::port::Class;

use super::facts::{Blind, Facts};
use super::own_client::OwnClient;
use super::step::{Part, Step, faults_or};

/// Nothing where the stack carries no password back.
pub(super) fn new_client(facts: &Facts) -> Vec<Step> {
    const REMEDY: &str =
        "deploy with NewPoolClientId set to a client of the new pool that no application uses";
    const MEND: &str =
        "deploy with NewPoolClientId set to a client of the new pool that no application uses, and that";
    let part = Part::NewOwnClient;
    let client = match &facts.new_client {
        None => return Vec::new(),
        Some(Ok(client)) => client,
        Some(Err(Blind::Failed(error))) if error.class == Class::NotFound => {
            let why = "the app client of the new pool that checks passwords is not there: none is carried back after a rollback";
            return vec![Step::broken(part, why, REMEDY)];
        }
        Some(Err(blind)) => {
            return vec![Step::blind(
                part,
                "the app client of the new pool that checks passwords",
                blind,
                REMEDY,
            )];
        }
    };
    let own = OwnClient {
        part,
        pool: "new",
        otherwise: "the sign-in function takes the sign-ins of its users for twinpool's own: their tokens hold no user id, nobody hears \
                    that they came, and the old pool keeps the say over them",
        mend: MEND,
    };
    faults_or(part, own.faults(client), "there, without a secret, checks passwords, and no application's")
}
