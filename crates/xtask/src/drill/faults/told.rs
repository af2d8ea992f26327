//! What the functions say of themselves: the metrics in their logs. A batch whose mirror was killed has said nothing.

use std::collections::BTreeMap;

use anyhow::Result;
use serde_json::Value;

use crate::local::Stack;

/// What the mirror came to.
pub(super) fn of_mirror(stack: &Stack) -> Result<String> {
    let sums = sums(
        stack,
        "mirror",
        "Handled",
        &["Handled", "Unchanged", "Operations", "Retried", "Parked", "Throttled"],
    )?;
    let sum = |name: &str| sums.get(name).copied().unwrap_or_default();
    Ok(format!(
        "{} events done, {} of them without news; {} writes; {} retried, {} parked; {} refusals seen by the governor",
        sum("Handled"),
        sum("Unchanged"),
        sum("Operations"),
        sum("Retried"),
        sum("Parked"),
        sum("Throttled"),
    ))
}

/// What capture could not send.
pub(super) fn of_capture(stack: &Stack) -> Result<String> {
    let sums = sums(stack, "capture", "CaptureLost", &["CaptureLost"])?;
    Ok(format!(
        "{} hints counted as lost, for the sweep to find",
        sums.get("CaptureLost").copied().unwrap_or_default()
    ))
}

/// The sums of these fields, over all lines of a function's log that hold this word.
fn sums(
    stack: &Stack,
    function: &str,
    word: &str,
    names: &[&'static str],
) -> Result<BTreeMap<&'static str, u64>> {
    let lines = stack.log_lines(function, word)?;
    let mut sums = BTreeMap::new();
    for line in lines.iter().filter_map(|line| serde_json::from_str::<Value>(line).ok()) {
        for name in names {
            *sums.entry(*name).or_default() += line[*name].as_u64().unwrap_or_default();
        }
    }
    Ok(sums)
}
