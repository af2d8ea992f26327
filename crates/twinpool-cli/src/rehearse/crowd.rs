//! The users of the old pool out of whom some are chosen.

use std::collections::{BTreeMap, BTreeSet};

use twinpool_core::change_event::UserRef;
use twinpool_core::id::Sub;
use twinpool_core::listing::PoolList;
use twinpool_core::port::{Answer, PoolReader};
use twinpool_core::snapshot::Snapshot;
use twinpool_engine::{Deaf, Selection, Selector, persist};
use twinpool_setup::rehearse;

/// The members on the first page of so many groups are looked at.
const MOST_GROUPS: usize = 30;

/// At most so many users of those whom the selection fits.
pub(super) async fn choose(
    old: &impl PoolList,
    selection: &Selection,
    most: usize,
    out_of: usize,
) -> Answer<Vec<Snapshot>> {
    let mut users = named(old, selection).await?;
    let mut place = None;
    while users.len() < out_of {
        let page = persist(|| old.users(place.as_ref()), &Deaf).await?;
        users.extend(page.items.into_iter().map(|user| (user.sub.clone(), user)));
        place = page.next;
        if place.is_none() {
            break;
        }
    }
    add_groups(old, selection, &mut users).await?;
    let users: Vec<_> = users.into_values().filter(|user| selection.fits(user)).collect();
    let chosen: BTreeSet<_> = rehearse::choose(&users, most).into_iter().collect();
    let kept = users.into_iter().enumerate().filter(|(index, _)| chosen.contains(index));
    Ok(kept.map(|(_, user)| user).collect())
}

/// Whoever is named by sub is read, wherever the list has them.
async fn named(old: &impl PoolReader, selection: &Selection) -> Answer<BTreeMap<Sub, Snapshot>> {
    let mut users = BTreeMap::new();
    for selector in &selection.only {
        let subs: Vec<&Sub> = match selector {
            Selector::User(sub) => vec![sub],
            Selector::Users(subs) => subs.iter().collect(),
            Selector::Group(_) | Selector::Status(_) | Selector::Disabled => Vec::new(),
        };
        for sub in subs {
            let who = UserRef::Sub(sub.clone());
            if let Some(user) = persist(|| old.user(&who), &Deaf).await? {
                users.insert(user.sub.clone(), user);
            }
        }
    }
    Ok(users)
}

/// Lists tell no groups; the lists of members do.
async fn add_groups(
    old: &impl PoolList,
    selection: &Selection,
    users: &mut BTreeMap<Sub, Snapshot>,
) -> Answer<()> {
    let wanted = selection.only.iter().filter_map(|selector| match selector {
        Selector::Group(name) => Some(name.clone()),
        Selector::User(_) | Selector::Users(_) | Selector::Status(_) | Selector::Disabled => None,
    });
    let wanted: BTreeSet<_> = wanted.collect();
    let mut names: Vec<_> = wanted.iter().cloned().collect();
    let some = persist(|| old.all_groups(None), &Deaf).await?;
    names.extend(some.items.into_iter().map(|group| group.name).take(MOST_GROUPS));
    for name in names {
        let page = persist(|| old.members(&name, None), &Deaf).await?;
        for sub in page.items {
            let who = UserRef::Sub(sub.clone());
            // A read makes an active user: only where somebody asked for the group.
            if wanted.contains(&name)
                && !users.contains_key(&sub)
                && let Some(user) = persist(|| old.user(&who), &Deaf).await?
            {
                users.insert(sub.clone(), user);
            }
            if let Some(user) = users.get_mut(&sub) {
                user.groups.insert(name.clone());
            }
        }
    }
    Ok(())
}
