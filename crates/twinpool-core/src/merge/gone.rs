//! What both pools had at the last mirror and the old one has no more: it may go from the new pool too, whoever wrote it there.

use super::attributes::unit;
use super::{MergeInput, Merged, WayBack};
use crate::attribute::Contact;
use crate::id::{AttributeName, Pool};
use crate::snapshot::Identity;

pub(super) fn find<B: WayBack>(merged: &mut Merged, input: &MergeInput<'_, B>) {
    let (old, base) = (input.then(Pool::Old), &input.base.new);
    for name in base.attributes.keys() {
        let address = Contact::of(name).map_or_else(|| name.clone(), Contact::address_attribute);
        let went =
            |source: &AttributeName| old.attribute(source) && !input.old.attributes.contains_key(source);
        if !input.view.attributes.contains_key(&address)
            && input.back.source(&address).as_ref().is_some_and(went)
        {
            merged.gone.attributes.extend(unit(&address));
        }
    }
    for name in base.groups.iter().filter(|name| !input.view.groups.contains(*name)) {
        let source = input.back.group(name);
        if source.is_some_and(|source| old.group(&source) && !input.old.groups.contains(&source)) {
            merged.gone.groups.insert(name.clone());
        }
    }
    for identity in input.new.identities.difference(&input.view.identities) {
        let provider = input.back.provider(&identity.provider);
        let there = provider.map(|provider| Identity { provider, subject: identity.subject.clone() });
        let digest = input.key.identity(&input.new.sub, identity);
        if base.identities.contains(&digest) && there.is_some_and(|there| old.is_unlinked_since(&there)) {
            merged.gone.identities.insert(digest);
        }
    }
}
