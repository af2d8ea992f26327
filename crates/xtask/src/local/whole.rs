//! A further stack in the same local AWS with every part that the template can make there: the watch with somebody to tell, and functions
//! that had the triggers of the new pool before.

use anyhow::{Context as _, Result};
use serde_json::json;

use super::chained::function;
use super::{SignIn, Stack, deploy, pools};
use crate::wire::{Aws, tags};

impl Stack {
    /// Deploys the template once more, between two pools of its own. This Python code (`handler`) had the triggers PreTokenGeneration and
    /// PreSignUp of the new one.
    ///
    /// # Errors
    /// When the local AWS refuses.
    pub fn whole(&self, name: &str, python: &str) -> Result<Self> {
        let aws = self.aws();
        // A function for each slot: what is called is known by its ARN.
        let before_tokens = function(&aws, &format!("{name}-tokens"), python)?;
        let before_sign_ups = function(&aws, &format!("{name}-sign-ups"), python)?;
        let topic = topic(&aws, name)?;
        let old_pool = pools::create(&aws, &format!("{name}-old"), SignIn::Username, false)?;
        let new_pool = pools::create(&aws, name, SignIn::Email, true)?;
        let more = [
            ("SignInContinuity", "all"),
            ("NewPoolChainPreTokenGeneration", before_tokens.as_str()),
            ("NewPoolChainPreSignUp", before_sign_ups.as_str()),
            // Nobody waits for it: whoever tests it asks it.
            ("WatchSchedule", "rate(1 day)"),
            ("WatchTopicArn", topic.as_str()),
        ];
        let outputs = deploy::deploy(&aws, name, &old_pool, &new_pool, &more)?;
        pools::attach(&aws, &old_pool, &outputs.capture_arn, "V2_0")?;
        pools::attach_sign_in(&aws, &new_pool, &outputs.sign_in_arn)?;
        Ok(Self { addresses: outputs.addresses(&aws, old_pool, new_pool), name: name.to_owned() })
    }
}

/// Makes a topic; gives its ARN.
fn topic(aws: &Aws, name: &str) -> Result<String> {
    let stack = format!("{name}-topic");
    let template = json!({
        "Resources": { "Topic": { "Type": "AWS::SNS::Topic", "Properties": { "TopicName": stack } } },
        "Outputs": { "TopicArn": { "Value": { "Ref": "Topic" } } },
    });
    let parameters = [("StackName", stack.as_str()), ("TemplateBody", &template.to_string())]
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
    aws.cloudformation("CreateStack", &parameters)?;
    let answer = deploy::wait(aws, &stack)?;
    tags(&answer, "OutputValue").first().map(|arn| (*arn).to_owned()).context("the topic has no ARN")
}
