//! Which former functions a function of ours calls first, as its own environment says.

use std::collections::BTreeMap;

use crate::guest::Guest;
use crate::port::{FunctionArn, Json};
use crate::triggers::Slot;

/// The function that is called first, by slot.
pub type Chained = BTreeMap<Slot, FunctionArn>;

/// A variable that names no function.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the variable {variable} of {guest} names no function: deploy with the ARN of one in {parameter}, or with nothing"
)]
pub struct Unreadable {
    /// Whose it is.
    pub guest: Guest,
    /// The variable.
    pub variable: &'static str,
    /// The parameter of the template that sets it.
    pub parameter: &'static str,
}

/// What GetFunctionConfiguration of a function of ours says, for the slots that it goes into. An empty variable is none.
///
/// # Errors
/// When a variable names no function.
pub fn chained(configuration: &Json, guest: Guest) -> Result<Chained, Unreadable> {
    let variables = configuration.get("Environment").and_then(|it| it.get("Variables"));
    let named = guest.slots().iter().filter_map(|slot| {
        let variable = slot.variable()?;
        let arn = variables?.get(variable)?.as_str().filter(|arn| !arn.is_empty())?;
        Some((*slot, variable, arn))
    });
    named
        .map(|(slot, variable, arn)| {
            let unreadable = Unreadable { guest, variable, parameter: guest.parameter(slot) };
            FunctionArn::parse(arn).map(|arn| (slot, arn)).map_err(|_| unreadable)
        })
        .collect()
}

/// Whoever is called first for whichever slot, as far as the variables name functions.
#[must_use]
pub fn called(configuration: &Json) -> Vec<FunctionArn> {
    let variables = configuration.get("Environment").and_then(|it| it.get("Variables"));
    let text = |slot: Slot| variables?.get(slot.variable()?)?.as_str();
    Slot::ALL.into_iter().filter_map(|slot| FunctionArn::parse(text(slot)?).ok()).collect()
}
