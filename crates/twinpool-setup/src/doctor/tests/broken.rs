use super::*;
use crate::guest::Guest;
use crate::self_test::SelfTestFailure;

/// What is done to the chain, which part is told, and a word of why or of what to do.
fn harms() -> Vec<(Harm, Part, Verdict, &'static str)> {
    use Verdict::{Broken, Unseen};
    vec![
        (|it| it.ahead = Ok(400), Part::Clock, Broken, "400 s ahead"),
        (|it| it.ahead = failed(Class::Unavailable), Part::Clock, Unseen, "network"),
        (
            |it| {
                set(
                    &mut it.old_pool,
                    "/LambdaConfig",
                    json!({ "PostConfirmation": CAPTURE, "CustomMessage": CAPTURE }),
                );
            },
            Part::Trigger,
            Broken,
            "PreTokenGeneration",
        ),
        (
            |it| set(&mut it.old_pool, "/LambdaConfig/PostConfirmation", json!(format!("{CAPTURE}2"))),
            Part::Trigger,
            Broken,
            "ChainPostConfirmation",
        ),
        (
            |it| {
                let config = json!({ "LambdaVersion": "V2_0", "LambdaArn": format!("{CAPTURE}2") });
                set(
                    &mut it.old_pool,
                    "/LambdaConfig",
                    json!({ "PostConfirmation": CAPTURE, "CustomMessage": CAPTURE, "PreTokenGenerationConfig": config }),
                );
            },
            Part::Trigger,
            Broken,
            "ChainPreTokenGeneration",
        ),
        (
            |it| set(&mut it.old_pool, "/LambdaConfig/CustomMessage", json!("")),
            Part::Trigger,
            Broken,
            "nothing is in the slot CustomMessage",
        ),
        (|it| it.old_pool = failed(Class::NotFound), Part::Trigger, Broken, "--old-pool"),
        (
            |it| {
                it.capture = Ok(function(&json!({ "TWINPOOL_USER_ID_CLAIM": "sub" })));
            },
            Part::UserIdClaim,
            Broken,
            "UserIdClaim=user_id",
        ),
        (|it| it.policy = Ok(None), Part::Permission, Broken, "no permission"),
        (|it| it.policy = failed(Class::Denied), Part::Permission, Unseen, "GetPolicy"),
        (
            |it| {
                it.policy = Ok(Some(policy(
                    &json!({ "ArnLike": { "AWS:SourceArn": "arn:aws:cognito-idp:eu-west-1:111122223333:userpool/eu-west-1_Else" } }),
                )));
            },
            Part::Permission,
            Broken,
            "another pool",
        ),
        (
            |it| {
                it.policy =
                    Ok(Some(policy(&json!({ "StringEquals": { "aws:sourceaccount": "999988887777" } }))));
            },
            Part::Permission,
            Broken,
            "another pool or account",
        ),
        (
            |it| set(&mut it.capture, "/Environment/Variables/TWINPOOL_QUEUE_URL", json!("https://else")),
            Part::Capture,
            Broken,
            "another queue",
        ),
        (
            |it| set(&mut it.capture, "/Environment/Variables/TWINPOOL_DEADLINE_MS", json!("9000")),
            Part::Capture,
            Broken,
            "1 to 2000",
        ),
        (|it| set(&mut it.capture, "/Timeout", json!(6)), Part::Capture, Broken, "gives up"),
        (|it| set(&mut it.capture, "/Timeout", json!(1)), Part::Capture, Broken, "before its deadline"),
        (|it| set(&mut it.capture, "/State", json!("Pending")), Part::Capture, Broken, "is Pending"),
        (|it| set(&mut it.capture, "/LastUpdateStatus", json!("Failed")), Part::Capture, Broken, "is Failed"),
        (|it| set(&mut it.capture, "/Runtime", json!("python3.13")), Part::Capture, Broken, "replaced"),
        (|it| set(&mut it.queue, "/FifoQueue", json!("false")), Part::Queue, Broken, "FIFO"),
        (|it| take(&mut it.queue, "RedrivePolicy"), Part::Queue, Broken, "no DLQ"),
        (|it| it.age = Ok(Some(1_200.0)), Part::Queue, Broken, "20 minutes"),
        (
            |it| set(&mut it.dlq, "/ApproximateNumberOfMessages", json!("2")),
            Part::DeadLetters,
            Broken,
            "twinpool dlq",
        ),
        (
            |it| it.key = Some(Ok(object(json!({ "KeyState": "PendingDeletion" })))),
            Part::EncryptionKey,
            Broken,
            "PendingDeletion",
        ),
        (|it| it.key = Some(failed(Class::Denied)), Part::EncryptionKey, Unseen, "your role"),
        (
            |it| it.mappings.as_mut().unwrap()[0]["State"] = json!("Disabled"),
            Part::Mapping,
            Broken,
            "--uuid 6f1a --enabled",
        ),
        (
            |it| it.mappings.as_mut().unwrap()[0]["EventSourceArn"] = json!("else"),
            Part::Mapping,
            Broken,
            "no event source",
        ),
        (
            |it| it.mappings.as_mut().unwrap()[0]["LastProcessingResult"] = json!("PROBLEM: no permission"),
            Part::Mapping,
            Broken,
            "no permission",
        ),
        (
            |it| it.mappings.as_mut().unwrap()[0]["FunctionResponseTypes"] = json!([]),
            Part::Mapping,
            Broken,
            "whatever the mirror says",
        ),
        (
            |it| set(&mut it.mirror, "/Environment/Variables/TWINPOOL_NEW_POOL_ID", json!(OLD)),
            Part::Mirror,
            Broken,
            "another new pool",
        ),
        (
            |it| set(&mut it.mirror, "/Environment/Variables/TWINPOOL_LINKS_TABLE", json!("else")),
            Part::Mirror,
            Broken,
            "another table",
        ),
        (
            |it| set(&mut it.mirror, "/Role", json!("arn:aws:iam::111122223333:role/else")),
            Part::Mirror,
            Broken,
            "role",
        ),
        (|it| it.table = failed(Class::NotFound), Part::Table, Broken, "not there"),
        (
            |it| it.pools = Ok(Some((PoolId::parse(NEW).unwrap(), PoolId::parse(OLD).unwrap()))),
            Part::Table,
            Broken,
            "refuses to start",
        ),
        (
            |it| set(&mut it.new_pool, "/SchemaAttributes", json!([])),
            Part::NewPool,
            Broken,
            "add-custom-attributes",
        ),
        (
            |it| set(&mut it.new_pool, "/SchemaAttributes/0/Mutable", json!(true)),
            Part::NewPool,
            Broken,
            "proves nothing",
        ),
        (|it| take(&mut it.new_pool, "AdminCreateUserConfig"), Part::SignUp, Broken, "anybody can sign up"),
        (
            |it| {
                it.capture = Ok(function(&json!({ "TWINPOOL_USER_ID_CLAIM": "user_id" })));
                set(&mut it.new_pool, "/LambdaConfig", json!({}));
            },
            Part::NewTrigger,
            Broken,
            "twinpool attach --pool new",
        ),
        (
            |it| {
                it.capture = Ok(function(&json!({ "TWINPOOL_USER_ID_CLAIM": "user_id" })));
                set(
                    &mut it.new_pool,
                    "/LambdaConfig",
                    json!({ "PreTokenGeneration": format!("{SIGN_IN}2") }),
                );
                it.new_slot = Some(Ok(function(&json!({}))));
            },
            Part::NewTrigger,
            Broken,
            "NewPoolChainPreTokenGeneration=arn",
        ),
        (
            |it| {
                set(
                    &mut it.new_pool,
                    "/LambdaConfig",
                    json!({ "PreTokenGeneration": format!("{SIGN_IN}2") }),
                );
                it.new_slot = Some(failed(Class::NotFound));
            },
            Part::NewTrigger,
            Broken,
            "every sign-in to it fails",
        ),
        (|it| of_sign_in(it).policy = Ok(None), Part::NewTrigger, Broken, "no permission"),
        (|it| of_sign_in(it).policy = failed(Class::Denied), Part::NewTrigger, Unseen, "GetPolicy"),
        (|it| of_sign_in(it).configuration = failed(Class::NotFound), Part::SignIn, Broken, "not there"),
        (
            |it| set(&mut of_sign_in(it).configuration, "/State", json!("Failed")),
            Part::SignIn,
            Broken,
            "is Failed",
        ),
        (|it| set(&mut of_sign_in(it).configuration, "/Role", json!("")), Part::SignIn, Broken, "no role"),
        (
            |it| {
                set(
                    &mut of_sign_in(it).configuration,
                    "/Environment/Variables/TWINPOOL_LINKS_TABLE",
                    json!("else"),
                );
            },
            Part::SignIn,
            Broken,
            "of another table, or is told of none (TWINPOOL_LINKS_TABLE)",
        ),
        (
            |it| {
                let error = "Unhandled".to_owned();
                of_sign_in(it).test = Some(Err(SelfTestFailure::Failed { guest: Guest::SignIn, error }));
            },
            Part::SignIn,
            Broken,
            "twinpool detach --pool new",
        ),
        (
            |it| {
                set(
                    &mut of_sign_in(it).configuration,
                    "/Environment/Variables/TWINPOOL_VERSION",
                    json!("1.1.0"),
                );
            },
            Part::Version,
            Broken,
            "sign-in 1.1.0",
        ),
        (
            |it| {
                set(
                    &mut it.capture,
                    "/Environment/Variables/TWINPOOL_DIGEST_KEY",
                    json!("another-secret-of-32-bytes-or-so"),
                );
            },
            Part::DigestKey,
            Broken,
            "not the mirror's: capture.",
        ),
        (
            |it| it.own_key = Some("another-secret-of-32-bytes-or-so".to_owned()),
            Part::DigestKey,
            Broken,
            "this command",
        ),
        (
            |it| set(&mut it.mirror, "/Environment/Variables/TWINPOOL_VERSION", json!("1.1.0")),
            Part::Version,
            Broken,
            "mirror 1.1.0",
        ),
        (
            |it| set(&mut it.sweep, "/Environment/Variables/TWINPOOL_VERSION", json!("")),
            Part::Version,
            Unseen,
            "sweep",
        ),
        (
            |it| set(&mut it.rule, "/State", json!("DISABLED")),
            Part::AuditTrail,
            Broken,
            "enable-rule --name audit",
        ),
        (|it| set(&mut it.rule, "/EventPattern", json!("{}")), Part::AuditTrail, Broken, "another pool"),
        (|it| it.rule = Err(Blind::Unnamed("--rule")), Part::AuditTrail, Unseen, "set --rule"),
        (|it| it.trails = Ok(vec![]), Part::Trail, Broken, "CreateTrail=true"),
        (|it| it.trails = failed(Class::Denied), Part::Trail, Unseen, "your role"),
        (
            |it| {
                it.trails = Ok(vec![trail(
                    &json!({ "EventSelectors": [{ "ReadWriteType": "ReadOnly", "IncludeManagementEvents": true }] }),
                )]);
            },
            Part::Trail,
            Broken,
            "no trail",
        ),
        (
            |it| it.trails.as_mut().unwrap()[0].status = Ok(object(json!({ "IsLogging": false }))),
            Part::Trail,
            Broken,
            "no trail",
        ),
        (
            |it| it.trails.as_mut().unwrap()[0].selectors = failed(Class::Denied),
            Part::Trail,
            Unseen,
            "your role",
        ),
    ]
}

#[test]
fn what_is_broken_is_named_and_nothing_else() {
    for (index, (harm, part, verdict, word)) in harms().into_iter().enumerate() {
        let mut facts = healthy();
        harm(&mut facts);
        let steps = steps(&facts);
        let told: Vec<_> = steps.iter().filter(|step| step.verdict != Verdict::Fine).collect();
        let [step] = told.as_slice() else { panic!("{index} {part}: {told:#?}") };
        let said = format!("{} {}", step.why, step.remedy.as_deref().unwrap_or_default());
        assert_eq!((step.part, step.verdict), (part, verdict), "{index}: {said}");
        assert!(said.contains(word), "{index}: {said}");
    }
}
