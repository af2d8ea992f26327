//! What is proposed for identity providers.

use twinpool_core::id::ProviderName;

use super::write::{comment, key, quoted};
use super::{Providers, alike};

const POLICIES: &str = "Identity providers of the old pool. policy = \"first_sign_in\": the user is paired at the first sign-in \
    to the new pool. policy = \"link\": linked ahead, so that the new sub is known before. trust_email = true beside \"link\": \
    the provider's word counts, the address is verified in the new pool.";

/// The tables; nothing where there are no providers.
pub(super) fn section(providers: Option<&Providers>) -> String {
    let Some(providers) = providers else {
        return comment(
            "The identity providers could not be listed: federated users wait for their first sign-in to the new pool, unless a \
             table such as [federation.Google] says otherwise.",
        ) + "\n";
    };
    if providers.old.is_empty() {
        return String::new();
    }
    let missing = providers.old.difference(&providers.new);
    let renames = alike::pairs(missing, providers.new.difference(&providers.old), ProviderName::as_str);
    let mut out = comment(POLICIES);
    for old in &providers.old {
        out += &format!("[federation.{}]\npolicy = \"first_sign_in\"\n", key(old.as_str()));
        match renames.get(old) {
            Some(new) => out += &format!("provider = {}\n", quoted(new.as_str())),
            None if providers.new.contains(old) => {}
            None => {
                out += &comment(
                    "The new pool has no provider of this name: add it there, or write provider = \"<its name there>\".",
                );
            }
        }
        out.push('\n');
    }
    out
}
