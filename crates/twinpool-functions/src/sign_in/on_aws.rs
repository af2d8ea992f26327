//! The function's outside on AWS.

use twinpool_aws::client::{self, Config, Patience};
use twinpool_aws::cognito::{CognitoPool, PasswordPool};
use twinpool_aws::dynamodb::Links;
use twinpool_aws::messages::Messages;
use twinpool_aws::settings::{ContinuitySettings, SignInSettings};
use twinpool_aws::sqs::Queue;
use twinpool_bridge::{Bridge, CodeTerms, Codes, Wired};
use twinpool_core::arrival::Limit;
use twinpool_engine::{Gate, GateWired, Terms};

use super::{Outside, Ways};
use crate::wiring::SystemClock;

/// What a message says, unless `[sign_in]` says something else.
const SUBJECT: &str = "Your sign-in code";
const MESSAGE: &str = "Your sign-in code is {code}. It is good for five minutes.";

/// AWS.
#[derive(Debug)]
pub struct OnAws;

impl Outside for OnAws {
    type Old = CognitoPool;
    type New = CognitoPool;
    type Table = Links;
    type Queue = Queue;
    type Bridge = Wired<PasswordPool, CognitoPool, Links, SystemClock>;
    type Gate = GateWired<PasswordPool, CognitoPool, Links, SystemClock>;
    type Codes = Messages;
}

/// By which ways people are let in. Opens no connection: the first who comes does.
pub(super) fn ways(
    config: &Config,
    settings: &SignInSettings,
    continuity: ContinuitySettings,
    terms: &Terms,
) -> Result<Ways<OnAws>, String> {
    let policy = terms.rules.sign_in();
    let subject = policy.code_subject().unwrap_or(SUBJECT);
    let says = CodeTerms::new(subject, policy.code_message().unwrap_or(MESSAGE));
    let says = says.map_err(|problem| problem.to_string())?;
    let config = &client::patient(config, Patience::REQUEST);
    let patient = client::patient(config, Patience::MESSAGE);
    let sender = Messages::connect(&patient, &continuity.codes).map_err(|problem| problem.to_string())?;
    let old = CognitoPool::connect(config, settings.old_pool_endpoint.clone(), settings.old_pool.clone());
    let old = PasswordPool::new(old, continuity.old_pool_client, PasswordPool::WITHIN);
    let new_pool =
        CognitoPool::connect(config, settings.new_pool_endpoint.clone(), settings.new_pool.clone());
    let table = Links::connect(config, settings.links_table.clone(), Some(&settings.key));
    let gate =
        GateWired { old: old.clone(), new_pool: new_pool.clone(), table: table.clone(), clock: SystemClock };
    let terms = Terms { key: terms.key.clone(), marker: terms.marker.clone(), rules: terms.rules.clone() };
    Ok(Ways {
        continuity: continuity.continuity,
        bridge: Bridge::new(Wired { old, new_pool, table, clock: SystemClock }, Limit::PASSWORDS),
        codes: Codes::new(sender, &settings.key, says),
        gate: Gate::new(gate, terms),
    })
}
