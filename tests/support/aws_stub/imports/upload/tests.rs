use serde_json::{Value, json};
use twinpool_core::attribute::Contact;
use twinpool_core::pool::PoolShape;
use twinpool_testkit::MemoryPool;
use twinpool_testkit::world::email_pool;

use crate::aws_stub::AwsStub;

const POOL: &str = "eu-west-1_New";

/// The address of a new job.
fn address(stub: &AwsStub) -> String {
    let body =
        json!({ "UserPoolId": POOL, "JobName": "a", "CloudWatchLogsRoleArn": "arn:aws:iam::1:role/a" });
    let call = ureq::post(stub.endpoint());
    let call = call.header("x-amz-target", "AWSCognitoIdentityProviderService.CreateUserImportJob");
    let mut answer = call.send(body.to_string()).expect("a job");
    let text = answer.body_mut().read_to_string().expect("a body");
    let job: Value = serde_json::from_str(&text).expect("JSON");
    job["UserImportJob"]["PreSignedUrl"].as_str().expect("an address").to_owned()
}

/// Status and body.
fn put(url: &str, headers: &[(&str, &str)]) -> (u16, String) {
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
    let call = headers.iter().fold(agent.put(url), |call, (name, value)| call.header(*name, *value));
    let mut answer = call.send("a,b\n").expect("an answer");
    (answer.status().as_u16(), answer.body_mut().read_to_string().expect("a body"))
}

#[test]
fn a_file_is_taken_with_the_signed_header_alone() {
    let shape = PoolShape { verifies: [Contact::Email].into(), ..email_pool(POOL) };
    let stub = AwsStub::start(&[&MemoryPool::new(shape)]);
    let url = address(&stub);
    let encrypted = ("x-amz-server-side-encryption", "aws:kms");
    let wrong: [(&str, &[_], u16, &str); 5] = [
        (&url, &[], 403, "SignatureDoesNotMatch"),
        (&url, &[(encrypted.0, "AES256")], 403, "SignatureDoesNotMatch"),
        (&format!("{url}0"), &[encrypted], 403, "SignatureDoesNotMatch"),
        (&url, &[encrypted, ("x-amz-acl", "private")], 403, "AccessDenied"),
        (&url, &[encrypted, ("authorization", "AWS4-HMAC-SHA256")], 400, "InvalidArgument"),
    ];
    for (url, headers, status, code) in wrong {
        let (said, body) = put(url, headers);
        assert!(said == status && body.contains(&format!("<Code>{code}</Code>")), "{said} {body}");
    }
    assert!(stub.imports().of_pool(POOL).files().is_empty());
    assert_eq!(put(&url, &[encrypted, ("content-type", "text/csv")]).0, 200);
    assert_eq!(stub.imports().of_pool(POOL).files(), ["a,b\n"]);
}
