//! Deploys the production template, as `aws cloudformation package` and `deploy` would.

use std::fs;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use super::environment::DIGEST_KEY;
use super::{Addresses, PoolAddress};
use crate::wire::{Aws, REGION, tags};
use crate::{package, paths, process};

const BUCKET: &str = "twinpool-code";

/// What the stack says of itself.
#[derive(Debug)]
pub(super) struct Outputs {
    queue_url: String,
    dlq_url: String,
    table: String,
    pub(super) capture_arn: String,
    audit_rule: String,
    sweep_arn: String,
    pub(super) sign_in_arn: String,
    /// Empty where nobody is let in.
    bridge_arn: String,
}

impl Outputs {
    /// Where everything of the stack between these pools is.
    pub(super) fn addresses(self, aws: &Aws, old_pool: PoolAddress, new_pool: PoolAddress) -> Addresses {
        Addresses {
            endpoint: aws.endpoint.clone(),
            region: REGION.to_owned(),
            queue_url: self.queue_url,
            dlq_url: self.dlq_url,
            table: self.table,
            audit_rule: self.audit_rule,
            sweep: self.sweep_arn,
            bridge: self.bridge_arn,
            old_pool,
            new_pool,
        }
    }
}

pub(super) fn stack_name(name: &str) -> String {
    format!("twinpool-{name}")
}

/// `more`: further parameters of the template.
pub(super) fn deploy(
    aws: &Aws,
    name: &str,
    old_pool: &PoolAddress,
    new_pool: &PoolAddress,
    more: &[(&str, &str)],
) -> Result<Outputs> {
    let stack = stack_name(name);
    let mut parameters =
        vec![("StackName".to_owned(), stack.clone()), ("TemplateURL".to_owned(), upload(aws)?)];
    for (number, capability) in ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"].iter().enumerate() {
        parameters.push((format!("Capabilities.member.{}", number + 1), (*capability).to_owned()));
    }
    let mut values = vec![
        ("OldPoolId", old_pool.id.as_str()),
        ("NewPoolId", new_pool.id.as_str()),
        ("DigestKey", DIGEST_KEY),
        ("TableDeletionProtection", "false"),
        ("LocalEndpointUrl", aws.endpoint.as_str()),
    ];
    for (name, pool) in [("OldPoolEndpointUrl", old_pool), ("NewPoolEndpointUrl", new_pool)] {
        if pool.endpoint != aws.endpoint {
            values.push((name, pool.endpoint.as_str()));
        }
    }
    values.extend(more);
    for (number, (key, value)) in values.into_iter().enumerate() {
        let prefix = format!("Parameters.member.{}", number + 1);
        parameters.push((format!("{prefix}.ParameterKey"), key.to_owned()));
        parameters.push((format!("{prefix}.ParameterValue"), value.to_owned()));
    }
    aws.cloudformation("CreateStack", &parameters)?;
    outputs(&wait(aws, &stack)?)
}

/// Puts the zips and the template into the local S3; gives the address of the template, which is the very file but for the zips'
/// addresses. It is too long to be sent with the call.
fn upload(aws: &Aws) -> Result<String> {
    let path = paths::root().join("infra/template.yaml");
    let mut template =
        fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    aws.put(BUCKET, b"")?;
    for function in package::FUNCTIONS {
        let zip = fs::read(package::zip_of(function))
            .context("the functions are not built: run `cargo xtask package`")?;
        aws.put(&format!("{BUCKET}/{function}.zip"), &zip)?;
        let here = format!("../target/lambda/{function}/bootstrap.zip");
        if !template.contains(&here) {
            bail!("infra/template.yaml does not name {here}");
        }
        template = template.replace(&here, &format!("s3://{BUCKET}/{function}.zip"));
    }
    let place = format!("{BUCKET}/template.yaml");
    aws.put(&place, template.as_bytes())?;
    Ok(format!("{}/{place}", aws.endpoint))
}

/// The answer of DescribeStacks once the stack is complete.
pub(super) fn wait(aws: &Aws, stack: &str) -> Result<String> {
    let name = [("StackName".to_owned(), stack.to_owned())];
    let start = Instant::now();
    loop {
        let answer = aws.cloudformation("DescribeStacks", &name)?;
        match tags(&answer, "StackStatus").first().copied().unwrap_or_default() {
            "CREATE_COMPLETE" => return Ok(answer),
            "CREATE_IN_PROGRESS" | "" if start.elapsed() < Duration::from_secs(60) => process::pause(),
            status => {
                let events = aws.cloudformation("DescribeStackEvents", &name).unwrap_or_default();
                let reasons = tags(&events, "ResourceStatusReason").join("; ");
                bail!("{stack} does not deploy: {status}: {reasons}");
            }
        }
    }
}

/// One output of a stack that is there.
pub(super) fn output(aws: &Aws, stack: &str, wanted: &str) -> Result<String> {
    let name = [("StackName".to_owned(), stack.to_owned())];
    find(&aws.cloudformation("DescribeStacks", &name)?, wanted)
}

fn find(answer: &str, wanted: &str) -> Result<String> {
    let (keys, values) = (tags(answer, "OutputKey"), tags(answer, "OutputValue"));
    let found = keys.iter().zip(&values).find(|(key, _)| **key == wanted);
    found.map(|(_, value)| (*value).to_owned()).with_context(|| format!("the stack has no output {wanted}"))
}

fn outputs(answer: &str) -> Result<Outputs> {
    let get = |wanted: &str| find(answer, wanted);
    Ok(Outputs {
        queue_url: get("QueueUrl")?,
        dlq_url: get("DlqUrl")?,
        table: get("TableName")?,
        capture_arn: get("CaptureArn")?,
        audit_rule: get("AuditTrailRuleName")?,
        sweep_arn: get("SweepArn")?,
        sign_in_arn: get("SignInArn")?,
        bridge_arn: get("BridgeArn").unwrap_or_default(),
    })
}
