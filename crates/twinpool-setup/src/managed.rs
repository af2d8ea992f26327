//! Who else writes the settings of a pool, as its tags tell (F§6, trap 11).

use std::fmt;

use serde_json::Value;

use crate::port::Json;

/// A tool that puts back what it wrote, with its next deployment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Manager {
    /// AWS CloudFormation, or what deploys through it: SAM, Amplify, mostly the CDK.
    CloudFormation,
    /// The AWS CDK.
    Cdk,
    /// Terraform or OpenTofu.
    Terraform,
    /// Pulumi.
    Pulumi,
}

impl fmt::Display for Manager {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::CloudFormation => "CloudFormation",
            Self::Cdk => "the CDK",
            Self::Terraform => "Terraform",
            Self::Pulumi => "Pulumi",
        })
    }
}

/// Who manages the pool, as far as its tags say. CloudFormation marks what it makes; of the others only people's own tags tell.
#[must_use]
pub fn manager(description: &Json) -> Option<Manager> {
    let tags = description.get("UserPoolTags").and_then(Value::as_object)?;
    let texts = || {
        tags.iter()
            .map(|(key, value)| (key.to_lowercase(), value.as_str().unwrap_or_default().to_lowercase()))
    };
    let names = |tool: &str| texts().any(|(key, value)| is_word(&key, tool) || is_word(&value, tool));
    if names("cdk") {
        Some(Manager::Cdk)
    } else if texts().any(|(key, _)| key.starts_with("aws:cloudformation:")) || names("cloudformation") {
        Some(Manager::CloudFormation)
    } else if names("terraform") || names("opentofu") {
        Some(Manager::Terraform)
    } else if names("pulumi") {
        Some(Manager::Pulumi)
    } else {
        None
    }
}

fn is_word(text: &str, word: &str) -> bool {
    text.split(|c: char| !c.is_ascii_alphanumeric()).any(|part| part == word)
}
