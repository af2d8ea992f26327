//! Import jobs over the wire, against a server that answers as Cognito, S3 and CloudWatch Logs are documented to (F§7). No
//! local AWS has import jobs.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use twinpool_aws::client::Patience;
use twinpool_aws::cognito::CognitoPool;
use twinpool_aws::cognito::import_job::CognitoImportJobs;
use twinpool_core::id::{JobId, PoolId};
use twinpool_core::import_job::{ImportJobs as _, JobState, Rejection, Verdict};
use twinpool_core::port::Class;
use twinpool_tests::http::{Reply, Request, Server};

const POOL: &str = "eu-west-1_New";
const ROLE: &str = "arn:aws:iam::111122223333:role/import";

#[derive(Debug, Default)]
struct State {
    calls: Vec<(String, Value)>,
    file: Option<Vec<u8>>,
    looks: usize,
}

struct Stub {
    state: Arc<Mutex<State>>,
    server: Server,
}

impl Stub {
    fn start() -> Self {
        let state: Arc<Mutex<State>> = Arc::default();
        let seen = Arc::clone(&state);
        let server = Server::start(move |request| answer(&seen, &request));
        Self { state, server }
    }

    async fn jobs(&self) -> CognitoImportJobs {
        let endpoint = format!("http://{}", self.server.address());
        let config = twinpool_tests::config(&endpoint, "eu-west-1", Patience::BULK).await;
        let pool = CognitoPool::connect(&config, None, PoolId::parse(POOL).unwrap());
        CognitoImportJobs::of(pool, &config, ROLE.to_owned()).unwrap()
    }

    /// The bodies of the calls of one operation.
    fn bodies(&self, operation: &str) -> Vec<Value> {
        let calls = self.state.lock().unwrap().calls.clone();
        calls.into_iter().filter(|(name, _)| name.ends_with(operation)).map(|(_, body)| body).collect()
    }
}

fn said(status: u16, body: &Value) -> Reply {
    let headers = vec![("content-type", "application/x-amz-json-1.1".to_owned())];
    Reply::Send { status, headers, body: body.to_string().into_bytes() }
}

fn refused(code: &str) -> Reply {
    said(400, &json!({ "__type": code, "message": "jane@example.com" }))
}

fn job(status: &str, counts: [u64; 3]) -> Value {
    json!({
        "JobId": "import-a1B2c3D4e5",
        "JobName": "twinpool-20261121-1-1",
        "UserPoolId": POOL,
        "Status": status,
        "CloudWatchLogsRoleArn": ROLE,
        "CreationDate": 1_795_219_200.123,
        "ImportedUsers": counts[0],
        "SkippedUsers": counts[1],
        "FailedUsers": counts[2],
    })
}

fn answer(state: &Mutex<State>, request: &Request) -> Reply {
    if request.method == "PUT" {
        return take_file(state, request);
    }
    let target = request.header("x-amz-target").unwrap_or_default().to_owned();
    let body: Value = serde_json::from_slice(&request.body).unwrap();
    let mut state = state.lock().unwrap();
    state.calls.push((target.clone(), body.clone()));
    if !request.header("authorization").is_some_and(|signed| signed.starts_with("AWS4-HMAC-SHA256")) {
        return refused("MissingAuthenticationTokenException");
    }
    let one = |job: Value| said(200, &json!({ "UserImportJob": job }));
    match target.rsplit('.').next().unwrap() {
        "GetCSVHeader" => said(
            200,
            &json!({ "UserPoolId": POOL, "CSVHeader": ["name", "custom:twinpool", "cognito:username"] }),
        ),
        "CreateUserImportJob" => {
            let host = request.header("host").unwrap();
            let mut made = job("Created", [0; 3]);
            made["PreSignedUrl"] = format!("http://{host}/bucket/file?X-Amz-Signature=abc%2Bdef&x=1").into();
            one(made)
        }
        "StartUserImportJob" if state.file.is_none() => refused("PreconditionNotMetException"),
        "StartUserImportJob" => one(job("Pending", [0; 3])),
        "StopUserImportJob" => one(job("Stopping", [1, 0, 0])),
        "DescribeUserImportJob" if body["JobId"] != "import-a1B2c3D4e5" => {
            refused("ResourceNotFoundException")
        }
        "DescribeUserImportJob" => {
            state.looks += 1;
            let mut over = job("Failed", [7, 1, 2]);
            over["CompletionMessage"] =
                "Too many users have failed or been skipped during the import.".into();
            one(if state.looks == 1 { job("InProgress", [1, 0, 0]) } else { over })
        }
        "ListUserImportJobs" => {
            said(200, &json!({ "UserImportJobs": [job("Stopped", [0; 3]), job("Hatched", [0; 3])] }))
        }
        "DescribeUserPool" => said(200, &json!({ "UserPool": { "Id": POOL, "Name": "New people" } })),
        "FilterLogEvents" => log(&body),
        other => refused(&format!("Unknown{other}Exception")),
    }
}

