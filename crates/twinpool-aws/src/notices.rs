//! Notices to the owner, through a topic of SNS (Publish).

use aws_config::SdkConfig;
use twinpool_core::port::Answer;
use twinpool_core::watch::{Announcer, Notice};

use crate::raw::{RawClient, Rest};
use crate::region::within;
use crate::settings::TopicArn;

/// Publishes to one topic. Needs `sns:Publish` of it. Without a topic nobody is told, and that is fine.
#[derive(Debug)]
pub struct Notices(Option<(RawClient, TopicArn)>);

impl Notices {
    /// Through a client of its own, in the Region of the topic: SNS knows it in no other.
    ///
    /// # Errors
    /// [`twinpool_core::port::Class::Rejected`] when `config` has no Region or no HTTP client.
    pub fn connect(config: &SdkConfig, topic: Option<TopicArn>) -> Answer<Self> {
        let connect = |topic: TopicArn| {
            let config = within(config, topic.region());
            RawClient::connect(&config, "sns", "sns").map(|client| (client, topic))
        };
        topic.map(connect).transpose().map(Self)
    }
}

impl Announcer for Notices {
    async fn announce(&self, subject: &str, text: &str) -> Answer<Notice> {
        let Some((client, topic)) = &self.0 else { return Ok(Notice::NoTopic) };
        let fields = [("TopicArn", topic.as_str()), ("Subject", subject), ("Message", text)];
        client.rest(Rest::form("Publish", "2010-03-31", &fields)).await.map(|_| Notice::Sent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::raw::stub::{config, server};

    #[tokio::test]
    async fn a_notice_goes_to_the_topic_as_it_is() {
        let (address, seen) =
            server([(200, "", "<PublishResponse/>"), (403, "", "<Code>AuthorizationError</Code>")]);
        let topic = "arn:aws:sns:eu-west-1:123456789012:twinpool".parse().unwrap();
        let notices = Notices::connect(&config(&address).await, Some(topic)).unwrap();
        assert_eq!(notices.announce("twinpool prod: hold", "1 & 2\n").await, Ok(Notice::Sent));
        let body = String::from_utf8(seen.recv().unwrap().body).unwrap();
        assert_eq!(
            body,
            "Action=Publish&Version=2010-03-31&TopicArn=arn%3Aaws%3Asns%3Aeu-west-1%3A123456789012%3Atwinpool\
             &Subject=twinpool%20prod%3A%20hold&Message=1%20%26%202%0A"
        );
        assert_eq!(notices.announce("a", "b").await.unwrap_err().code, "AuthorizationError");
    }

    #[tokio::test]
    async fn a_topic_is_told_in_its_own_region() {
        let (address, seen) = server([(200, "", "<PublishResponse/>")]);
        let topic = "arn:aws:sns:eu-central-1:123456789012:twinpool".parse().unwrap();
        let notices = Notices::connect(&config(&address).await, Some(topic)).unwrap();
        notices.announce("twinpool prod: hold", "1\n").await.unwrap();
        let seen = seen.recv().unwrap();
        assert!(seen.header("authorization").contains("/eu-central-1/sns/"), "the stack is in eu-west-1");
    }

    #[tokio::test]
    async fn without_a_topic_nobody_is_told() {
        let notices = Notices::connect(&config("http://127.0.0.1:9").await, None).unwrap();
        assert_eq!(notices.announce("a", "b").await, Ok(Notice::NoTopic));
    }
}
