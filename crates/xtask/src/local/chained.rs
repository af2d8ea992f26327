//! A second stack in the same local AWS, whose old pool had functions in its triggers before capture.

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use super::{SignIn, Stack, deploy, pools};
use crate::wire::{Aws, tags};

/// What the second stack is like.
#[derive(Debug, Clone, Copy)]
pub struct Beside<'a> {
    /// Its name.
    pub name: &'a str,
    /// The version of the events before tokens.
    pub version: &'a str,
    /// Python code (`handler`) that had the triggers PreTokenGeneration and CustomMessage before capture.
    pub former: Option<&'a str>,
    /// The claim that capture adds to tokens.
    pub claim: Option<&'a str>,
}

impl Stack {
    /// Deploys the template once more, with a pool of usernames as old pool. This Python code (`handler`) had its triggers
    /// PreTokenGeneration and CustomMessage.
    ///
    /// # Errors
    /// When the local AWS refuses.
    pub fn chained(&self, name: &str, python: &str) -> Result<Self> {
        self.beside(&Beside { name, version: "V2_0", former: Some(python), claim: None })
    }

    /// Deploys the template once more, with a pool of usernames as old pool.
    ///
    /// # Errors
    /// When the local AWS refuses.
    pub fn beside(&self, Beside { name, version, former, claim }: &Beside<'_>) -> Result<Self> {
        let aws = self.aws();
        let former = former.map(|python| function(&aws, name, python)).transpose()?;
        let old_pool = pools::create(&aws, name, SignIn::Username, false)?;
        let mut more: Vec<_> = claim.iter().map(|claim| ("UserIdClaim", *claim)).collect();
        for slot in ["ChainPreTokenGeneration", "ChainCustomMessage"] {
            more.extend(former.as_deref().map(|former| (slot, former)));
        }
        let outputs = deploy::deploy(&aws, name, &old_pool, &self.addresses.new_pool, &more)?;
        pools::attach(&aws, &old_pool, &outputs.capture_arn, version)?;
        let addresses = outputs.addresses(&aws, old_pool, self.addresses.new_pool.clone());
        Ok(Self { addresses, name: (*name).to_owned() })
    }

    /// Invokes capture with this trigger event.
    ///
    /// # Errors
    /// When it fails.
    pub fn capture(&self, event: &Value) -> Result<Value> {
        let pool = json!({ "UserPoolId": self.addresses.old_pool.id });
        let answer = self.old_aws().cognito("DescribeUserPool", &pool)?;
        let capture = answer["UserPool"]["LambdaConfig"]["PostConfirmation"].as_str().unwrap_or_default();
        self.aws().invoke(capture, event)
    }

    fn old_aws(&self) -> Aws {
        Aws::new(&self.addresses.old_pool.endpoint)
    }
}

/// Makes a function of Python code; gives its ARN.
pub(super) fn function(aws: &Aws, name: &str, python: &str) -> Result<String> {
    let stack = format!("{name}-former");
    let template = json!({
        "Resources": {
            "Role": { "Type": "AWS::IAM::Role", "Properties": { "AssumeRolePolicyDocument": {
                "Version": "2012-10-17",
                "Statement": [{
                    "Effect": "Allow",
                    "Principal": { "Service": "lambda.amazonaws.com" },
                    "Action": "sts:AssumeRole",
                }],
            } } },
            "Former": { "Type": "AWS::Lambda::Function", "Properties": {
                "FunctionName": stack,
                "Runtime": "python3.12",
                "Handler": "index.handler",
                "Timeout": 5,
                "Role": { "Fn::GetAtt": ["Role", "Arn"] },
                "Code": { "ZipFile": python },
            } },
        },
        "Outputs": { "FormerArn": { "Value": { "Fn::GetAtt": ["Former", "Arn"] } } },
    });
    let parameters = [
        ("StackName".to_owned(), stack.clone()),
        ("TemplateBody".to_owned(), template.to_string()),
        ("Capabilities.member.1".to_owned(), "CAPABILITY_IAM".to_owned()),
    ];
    aws.cloudformation("CreateStack", &parameters)?;
    let answer = deploy::wait(aws, &stack)?;
    tags(&answer, "OutputValue")
        .first()
        .map(|arn| (*arn).to_owned())
        .context("the former function has no ARN")
}