/// The address is signed together with the header.
fn take_file(state: &Mutex<State>, request: &Request) -> Reply {
    let is_signed = request.path == "/bucket/file?X-Amz-Signature=abc%2Bdef&x=1"
        && request.header("x-amz-server-side-encryption") == Some("aws:kms")
        && request.header("authorization").is_none();
    if !is_signed {
        let body = b"<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code></Error>".to_vec();
        return Reply::Send { status: 403, headers: Vec::new(), body };
    }
    state.lock().unwrap().file = Some(request.body.clone());
    Reply::Send { status: 200, headers: Vec::new(), body: Vec::new() }
}

fn log(body: &Value) -> Reply {
    if body["logGroupName"] != "/aws/cognito/userpools/eu-west-1_New/New people" {
        return refused("ResourceNotFoundException");
    }
    if body["logStreamNames"] != json!(["import-a1B2c3D4e5/twinpool-20261121-1-1"]) {
        return said(200, &json!({ "events": [] }));
    }
    let event = |text: &str| json!({ "timestamp": 1, "message": text });
    said(
        200,
        &match body["nextToken"].as_str() {
            None => json!({ "events": [], "nextToken": "1" }),
            Some("1") => json!({
                "events": [event("[SKIPPED] Line Number 3 - The user already exists."), event("[SUCCEEDED] Line Number 4 - The import succeeded.")],
                "nextToken": "2",
            }),
            Some(_) => {
                json!({ "events": [event("[FAILED] Line Number 5 - The user data doesn't match the schema.")] })
            }
        },
    )
}

#[tokio::test]
async fn a_job_is_made_gets_its_file_is_started_and_watched() {
    let stub = Stub::start();
    let jobs = stub.jobs().await;
    let header: Vec<_> = jobs.csv_header().await.unwrap().iter().map(ToString::to_string).collect();
    assert_eq!(header, ["name", "custom:twinpool", "cognito:username"]);

    let new = jobs.create_job("twinpool-20261121-1-1").await.unwrap();
    let expected =
        json!({ "JobName": "twinpool-20261121-1-1", "UserPoolId": POOL, "CloudWatchLogsRoleArn": ROLE });
    assert_eq!(stub.bodies("CreateUserImportJob"), [expected]);
    assert_eq!(jobs.start_job(&new.id).await.unwrap_err().class, Class::Rejected);

    let file = "name,custom:twinpool,cognito:username\nDoe\\, Jänè,x,jane@example.com\n".as_bytes().to_vec();
    jobs.upload(&new.upload_to, file.clone()).await.unwrap();
    assert_eq!(stub.state.lock().unwrap().file, Some(file));
    jobs.start_job(&new.id).await.unwrap();

    let looks = [jobs.job(&new.id).await.unwrap().unwrap(), jobs.job(&new.id).await.unwrap().unwrap()];
    assert_eq!((looks[0].state, looks[0].imported), (JobState::InProgress, 1));
    let over = &looks[1];
    assert_eq!((over.state, over.imported, over.skipped, over.failed), (JobState::Failed, 7, 1, 2));
    assert!(over.message.as_deref().is_some_and(|message| message.starts_with("Too many users")));

    let rejections = jobs.rejections(over).await.unwrap();
    let [exists, unfitting] =
        [(3, Verdict::Exists), (5, Verdict::Unfitting)].map(|(line, verdict)| Rejection { line, verdict });
    assert_eq!(rejections, [exists, unfitting]);
    assert_eq!(stub.bodies("FilterLogEvents").len(), 3);
}

#[tokio::test]
async fn what_is_refused_or_not_there_is_told_by_its_code_alone() {
    let stub = Stub::start();
    let jobs = stub.jobs().await;
    assert_eq!(jobs.job(&JobId::parse("import-other").unwrap()).await, Ok(None));
    let states: Vec<_> = jobs.jobs().await.unwrap().iter().map(|job| job.state).collect();
    assert_eq!(states, [JobState::Stopped, JobState::Other]);

    let new = jobs.create_job("a").await.unwrap();
    let elsewhere = twinpool_core::value::Value::new(new.upload_to.reveal().replace("abc", "xyz"));
    let error = jobs.upload(&elsewhere, Vec::new()).await.unwrap_err();
    assert_eq!((error.class, error.code.as_str()), (Class::Denied, "AccessDenied"));
    let error = jobs.start_job(&new.id).await.unwrap_err();
    assert!(!format!("{error:?} {error}").contains("jane"), "{error:?}");
    assert!(!format!("{new:?}").contains("Signature"));
    jobs.stop_job(&new.id).await.unwrap();
}
