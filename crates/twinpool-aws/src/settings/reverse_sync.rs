//! Whether the stack writes the old pool too.

use super::{Result, Source, unusable};

/// What the setting takes.
pub const ON_OR_OFF: &str = "it should be on or off";

/// What a word says; `None` where it says neither.
#[must_use]
pub fn on_or_off(word: &str) -> Option<bool> {
    match word {
        "on" => Some(true),
        "off" => Some(false),
        _ => None,
    }
}

/// `TWINPOOL_REVERSE_SYNC`, the template's `ReverseSync`: off unless set. A word that is neither is refused, for whoever wrote it
/// wanted something.
///
/// # Errors
/// When it is neither on nor off.
pub fn reverse_sync(source: &impl Source) -> Result<bool> {
    const KEY: &str = "TWINPOOL_REVERSE_SYNC";
    let said = source.get(KEY);
    said.map_or(Ok(false), |word| on_or_off(&word).ok_or_else(|| unusable(KEY, ON_OR_OFF)))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{Table, complete};
    use super::super::{AuditTrailSettings, MirrorSettings};

    const KEY: &str = "TWINPOOL_REVERSE_SYNC";

    fn with(more: &[(&'static str, &'static str)]) -> Table {
        let mut table = complete();
        table.0.extend(more.iter().copied());
        table
    }

    #[test]
    fn the_old_pool_is_only_read_unless_the_word_is_on_and_another_word_is_refused() {
        for (word, expected) in [(None, false), (Some("off"), false), (Some("on"), true)] {
            let table = with(&word.map(|word| (KEY, word)).into_iter().collect::<Vec<_>>());
            assert_eq!(MirrorSettings::read(&table).unwrap().reverse_sync, expected, "{word:?}");
        }
        for bad in ["true", "On", "1", "hunter2"] {
            let shown = MirrorSettings::read(&with(&[(KEY, bad)])).unwrap_err().to_string();
            assert!(shown.starts_with(KEY) && !shown.contains("hunter2"), "{shown}");
        }
    }

    #[test]
    fn the_audit_trail_follows_the_new_pool_only_then_and_knows_each_role_that_is_ours() {
        let role = |key| (key, "arn:aws:iam::123456789012:role/one");
        let mirror = role("TWINPOOL_MIRROR_ROLE_ARN");
        let one_way = AuditTrailSettings::read(&with(&[mirror])).unwrap().followed;
        assert_eq!(one_way.new_pool, None);
        let all = [mirror, role("TWINPOOL_SIGN_IN_ROLE_ARN"), role("TWINPOOL_BRIDGE_ROLE_ARN"), (KEY, "on")];
        let both = AuditTrailSettings::read(&with(&all)).unwrap().followed;
        assert_eq!(both.new_pool.map(|pool| pool.to_string()).as_deref(), Some("eu-west-1_B"));
        assert_eq!(both.own_roles.len(), 3);
        let bad = AuditTrailSettings::read(&with(&[mirror, ("TWINPOOL_BRIDGE_ROLE_ARN", "bridge")]));
        assert!(bad.unwrap_err().to_string().starts_with("TWINPOOL_BRIDGE_ROLE_ARN"));
    }
}
