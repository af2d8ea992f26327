//! What Service Quotas says of the account's quotas of Cognito.

use std::collections::BTreeSet;
use std::num::NonZeroU32;

use aws_config::SdkConfig;
use serde_json::{Value, json};
use twinpool_core::port::{Answer, PortError};
use twinpool_core::quota::{Category, Quota, Quotas};

use crate::raw::RawClient;

const TARGET: &str = "ServiceQuotasV20190624.ListServiceQuotas";
/// Cognito has some thirty quotas, and a page holds a hundred.
const MOST_PAGES: usize = 10;

/// The quotas, and how far they are known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountQuotas {
    /// The account's, and AWS's defaults where they could not be read.
    pub quotas: Quotas,
    /// Which were read.
    pub read: BTreeSet<Category>,
    /// Why not all could be: not allowed, not there, no network.
    pub problem: Option<PortError>,
}

/// Asks for the quotas of the account and Region. What cannot be read is AWS's default.
pub async fn read(config: &SdkConfig) -> AccountQuotas {
    let mut found = Vec::new();
    let problem = collect(config, &mut found).await.err();
    let read = found.iter().map(|quota| quota.category).collect();
    AccountQuotas { quotas: found.into_iter().collect(), read, problem }
}

async fn collect(config: &SdkConfig, found: &mut Vec<Quota>) -> Answer<()> {
    let client = RawClient::connect(config, "servicequotas", "servicequotas")?;
    let mut token = Value::Null;
    for _ in 0..MOST_PAGES {
        let mut ask = json!({ "ServiceCode": "cognito-idp", "MaxResults": 100 });
        if !token.is_null() {
            ask["NextToken"] = token;
        }
        let mut page = client.call(TARGET, &ask).await?;
        found.extend(page["Quotas"].as_array().into_iter().flatten().filter_map(quota));
        token = page["NextToken"].take();
        if token.is_null() {
            break;
        }
    }
    Ok(())
}

/// `Rate of UserCreation requests`, `Rate of UserPoolResourceRead requests per account`. Those per user pool are the limit of
/// one operation.
fn quota(told: &Value) -> Option<Quota> {
    let name = told["QuotaName"].as_str()?.trim();
    let (name, whose) = name.strip_prefix("Rate of ")?.split_once(" requests")?;
    if !matches!(whose.trim(), "" | "per account") {
        return None;
    }
    let value = told["Value"].as_f64().filter(|value| (1.0..=1e6).contains(value))?;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "it is from one to a million"
    )]
    let rps = NonZeroU32::new(value as u32)?;
    Some(Quota { category: Category::named(name)?, rps })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::raw::stub::{config, server};

    #[tokio::test]
    async fn the_account_s_quotas_are_read_by_name_over_all_pages() {
        let first = r#"{"NextToken": "more", "Quotas": [
            {"QuotaName": "Rate of UserCreation requests", "QuotaCode": "L-5987B8A0", "Value": 200.0},
            {"QuotaName": "Rate of UserAuthentication requests", "Value": 120.0},
            {"QuotaName": "Groups per user", "Value": 100.0},
            {"QuotaName": "Rate of UserPoolResourceRead requests per user pool", "Value": 5.0}]}"#;
        let second = r#"{"Quotas": [
            {"QuotaName": "Rate of UserPoolResourceRead requests per account", "Value": 40},
            {"QuotaName": "Rate of UserRead requests", "Value": null},
            {"QuotaName": "Rate of UserUpdate requests", "Value": -1.0}, 7]}"#;
        let (address, seen) = server([(200, "", first), (200, "", second)]);
        let found = read(&config(&address).await).await;
        let read = BTreeSet::from([Category::UserCreation, Category::UserPoolResourceRead]);
        assert_eq!((found.read, found.problem), (read, None));
        assert_eq!(found.quotas.of(Category::UserCreation), 200);
        assert_eq!(found.quotas.of(Category::UserPoolResourceRead), 40);
        assert_eq!(found.quotas.of(Category::UserUpdate), 25);
        let asked: Vec<Value> =
            seen.try_iter().map(|one| serde_json::from_slice(&one.body).unwrap()).collect();
        assert_eq!(asked[0], json!({ "ServiceCode": "cognito-idp", "MaxResults": 100 }));
        assert_eq!(asked[1]["NextToken"], "more");
    }

    #[tokio::test]
    async fn who_may_not_ask_gets_the_defaults_and_is_told_why() {
        let (address, _seen) = server([(400, "", r#"{"__type":"AccessDeniedException"}"#)]);
        let found = read(&config(&address).await).await;
        assert_eq!((found.quotas, found.read.len()), (Quotas::default(), 0));
        assert_eq!(found.problem.unwrap().code, "AccessDeniedException");
    }

    #[tokio::test]
    async fn what_was_read_before_a_failure_counts() {
        let first = r#"{"NextToken": "more", "Quotas": [{"QuotaName": "Rate of UserCreation requests", "Value": 200.0}]}"#;
        let (address, _seen) = server([(200, "", first), (500, "", "")]);
        let found = read(&config(&address).await).await;
        assert_eq!(found.quotas.of(Category::UserCreation), 200);
        assert_eq!(found.problem.unwrap().code, "Http500");
    }
}
