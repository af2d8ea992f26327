//! Who manages a pool, as its tags tell.

use serde_json::json;
use twinpool_setup::managed::{Manager, manager};

#[test]
fn tools_are_known_by_their_tags() {
    let tags = [
        (json!({"aws:cloudformation:stack-name": "shop"}), Some(Manager::CloudFormation)),
        (json!({"aws-cdk:auto-delete": "true", "aws:cloudformation:stack-id": "x"}), Some(Manager::Cdk)),
        (json!({"ManagedBy": "Terraform"}), Some(Manager::Terraform)),
        (json!({"terraform": "true"}), Some(Manager::Terraform)),
        (json!({"pulumi:project": "shop"}), Some(Manager::Pulumi)),
        (json!({"team": "platforms", "owner": "abcdkit"}), None),
        (json!({}), None),
    ];
    for (tags, expected) in tags {
        let description = json!({"UserPoolTags": tags});
        assert_eq!(manager(description.as_object().expect("fields")), expected, "{tags}");
    }
}
