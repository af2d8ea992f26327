//! Functions of a stack that a pool calls through another stack's.

use std::collections::BTreeMap;

use anyhow::Context as _;
use twinpool_aws::cloudformation::Resource;
use twinpool_setup::chain::called;
use twinpool_setup::port::{FunctionArn, Functions, Json};

use super::is_ours;

/// So many functions of twinpool can stand in a line.
const LONGEST_LINE: usize = 4;

/// Functions of this stack that a function of another stack calls as its former ones.
pub(crate) async fn behind(
    functions: &impl Functions,
    slots: &BTreeMap<String, String>,
    resources: &[Resource],
) -> anyhow::Result<BTreeMap<String, String>> {
    let mut found = BTreeMap::new();
    for (slot, function) in slots {
        let mut next: Vec<_> = FunctionArn::parse(function).into_iter().collect();
        // A line is no longer than this: twinpool's functions refuse more.
        for _ in 0..LONGEST_LINE {
            let mut later = Vec::new();
            for function in next {
                // One that is gone calls nobody.
                let Some(configuration) = configuration_of(functions, &function).await? else { continue };
                later.extend(called(&configuration));
            }
            if let Some(ours) = later.iter().find(|function| is_ours(function.as_str(), resources)) {
                found.insert(slot.clone(), ours.to_string());
            }
            next = later;
        }
    }
    Ok(found)
}

async fn configuration_of(
    functions: &impl Functions,
    function: &FunctionArn,
) -> anyhow::Result<Option<Json>> {
    let answer = functions.configuration(function).await;
    answer.with_context(|| format!("cannot tell whom {function} calls, which is in a trigger"))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use twinpool_testkit::{Behaviour, MemoryFunctions, Process};

    use super::*;

    #[tokio::test]
    async fn a_function_that_another_one_calls_is_not_deleted_under_it() {
        let arn =
            |name: &str| FunctionArn::parse(&format!("arn:aws:lambda:eu-west-1:1:function:{name}")).unwrap();
        for (variable, slot) in [
            ("TWINPOOL_CHAIN_CUSTOM_MESSAGE", "CustomMessage"),
            ("TWINPOOL_CHAIN_PRE_TOKEN_GENERATION", "PreTokenGenerationConfig"),
        ] {
            let memory = MemoryFunctions::new();
            let calls = |former: &str| serde_json::json!({ variable: arn(former).as_str() });
            memory.put(&arn("newest"), calls("middle"), Behaviour::Echo);
            memory.put(&arn("middle"), calls("ours"), Behaviour::Echo);
            memory.put(&arn("ours"), calls("theirs"), Behaviour::Echo);
            let functions = memory.handle(&Arc::new(Process::healthy()));
            let ours = [crate::deploy::function("ours")];
            let behind = async |name: &str| {
                let slots = BTreeMap::from([(slot.to_owned(), arn(name).to_string())]);
                let found = behind(&functions, &slots, &ours).await.unwrap();
                found.into_values().collect::<Vec<_>>()
            };
            assert_eq!(behind("newest").await, [arn("ours").to_string()]);
            assert_eq!(behind("middle").await, [arn("ours").to_string()]);
            assert!(behind("theirs").await.is_empty(), "one that is gone calls nobody");
        }
    }
}
