//! What is wide in the templates: each wildcard is known, and its reason stands before it.

use std::fs;

use twinpool_tests::bootstrap::workspace;
use xtask::security::TEMPLATES;

/// In the order in which they stand there: a part of the line, and of the remark before it that gives the reason.
const KNOWN: [(&str, &str); 15] = [
    (r#"Resource: "*""#, "X-Ray knows no resources"),
    (r#"Resource: "*""#, "No metric has an ARN"),
    (r#""dynamodb:LeadingKeys": [PHASE, "PHASE#*", WATCH]"#, "Where the move stands, its history"),
    (":identity/*", "Whichever identity of the account the sender belongs to"),
    ("NotResource: !Sub arn:${AWS::Partition}:sns:*:*:*", "A telephone number has no ARN"),
    (r#"Principal: "*""#, "Lambda wants both permissions"),
    (r#"Principal: "*""#, "The second holds by way of the URL alone"),
    ("Resource: !Sub ${TrailBucket.Arn}/AWSLogs/${AWS::AccountId}/*", "CloudTrail names its files"),
    (r#"Principal: "*""#, "Nobody does anything here without TLS"),
    (r#"Action: "s3:*""#, "Nobody does anything here without TLS"),
    (
        r#"Resource: [!GetAtt TrailBucket.Arn, !Sub "${TrailBucket.Arn}/*"]"#,
        "Nobody does anything here without TLS",
    ),
    (":log-group:/aws/cognito/userpools/${NewPoolId}/*", "The name of the group ends with the pool's"),
    ("role/${StackName}-MirrorRole-*", "ends the name of a role with letters of its own"),
    ("role/${StackName}-SweepRole-*", "ends the name of a role with letters of its own"),
    (":log-group:/aws/cognito/userpools/${NewPoolId}/*", "The name of the group ends with the pool's"),
];

/// So far above a wildcard its reason may stand, in lines.
const NEAR: usize = 20;

/// Whether a line says who may do what to what, and says it widely.
fn is_wide(line: &str) -> bool {
    let about = ["Resource:", "Principal:", "Action:", "NotAction:", "arn:", "LeadingKeys"];
    line.contains('*') && !line.trim_start().starts_with('#') && about.iter().any(|it| line.contains(it))
}

/// Each wide line of the resources of a template, with the remarks above it.
fn wide(template: &str) -> Vec<(String, String)> {
    let text = fs::read_to_string(workspace().join(template)).unwrap();
    let resources: Vec<_> = text
        .lines()
        .skip_while(|line| *line != "Resources:")
        .take_while(|line| *line != "Outputs:")
        .collect();
    assert!(resources.len() > 50, "{template}");
    let found = resources.iter().enumerate().filter(|(_, line)| is_wide(line));
    let with_remarks = found.map(|(at, line)| {
        let above = resources[at.saturating_sub(NEAR)..at].iter().map(|line| line.trim());
        let remarks: Vec<_> = above.filter_map(|line| line.strip_prefix('#')).collect();
        ((*line).to_owned(), remarks.join(""))
    });
    with_remarks.collect()
}

#[test]
fn every_wildcard_is_known_and_has_its_reason_before_it() {
    let mut found = TEMPLATES.into_iter().flat_map(wide);
    for (line, reason) in KNOWN {
        let (wide, remarks) = found.next().unwrap_or_else(|| panic!("no wildcard any more: {line}"));
        assert!(wide.contains(line), "a wildcard that is not known: {wide}");
        assert!(remarks.contains(reason), "{wide}\nhas no reason before it, but: {remarks}");
    }
    assert_eq!(found.next(), None, "a wildcard that is not known");
}
