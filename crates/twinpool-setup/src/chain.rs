//! Which former functions capture calls first, as its own environment says.

use std::collections::BTreeMap;

use crate::port::{FunctionArn, Json};
use crate::triggers::Slot;

/// The function that capture calls first, by slot.
pub type Chained = BTreeMap<Slot, FunctionArn>;

/// A variable of capture that names no function.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the variable {variable} of capture names no function: deploy with the ARN of one in {parameter}, or with nothing"
)]
pub struct Unreadable {
    /// The variable.
    pub variable: &'static str,
    /// The parameter of the template that sets it.
    pub parameter: &'static str,
}

/// What GetFunctionConfiguration of capture says. An empty variable is none.
///
/// # Errors
/// When a variable names no function.
pub fn chained(configuration: &Json) -> Result<Chained, Unreadable> {
    let variables = configuration.get("Environment").and_then(|it| it.get("Variables"));
    let text = |slot: Slot| variables.and_then(|it| it.get(slot.variable())).and_then(|it| it.as_str());
    let named =
        Slot::ALL.into_iter().filter_map(|slot| Some((slot, text(slot).filter(|it| !it.is_empty())?)));
    named
        .map(|(slot, arn)| {
            let unreadable = Unreadable { variable: slot.variable(), parameter: slot.parameter() };
            FunctionArn::parse(arn).map(|arn| (slot, arn)).map_err(|_| unreadable)
        })
        .collect()
}
