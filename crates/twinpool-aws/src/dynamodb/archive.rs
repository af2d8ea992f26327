//! What a pool's settings were before we changed them: `SETTINGS#<pool>`, in the table of links. No link, so no walk over the
//! links sees it, and nothing lets it expire.

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::Value;
use twinpool_core::id::PoolId;
use twinpool_core::port::{Answer, Class, PortError};
use twinpool_setup::port::{Archive, FunctionArn, Json, Saved};

use super::{Item, Links, fence, item::field};
use crate::code::port_error;

/// DynamoDB takes no larger item: names and values together.
const MOST_BYTES: usize = 400 * 1024;

/// Left for the small fields, and for what DynamoDB counts beside texts.
const SMALL: usize = 4 * 1024;

fn key(pool: &PoolId) -> String {
    format!("SETTINGS#{pool}")
}

impl Links {
    /// The version of what is kept of a pool; 0 for nothing.
    async fn kept(&self, pool: &PoolId) -> Answer<u64> {
        let item = self.get(key(pool)).await?;
        item.map_or(Ok(0), |item| field::integer(&item, "version"))
    }
}

impl Archive for Links {
    async fn save(&self, saved: &Saved) -> Answer<()> {
        let version = self.kept(&saved.pool).await?;
        self.put(encode(saved, version + 1)?, version).await
    }

    async fn find(&self, pool: &PoolId) -> Answer<Option<Saved>> {
        let item = self.get(key(pool)).await?;
        item.map(|item| decode(pool, &item)).transpose()
    }

    async fn forget(&self, pool: &PoolId) -> Answer<()> {
        let version = self.kept(pool).await?;
        let (condition, Some(read)) = fence(version) else {
            return Ok(());
        };
        let call = self.client.delete_item().table_name(&self.table);
        let call = call.key("pk", AttributeValue::S(key(pool))).condition_expression(condition);
        let call = call.expression_attribute_names("#version", "version");
        let call = call.expression_attribute_values(":read", read);
        call.send().await.map(drop).map_err(|error| port_error("DeleteItem", &error))
    }
}

fn encode(saved: &Saved, version: u64) -> Answer<Item> {
    let json = |json: &Json| Value::Object(json.clone()).to_string();
    let (description, mfa) = (json(&saved.description), json(&saved.mfa));
    let attached =
        Value::from_iter(saved.attached.iter().map(|(slot, function)| vec![slot, function.as_str()]));
    let attached = attached.to_string();
    if description.len() + mfa.len() + attached.len() > MOST_BYTES - SMALL {
        return Err(PortError::new(Class::Rejected, "PutItem", "ItemTooLarge"));
    }
    Ok(Item::from([
        ("pk".to_owned(), field::text(key(&saved.pool))),
        ("version".to_owned(), field::number(version)),
        ("at".to_owned(), field::number(saved.at)),
        ("description".to_owned(), field::text(description)),
        ("mfa".to_owned(), field::text(mfa)),
        ("attached".to_owned(), field::text(attached)),
    ]))
}

fn decode(pool: &PoolId, item: &Item) -> Answer<Saved> {
    let object = |name| -> Answer<Json> {
        serde_json::from_str(field::string(item, name)?).map_err(|_| field::damaged(name))
    };
    let damaged = || field::damaged("attached");
    let attached: Vec<(String, String)> =
        serde_json::from_str(field::string(item, "attached")?).map_err(|_| damaged())?;
    let one = |(slot, function): (String, String)| {
        FunctionArn::parse(&function).map(|function| (slot, function)).map_err(|_| damaged())
    };
    Ok(Saved {
        pool: pool.clone(),
        description: object("description")?,
        mfa: object("mfa")?,
        attached: attached.into_iter().map(one).collect::<Answer<_>>()?,
        at: field::integer(item, "at")?,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn saved(description: Value) -> Saved {
        let Value::Object(description) = description else { unreachable!("an object") };
        let function = "arn:aws:lambda:eu-west-1:123456789012:function:capture:live";
        Saved {
            pool: PoolId::parse("eu-west-1_Old").unwrap(),
            description,
            mfa: Json::from_iter([("MfaConfiguration".to_owned(), json!("OFF"))]),
            attached: vec![("CustomMessage".to_owned(), FunctionArn::parse(function).unwrap())],
            at: 1_795_219_200_123,
        }
    }

    #[test]
    fn what_is_kept_is_read_back_field_by_field() {
        let saved = saved(
            json!({ "LastModifiedDate": 1_795_219_200.123, "Text": "\u{e9}\u{2028}{####}", "None": null,
            "Empty": {}, "Big": u64::MAX, "List": [1, "2", false] }),
        );
        let item = encode(&saved, 3).unwrap();
        assert_eq!(decode(&saved.pool, &item), Ok(saved));
        assert_eq!(item.get("version"), Some(&field::number(3)));
        assert!(!item.contains_key("expires"), "the time to live of notes must not take it away");
    }

    #[test]
    fn what_dynamodb_would_refuse_is_refused_before() {
        let large = saved(json!({ "Text": "x".repeat(MOST_BYTES) }));
        assert_eq!(encode(&large, 1).unwrap_err().code, "ItemTooLarge");
        assert!(encode(&saved(json!({ "Text": "x".repeat(MOST_BYTES - 2 * SMALL) })), 1).is_ok());
    }

    #[test]
    fn a_damaged_item_is_told_by_its_field() {
        let whole = encode(&saved(json!({})), 1).unwrap();
        let pool = PoolId::parse("eu-west-1_Old").unwrap();
        for name in ["description", "mfa", "attached", "at"] {
            let mut item = whole.clone();
            item.insert(name.to_owned(), field::text("[[\"PreSignUp\", \"no function\"]]"));
            assert_eq!(decode(&pool, &item).unwrap_err().code, format!("DamagedItem.{name}"));
            item.remove(name);
            assert_eq!(decode(&pool, &item).unwrap_err().code, format!("DamagedItem.{name}"));
        }
    }
}
