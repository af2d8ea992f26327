//! What to create a user with where the target refuses the whole: one bad value must not keep a person out.

use super::Marker;
use crate::attribute::Contact;
use crate::id::{AttributeName, Username};
use crate::pool::PoolShape;
use crate::value::Attributes;

/// Parts of the attributes of a creation, to be tried in this order. What the target lets be written at creation only is
/// given up last; everything else can follow later. At the end stands what nobody can do without.
#[must_use]
pub fn fewer(
    username: &Username,
    attributes: &Attributes,
    marker: &Marker,
    target_shape: &PoolShape,
) -> Vec<Attributes> {
    let only = |wanted: &dyn Fn(&AttributeName) -> bool| -> Attributes {
        attributes.clone().into_iter().filter(|(name, _)| wanted(name)).collect()
    };
    let signs_in_with = |contact: Contact| {
        let address = attributes.get(&contact.address_attribute());
        address.is_some_and(|value| value.reveal() == username.as_str())
    };
    let bare = |name: &AttributeName| *name == marker.name || Contact::of(name).is_some_and(signs_in_with);
    let needed = |name: &AttributeName| *name == marker.name || Contact::of(name).is_some();
    let now_or_never = |name: &AttributeName| !needed(name) && !target_shape.is_mutable(name);
    let fixed: Vec<_> = attributes.keys().filter(|name| now_or_never(name)).collect();

    let mut tries = vec![only(&|name| needed(name) || now_or_never(name))];
    tries
        .extend(fixed.iter().map(|left| only(&|name| needed(name) || (now_or_never(name) && name != *left))));
    tries.extend(fixed.iter().map(|one| only(&|name| needed(name) || name == *one)));
    tries.extend([only(&needed), only(&bare)]);
    let mut seen = vec![attributes.clone()];
    tries.retain(|fewer| {
        let new = !seen.contains(fewer);
        seen.push(fewer.clone());
        new
    });
    tries
}
