//! Everybody whom a user id stands for. `USER#` items say where to look; who is found there counts only if the own item says the same.

use std::collections::{BTreeSet, HashMap};

use twinpool_core::account::Accounts;
use twinpool_core::id::{NewSub, OldSub, UserId};
use twinpool_core::listing::Stage;
use twinpool_core::port::Answer;

use super::UserIds;
use crate::dynamodb::item::id::{NEW_SUBS, OLD_SUBS, OfOld, id_of_new, id_of_old, subs};
use crate::dynamodb::{Item, item, merge::user_key, new_key, old_key};

type Items = HashMap<String, Item>;

/// The keys of what can have a user id.
fn keys(id: &UserId) -> [String; 3] {
    [format!("OLD#{id}"), format!("NEW#{id}"), user_key(id)]
}

fn old(items: &Items, key: &str) -> Answer<Option<OfOld>> {
    items.get(key).map(id_of_old).transpose()
}

impl UserIds {
    pub(super) async fn everybody(&self, id: &UserId) -> Answer<Option<Accounts>> {
        let mut items = self.by_key(keys(id).into()).await?;
        let [first, ..] = keys(id);
        let mut root = id.clone();
        if let Some(into) = old(&items, &first)?.and_then(|read| read.into) {
            root = self.end_of(&into).await?;
            items = self.by_key(keys(&root).into()).await?;
        }
        let mut search = Search::from(root, &items)?;
        loop {
            let keys = search.keys();
            if keys.is_empty() {
                return Ok(search.found());
            }
            let items = self.by_key(keys).await?;
            search.on(&items)?;
        }
    }
}

/// Who was found so far, and who was named and is not looked up yet.
struct Search {
    root: UserId,
    stage: Option<Stage>,
    /// The user ids that stand for this person: the one that counts, and those of merged users.
    ids: BTreeSet<UserId>,
    old: BTreeSet<OldSub>,
    new: BTreeSet<NewSub>,
    named_old: BTreeSet<OldSub>,
    named_new: BTreeSet<NewSub>,
    seen_old: BTreeSet<OldSub>,
}

impl Search {
    fn from(root: UserId, items: &Items) -> Answer<Self> {
        let mut search = Self {
            stage: None,
            ids: [root.clone()].into(),
            old: BTreeSet::new(),
            new: BTreeSet::new(),
            named_old: BTreeSet::new(),
            named_new: BTreeSet::new(),
            seen_old: BTreeSet::new(),
            root,
        };
        let [old_item, new_item, user_item] = keys(&search.root);
        let link = old(items, &old_item)?.filter(|read| read.user_id == search.root && read.into.is_none());
        if let (Some(read), Ok(sub)) = (link, OldSub::parse(search.root.as_str())) {
            search.stage = Some(read.stage);
            search.named_new.extend(read.new_sub);
            search.old.insert(sub);
        }
        let born = items.get(&new_item).map(id_of_new).transpose()?.filter(|id| *id == search.root);
        if let (Some(_), Ok(sub)) = (born, NewSub::parse(search.root.as_str())) {
            search.new.insert(sub);
            // Who got a user in the old pool later.
            let tied = items.get(&new_item).map(item::old_sub).transpose()?.flatten();
            search.named_old.extend(tied);
        }
        search.heed(items.get(&user_item))?;
        Ok(search)
    }

    /// Takes the hints of a `USER#` item.
    fn heed(&mut self, item: Option<&Item>) -> Answer<()> {
        if let Some(item) = item {
            self.named_old.extend(subs(item, OLD_SUBS, OldSub::parse)?);
            self.named_new.extend(subs(item, NEW_SUBS, NewSub::parse)?);
        }
        self.named_old.retain(|sub| !self.seen_old.contains(sub));
        self.named_new.retain(|sub| !self.new.contains(sub));
        Ok(())
    }

    /// What is to be read next. Of a user of the old pool also who was merged into that one before.
    fn keys(&self) -> Vec<String> {
        let merged = self.named_old.iter().flat_map(|sub| [old_key(sub), user_key(&UserId::from(sub))]);
        merged.chain(self.named_new.iter().map(new_key)).collect()
    }

    fn on(&mut self, items: &Items) -> Answer<()> {
        for new in std::mem::take(&mut self.named_new) {
            let id = items.get(&new_key(&new)).map(id_of_new).transpose()?;
            if id.is_some_and(|id| self.ids.contains(&id)) {
                self.new.insert(new);
            }
        }
        for sub in std::mem::take(&mut self.named_old) {
            let Some(read) = old(items, &old_key(&sub))? else {
                continue;
            };
            let is_born = read.into.is_none() && read.user_id == self.root;
            if is_born {
                self.stage = Some(read.stage);
                self.named_new.extend(read.new_sub.filter(|new| !self.new.contains(new)));
            }
            let is_one = read.into.is_some_and(|into| self.ids.contains(&UserId::from(&into)));
            if is_one || is_born {
                self.ids.insert(read.user_id);
                self.ids.insert(UserId::from(&sub));
                self.seen_old.insert(sub.clone());
                self.heed(items.get(&user_key(&UserId::from(&sub))))?;
                self.old.insert(sub);
            }
        }
        Ok(())
    }

    /// `None`: nobody has this user id.
    fn found(self) -> Option<Accounts> {
        let is_anybody = !self.old.is_empty() || !self.new.is_empty();
        let Self { root, stage, old, new, .. } = self;
        is_anybody.then_some(Accounts { user_id: root, stage, old, new })
    }
}
