//! What is asked, read strictly. A problem names the parameter and never what stood in it.

use std::collections::BTreeMap;

use twinpool_core::id::{AttributeName, ClientId, GroupName};
use twinpool_core::pool::LONGEST_VALUE;
use twinpool_core::route::{Asker, is_id};

use crate::problem::Problem;

/// A user has no more groups (F§5).
const MOST_GROUPS: usize = 100;
const MOST_VALUES: usize = 10;

const ONCE: &str = "it should be said once";
const AN_ID: &str = "it should be the id of a user or of an install: 1 to 128 letters, digits, hyphens, underscores, dots or \
                     colons; never an address or a telephone number";
const A_GROUP: &str = "it should be the name of a group; 100 groups are taken at most";
const A_VALUE: &str = "it should be value.<attribute>, such as value.custom:tenant, of at most 2048 bytes; 10 are taken at most";
const A_CLIENT: &str = "it should be the id of an app client of the old pool";
const UNKNOWN: &str = "the parameters are id, group, client and value.<attribute>";

/// Who asks, and by which app client of the old pool.
#[derive(Debug, Default)]
pub(super) struct Question {
    pub(super) asker: Asker,
    pub(super) client: Option<ClientId>,
}

impl Question {
    pub(super) fn read(query: Vec<(String, String)>) -> Result<Self, Problem> {
        let mut question = Self::default();
        for (name, value) in query {
            match name.strip_prefix("value.") {
                Some(attribute) => question.value(attribute, value)?,
                None => question.take(&name, value)?,
            }
        }
        Ok(question)
    }

    fn take(&mut self, name: &str, value: String) -> Result<(), Problem> {
        match name {
            "id" if self.asker.id.is_some() => Err(Problem::field("id", ONCE)),
            "id" if !is_id(&value) => Err(Problem::field("id", AN_ID)),
            "id" => {
                self.asker.id = Some(value);
                Ok(())
            }
            "group" => {
                let group = GroupName::parse(value).map_err(|_| Problem::field("group", A_GROUP))?;
                self.asker.groups.insert(group);
                let fit = self.asker.groups.len() <= MOST_GROUPS;
                if fit { Ok(()) } else { Err(Problem::field("group", A_GROUP)) }
            }
            "client" if self.client.is_some() => Err(Problem::field("client", ONCE)),
            "client" => {
                let client = ClientId::parse(value).map_err(|_| Problem::field("client", A_CLIENT))?;
                self.client = Some(client);
                Ok(())
            }
            // What is unknown is not named either: a value may stand where a name should.
            _ => Err(Problem::field("query", UNKNOWN)),
        }
    }

    fn value(&mut self, attribute: &str, value: String) -> Result<(), Problem> {
        let problem = || Problem::field("value", A_VALUE);
        let name = AttributeName::parse(attribute).map_err(|_| problem())?;
        let values: &mut BTreeMap<_, _> = &mut self.asker.values;
        if value.len() > LONGEST_VALUE as usize || values.len() == MOST_VALUES {
            return Err(problem());
        }
        match values.insert(name, value) {
            None => Ok(()),
            Some(_) => Err(Problem::field("value", ONCE)),
        }
    }
}
