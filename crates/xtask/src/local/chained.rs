//! A second stack in the same local AWS, whose old pool had functions in its triggers before capture.

use std::io::{Cursor, Write as _};

use anyhow::Result;
use serde_json::{Value, json};
use zip::write::SimpleFileOptions;

use super::{Addresses, SignIn, Stack, deploy, pools};
use crate::wire::Aws;

const BUCKET: &str = "former-functions";

impl Stack {
    /// Deploys the template once more, with a pool of usernames as old pool. This Python code (`handler`) had its trigger
    /// PreTokenGeneration.
    ///
    /// # Errors
    /// When the local AWS refuses.
    pub fn chained(&self, name: &str, python: &str) -> Result<Self> {
        let aws = self.aws();
        let former = function(&aws, name, python)?;
        let old_pool = pools::create(&aws, name, SignIn::Username, false)?;
        let more = [("ChainPreTokenGeneration", former.as_str())];
        let outputs = deploy::deploy(&aws, name, &old_pool, &self.addresses.new_pool, false, &more)?;
        pools::attach(&aws, &old_pool, &outputs.capture_arn)?;
        let addresses = Addresses {
            queue_url: outputs.queue_url,
            dlq_url: outputs.dlq_url,
            table: outputs.table,
            audit_rule: outputs.audit_rule,
            sweep: outputs.sweep_arn,
            old_pool,
            ..self.addresses.clone()
        };
        Ok(Self { addresses, name: name.to_owned() })
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
fn function(aws: &Aws, name: &str, python: &str) -> Result<String> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file("index.py", SimpleFileOptions::default())?;
    zip.write_all(python.as_bytes())?;
    aws.put(BUCKET, b"")?;
    aws.put(&format!("{BUCKET}/{name}.zip"), &zip.finish()?.into_inner())?;
    let body = json!({
        "FunctionName": name,
        "Runtime": "python3.12",
        "Handler": "index.handler",
        "Role": "arn:aws:iam::000000000000:role/former",
        "Code": { "S3Bucket": BUCKET, "S3Key": format!("{name}.zip") },
    });
    aws.create_function(&body)
}
