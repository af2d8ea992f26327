use std::collections::BTreeSet;

use aws_credential_types::provider::ProvideCredentials as _;
use twinpool_core::port::{Class, PoolReader as _};

use super::*;
use crate::cognito::CognitoPool;
use crate::raw::RawClient;
use crate::raw::stub::{Reply, Seen, config as stack, server};

const ROLE: &str = "arn:aws:iam::222222222222:role/twinpool-new-pool";
const LONG: &str = "2100-01-01T00:00:00Z";
const SOON: &str = "2026-01-01T00:00:00Z";

fn place(region: Option<&str>, role: Option<&str>) -> NewPlace {
    NewPlace {
        region: region.map(str::to_owned),
        role: role.map(|role| role.parse().unwrap()),
        external_id: role.map(|_| "said+between/us".to_owned()),
        profile: None,
    }
}

fn pool(id: &str) -> PoolId {
    PoolId::parse(id).unwrap()
}

fn assumed(expiration: &str) -> Reply {
    let body = format!(
        "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult><Credentials>\
         <AccessKeyId>ASIANEW</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>\
         <Expiration>{expiration}</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>"
    );
    (200, "content-type: text/xml\r\n", body.leak())
}

const DENIED: Reply = (
    403,
    "content-type: text/xml\r\n",
    "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>Sender</Type><Code>AccessDenied</Code>\
     <Message>User: arn:aws:sts::111111111111:assumed-role/jane@example.com is not authorized</Message></Error></ErrorResponse>",
);
const REFUSED: Reply = (400, "", r#"{"__type":"ResourceNotFoundException"}"#);

async fn shape(config: &SdkConfig) -> PortError {
    CognitoPool::connect(config, None, pool("eu-central-1_New")).shape().await.unwrap_err()
}

/// Who signed, and for which Region and service.
fn signed(seen: &Seen) -> String {
    let header = seen.header("authorization");
    let scope = header.split_once("Credential=").unwrap().1.split(',').next().unwrap();
    let parts: Vec<_> = scope.split('/').collect();
    [parts[0], parts[2], parts[3]].join(" ")
}

#[tokio::test]
async fn the_role_is_assumed_once_at_the_first_call_in_the_region_of_the_stack() {
    let (address, seen) = server([assumed(LONG), REFUSED, REFUSED]);
    let stack = stack(&address).await;
    let place = place(Some("eu-central-1"), Some(ROLE));
    let new = config(&stack, &place, &pool("eu-central-1_New"), "mirror", Patience::MIRROR).await.unwrap();
    assert!(seen.try_recv().is_err(), "before any call nobody is asked");
    for _ in 0..2 {
        assert_eq!(shape(&new).await.code, "ResourceNotFoundException");
    }
    let seen: Vec<_> = seen.try_iter().collect();
    let signatures: Vec<_> = seen.iter().map(signed).collect();
    let expected =
        ["AKIDEXAMPLE eu-west-1 sts", "ASIANEW eu-central-1 cognito-idp", "ASIANEW eu-central-1 cognito-idp"];
    assert_eq!(signatures, expected);
    let asked = String::from_utf8(seen[0].body.clone()).unwrap();
    let asked: BTreeSet<_> = asked.split('&').collect();
    for said in [
        "Action=AssumeRole",
        "RoleArn=arn%3Aaws%3Aiam%3A%3A222222222222%3Arole%2Ftwinpool-new-pool",
        "RoleSessionName=twinpool-mirror",
        "ExternalId=said%2Bbetween%2Fus",
    ] {
        assert!(asked.contains(said), "{said} in {asked:?}");
    }
}

#[tokio::test]
async fn credentials_that_have_expired_are_asked_for_again() {
    let (address, seen) = server([assumed(SOON), REFUSED, assumed(LONG), REFUSED]);
    let stack = stack(&address).await;
    let place = place(None, Some(ROLE));
    let new = config(&stack, &place, &pool("local_New"), "sweep", Patience::MIRROR).await.unwrap();
    for _ in 0..2 {
        shape(&new).await;
    }
    let services: Vec<_> = seen.try_iter().map(|one| signed(&one)).collect();
    assert_eq!(services.iter().filter(|one| one.ends_with(" sts")).count(), 2, "{services:?}");
}

#[tokio::test]
async fn a_role_that_is_refused_is_told_from_missing_credentials_by_every_client() {
    let (address, _seen) = server([DENIED, DENIED]);
    let stack = stack(&address).await;
    let place = place(None, Some(ROLE));
    let new = config(&stack, &place, &pool("eu-west-1_New"), "mirror", Patience::BULK).await.unwrap();
    let of_pool = shape(&new).await;
    let raw = RawClient::connect(&new, "logs", "logs").unwrap();
    let of_raw = raw.call("Logs_20140328.FilterLogEvents", &serde_json::json!({})).await.unwrap_err();
    for error in [of_pool, of_raw] {
        assert_eq!((error.class, error.operation), (Class::Denied, "AssumeRole"));
        assert!(is_role_refused(&error) && !format!("{error}{error:?}").contains("jane"), "{error:?}");
    }
}

#[tokio::test]
async fn without_a_place_everything_is_as_in_the_stack() {
    let stack = stack("http://127.0.0.1:1").await;
    let pool = pool("eu-west-1_New");
    let new = config(&stack, &NewPlace::default(), &pool, "mirror", Patience::MIRROR).await.unwrap();
    assert_eq!(new.region(), stack.region());
    let key = |config: &SdkConfig| {
        let provider = config.credentials_provider().unwrap();
        async move { provider.provide_credentials().await.unwrap().access_key_id().to_owned() }
    };
    assert_eq!(key(&new).await, key(&stack).await);
    assert!(!has_own_quotas(&stack, &new, None));
}

#[tokio::test]
async fn a_region_that_contradicts_the_id_of_the_pool_is_refused() {
    let stack = stack("http://127.0.0.1:1").await;
    let refuse = |region, id| {
        let (stack, place) = (stack.clone(), place(region, None));
        async move { config(&stack, &place, &pool(id), "mirror", Patience::MIRROR).await.err() }
    };
    for (region, id) in [(Some("us-east-1"), "eu-central-1_New"), (None, "eu-central-1_New")] {
        let said = refuse(region, id).await.unwrap().to_string();
        assert!(
            said.contains("eu-central-1_New is in eu-central-1") && said.contains("NewPoolRegion"),
            "{said}"
        );
    }
    for (region, id) in
        [(Some("eu-central-1"), "eu-central-1_New"), (Some("us-gov-west-1"), "us-gov-west-1_New")]
    {
        assert_eq!(refuse(region, id).await, None);
    }
    // Of a local stand-in.
    assert_eq!(refuse(None, "local_4f7gHp2K").await, None);
}

#[tokio::test]
async fn pools_share_quotas_where_they_share_account_and_region() {
    let stack = stack("http://127.0.0.1:1").await;
    let elsewhere = stack.clone().into_builder().region(Region::new("us-east-1")).build();
    let (one, two) = ("111111111111", "222222222222");
    assert!(has_own_quotas(&stack, &elsewhere, Some((one, one))));
    assert!(has_own_quotas(&stack, &stack, Some((one, two))));
    assert!(!has_own_quotas(&stack, &stack, Some((one, one))));
    assert!(!has_own_quotas(&stack, &stack, None));
}
