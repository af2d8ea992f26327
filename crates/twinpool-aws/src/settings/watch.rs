//! The settings of the watch.

use std::str::FromStr;

use twinpool_core::id::PoolId;

use super::{Result, Source, pool_id, required, unusable};

/// The ARN of an SNS topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopicArn(String);

impl TopicArn {
    /// The ARN itself.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The Region that the topic is in.
    #[must_use]
    pub fn region(&self) -> &str {
        self.0.split(':').nth(3).unwrap_or_default()
    }
}

impl FromStr for TopicArn {
    type Err = &'static str;

    fn from_str(text: &str) -> std::result::Result<Self, Self::Err> {
        const WRONG: &str =
            "it should be the ARN of an SNS topic, such as arn:aws:sns:eu-west-1:123456789012:twinpool";
        let text = text.trim();
        let parts: Vec<_> = text.split(':').collect();
        let ["arn", partition, "sns", region, account, name] = parts.as_slice() else {
            return Err(WRONG);
        };
        let is_account = account.len() == 12 && account.bytes().all(|c| c.is_ascii_digit());
        let is_sound = partition.starts_with("aws") && !region.is_empty() && is_account && !name.is_empty();
        if is_sound { Ok(Self(text.to_owned())) } else { Err(WRONG) }
    }
}

/// What is measured, by the names that AWS has for it. A function that the stack has not is not measured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WatchPlaces {
    /// The name of the stack, which the names of its metrics begin with.
    pub stack: String,
    /// The pool being moved to.
    pub new_pool: PoolId,
    /// The queue of change events.
    pub queue_url: String,
    /// What the mirror could not do.
    pub dlq_url: String,
    /// What the audit trail could not tell.
    pub audit_trail_dlq_url: Option<String>,
    /// The mirror function.
    pub mirror: Option<String>,
    /// The function of the HTTP API.
    pub resolve: Option<String>,
    /// The authorizer function.
    pub authorizer: Option<String>,
    /// The function at the triggers of the new pool.
    pub sign_in: Option<String>,
}

/// What the watch function is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WatchSettings {
    /// What is measured.
    pub places: WatchPlaces,
    /// The Region of the new pool, if that is another.
    pub new_pool_region: Option<String>,
    /// The table of links.
    pub links_table: String,
    /// Who is told of a change of verdict.
    pub topic: Option<TopicArn>,
    /// Whether everybody is sent back at the second "roll back" in a row.
    pub auto_rollback: bool,
}

