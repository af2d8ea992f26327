//! What of the pools themselves stands in the mirror's way, or should be known before it starts: pure.

use twinpool_core::attribute::Contact;
use twinpool_core::id::AttributeName;
use twinpool_core::pool::PoolShape;
use twinpool_rules::Verdict;

/// What was found; nothing that is fine.
pub(super) fn check(old: &PoolShape, new: &PoolShape, marker: &AttributeName) -> Vec<Verdict> {
    let pool = &new.id;
    let mut found = Vec::new();
    if old.id == new.id {
        found.push(Verdict::Refused(format!(
            "{pool} is named as the old and as the new pool: correct --old-pool or --new-pool"
        )));
        return found;
    }
    let short = marker.as_str().trim_start_matches("custom:");
    if !new.has(marker) {
        found.push(Verdict::Refused(format!(
            "the new pool lacks the attribute {marker}, by which twinpool knows whom it made: aws cognito-idp add-custom-attributes --user-pool-id {pool} --custom-attributes Name={short},AttributeDataType=String,Mutable=false"
        )));
    } else if new.is_mutable(marker) {
        found.push(Verdict::Refused(format!(
            "the attribute {marker} of the new pool can be changed, so it proves nothing, and Cognito cannot make it fixed later: add another one, and name it with --marker / TWINPOOL_MARKER_ATTRIBUTE and the parameter MarkerAttribute of the stack: aws cognito-idp add-custom-attributes --user-pool-id {pool} --custom-attributes Name={short}2,AttributeDataType=String,Mutable=false"
        )));
    }
    let by_email = new.sign_in.is_unique(&Contact::Email.address_attribute());
    if new.case_sensitive && (!old.case_sensitive || by_email) {
        found.push(Verdict::Warning(
            "the new pool tells upper and lower case apart: names and addresses that differ in case only are two people there, and this cannot be changed later"
                .to_owned(),
        ));
    }
    found
}

#[cfg(test)]
mod tests {
    use twinpool_core::pool::AttributeSchema;
    use twinpool_testkit::world::{MARKER, attribute, email_pool};

    use super::*;

    fn said(old: &PoolShape, new: &PoolShape, marker: &str) -> String {
        let all = check(old, new, &attribute(marker));
        all.iter().map(|one| format!("{one:?}")).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn what_the_mirror_would_not_start_with_is_refused() {
        let (old, new) = (email_pool("eu-west-1_Old"), email_pool("eu-west-1_New"));
        assert_eq!(said(&old, &new, MARKER), "");
        assert!(said(&new, &new, MARKER).contains("as the old and as the new pool"));
        let missing = said(&old, &new, "custom:mark");
        assert!(missing.starts_with("Refused") && missing.contains("Name=mark,"), "{missing}");
        let mut mutable = new.clone();
        mutable.attributes.insert(attribute(MARKER), AttributeSchema::TEXT);
        assert!(said(&old, &mutable, MARKER).contains("proves nothing"));
    }

    #[test]
    fn a_pool_that_tells_case_apart_is_warned_of() {
        let (old, new) = (email_pool("eu-west-1_Old"), email_pool("eu-west-1_New"));
        let strict = |pool: &PoolShape| PoolShape { case_sensitive: true, ..pool.clone() };
        assert!(said(&old, &strict(&new), MARKER).starts_with("Warning"));
        assert!(said(&strict(&old), &strict(&new), MARKER).starts_with("Warning"));
        assert_eq!(said(&strict(&old), &new, MARKER), "");
    }
}
