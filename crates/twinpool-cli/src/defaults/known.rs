//! What `twinpool.toml` and the outputs of the stack can say, and for which variable of the environment it stands.

use std::collections::BTreeMap;

use twinpool_rules::Site;

/// What can be known without being said.
pub(crate) struct Known {
    /// The variable, which the options name as theirs.
    pub(crate) variable: &'static str,
    /// The key of `twinpool.toml`, if it has one.
    pub(crate) key: Option<&'static str>,
    /// The output of the stack, if it has one.
    pub(crate) output: Option<&'static str>,
    /// Whether it is nobody else's business.
    pub(crate) secret: bool,
}

const fn known(variable: &'static str, key: Option<&'static str>, output: Option<&'static str>) -> Known {
    Known { variable, key, output, secret: false }
}

/// All of it, in the order in which it is shown.
pub(crate) const ALL: [Known; 23] = [
    known("TWINPOOL_OLD_POOL_ID", Some("[old_pool] id"), Some("OldPoolId")),
    known("TWINPOOL_NEW_POOL_ID", Some("[new_pool] id"), Some("NewPoolId")),
    known("TWINPOOL_NEW_POOL_REGION", Some("[new_pool] region"), None),
    known("TWINPOOL_NEW_POOL_PROFILE", Some("[new_pool] profile"), None),
    known("TWINPOOL_NEW_POOL_ROLE_ARN", Some("[new_pool] role_arn"), None),
    Known { secret: true, ..known("TWINPOOL_NEW_POOL_EXTERNAL_ID", Some("[new_pool] external_id"), None) },
    known("TWINPOOL_STACK", Some("[stack] name"), None),
    known("TWINPOOL_LINKS_TABLE", None, Some("TableName")),
    known("TWINPOOL_QUEUE_URL", None, Some("QueueUrl")),
    known("TWINPOOL_DLQ_URL", None, Some("DlqUrl")),
    known("TWINPOOL_CAPTURE_ARN", None, Some("CaptureArn")),
    known("TWINPOOL_SIGN_IN_ARN", None, Some("SignInArn")),
    known("TWINPOOL_MIRROR_ARN", None, Some("MirrorArn")),
    known("TWINPOOL_AUDIT_TRAIL_ARN", None, Some("AuditTrailArn")),
    known("TWINPOOL_AUDIT_TRAIL_RULE", None, Some("AuditTrailRuleName")),
    known("TWINPOOL_AUDIT_TRAIL_DLQ_URL", None, Some("AuditTrailDlqUrl")),
    known("TWINPOOL_SWEEP_ARN", None, Some("SweepArn")),
    known("TWINPOOL_IMPORT_ROLE_ARN", None, Some("ImportRoleArn")),
    known("TWINPOOL_REVERSE_SYNC", None, Some("ReverseSync")),
    known("TWINPOOL_MARKER_ATTRIBUTE", None, None),
    known("TWINPOOL_OLD_POOL_ENDPOINT_URL", None, None),
    known("TWINPOOL_CLIENT_MAP", None, None),
    known("TWINPOOL_WATCH_TOPIC_ARN", None, None),
];

/// Values by variable.
pub(crate) type Values = BTreeMap<&'static str, String>;

/// What the file says.
pub(crate) fn of_file(site: &Site) -> Values {
    let new = &site.new_pool;
    let said = [
        ("TWINPOOL_OLD_POOL_ID", site.old_pool.id.as_ref().map(ToString::to_string)),
        ("TWINPOOL_NEW_POOL_ID", new.id.as_ref().map(ToString::to_string)),
        ("TWINPOOL_NEW_POOL_REGION", new.region().map(str::to_owned)),
        ("TWINPOOL_NEW_POOL_PROFILE", new.profile.clone()),
        ("TWINPOOL_NEW_POOL_ROLE_ARN", site.role_arn.clone()),
        ("TWINPOOL_NEW_POOL_EXTERNAL_ID", site.external_id.clone()),
        ("TWINPOOL_STACK", site.stack.name.clone()),
    ];
    said.into_iter().filter_map(|(variable, value)| Some((variable, value?))).collect()
}

/// What the outputs of the stack say.
pub(crate) fn of_stack(outputs: &BTreeMap<String, String>) -> Values {
    let said = |known: &Known| Some((known.variable, outputs.get(known.output?)?.clone()));
    // An output of a parameter that was left empty says nothing.
    ALL.iter().filter_map(said).filter(|(_, value)| !value.is_empty()).collect()
}

/// Whether the outputs of the stack can say it.
pub(crate) fn is_output(variable: &str) -> bool {
    ALL.iter().any(|known| known.variable == variable && known.output.is_some())
}