impl WatchSettings {
    /// Reads the settings.
    ///
    /// # Errors
    /// When one is missing or cannot be used.
    pub fn read(source: &impl Source) -> Result<Self> {
        const TOPIC: &str = "TWINPOOL_WATCH_TOPIC_ARN";
        const AUTO: &str = "TWINPOOL_WATCH_AUTO_ROLLBACK";
        let topic = source.get(TOPIC).map(|text| text.parse().map_err(|problem| unusable(TOPIC, problem)));
        let auto_rollback = match source.get(AUTO).as_deref() {
            None | Some("false") => false,
            Some("true") => true,
            Some(_) => return Err(unusable(AUTO, "it should be true or false")),
        };
        Ok(Self {
            places: WatchPlaces {
                stack: required(source, "TWINPOOL_STACK")?,
                new_pool: pool_id(source, "TWINPOOL_NEW_POOL_ID")?,
                queue_url: required(source, "TWINPOOL_QUEUE_URL")?,
                dlq_url: required(source, "TWINPOOL_DLQ_URL")?,
                audit_trail_dlq_url: source.get("TWINPOOL_AUDIT_TRAIL_DLQ_URL"),
                mirror: source.get("TWINPOOL_MIRROR_NAME"),
                resolve: source.get("TWINPOOL_RESOLVE_NAME"),
                authorizer: source.get("TWINPOOL_AUTHORIZER_NAME"),
                sign_in: source.get("TWINPOOL_SIGN_IN_NAME"),
            },
            new_pool_region: source.get("TWINPOOL_NEW_POOL_REGION"),
            links_table: required(source, "TWINPOOL_LINKS_TABLE")?,
            topic: topic.transpose()?,
            auto_rollback,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::complete;
    use super::*;

    const TOPIC: &str = "arn:aws:sns:eu-west-1:123456789012:twinpool";

    /// With what cannot be left out, and this.
    fn read(more: &[(&'static str, &'static str)]) -> Result<WatchSettings> {
        let mut all = complete();
        all.0.extend([("TWINPOOL_STACK", "prod"), ("TWINPOOL_DLQ_URL", "https://dlq")]);
        all.0.extend(more.iter().copied());
        WatchSettings::read(&all)
    }

    #[test]
    fn it_rolls_back_where_it_was_told_to_and_nowhere_else() {
        const AUTO: &str = "TWINPOOL_WATCH_AUTO_ROLLBACK";
        for (said, wanted) in [(None, false), (Some("false"), false), (Some("true"), true)] {
            let settings = read(said.map(|said| (AUTO, said)).as_slice()).unwrap();
            assert_eq!(settings.auto_rollback, wanted, "{said:?}");
        }
        for odd in ["True", "yes", "1", " true"] {
            let problem = read(&[(AUTO, odd)]).unwrap_err().to_string();
            assert!(problem.contains(AUTO) && problem.contains("true or false"), "{problem}");
        }
    }

    #[test]
    fn what_it_is_told_it_goes_by() {
        let plain = read(&[]).unwrap();
        assert_eq!((plain.topic, plain.new_pool_region, plain.links_table.as_str()), (None, None, "links"));
        let functions = [
            ("TWINPOOL_MIRROR_NAME", "mirror"),
            ("TWINPOOL_RESOLVE_NAME", "resolve"),
            ("TWINPOOL_AUTHORIZER_NAME", "authorizer"),
            ("TWINPOOL_SIGN_IN_NAME", "sign-in"),
            ("TWINPOOL_AUDIT_TRAIL_DLQ_URL", "http://audit"),
        ];
        let places = read(&functions).unwrap().places;
        let named =
            [places.mirror, places.resolve, places.authorizer, places.sign_in, places.audit_trail_dlq_url];
        assert_eq!(named, functions.map(|(_, value)| Some(value.to_owned())));
        assert_eq!((places.queue_url.as_str(), places.dlq_url.as_str()), ("https://queue", "https://dlq"));
        let told = read(&[("TWINPOOL_WATCH_TOPIC_ARN", TOPIC), ("TWINPOOL_NEW_POOL_REGION", "eu-central-1")]);
        let told = told.unwrap();
        assert_eq!(told.topic.as_ref().map(TopicArn::as_str), Some(TOPIC));
        assert_eq!(told.new_pool_region.as_deref(), Some("eu-central-1"));
        assert!(read(&[("TWINPOOL_WATCH_TOPIC_ARN", "moves")]).is_err());
    }

    #[test]
    fn only_the_arn_of_a_topic_is_one() {
        let topic = "arn:aws-cn:sns:cn-north-1:123456789012:twinpool";
        let parsed: TopicArn = topic.parse().unwrap();
        assert_eq!((parsed.as_str(), parsed.region()), (topic, "cn-north-1"));
        for odd in [
            "",
            "twinpool",
            "arn:aws:sqs:eu-west-1:123456789012:twinpool",
            "arn:aws:sns:eu-west-1:12345678901:twinpool",
            "arn:aws:sns::123456789012:twinpool",
            "arn:aws:sns:eu-west-1:123456789012:",
            "arn:aws:sns:eu-west-1:123456789012:twinpool:0b6f2c1e",
        ] {
            assert!(odd.parse::<TopicArn>().is_err(), "{odd}");
        }
    }
}
