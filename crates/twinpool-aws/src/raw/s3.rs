//! One bucket of S3: is it there, make it, put a file into it. Six calls, signed here: they are not worth an SDK.

use std::time::SystemTime;

use aws_config::SdkConfig;
use aws_credential_types::provider::ProvideCredentials as _;
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SigningSettings,
    UriPathNormalizationMode, sign,
};
use aws_sigv4::sign::v4::SigningParams;
use aws_smithy_types::base64;
use sha2::{Digest as _, Sha256};
use twinpool_core::port::{Answer, Class, PortError};

use super::send::Sender;
use super::{Request, answer};

/// A bucket of one account.
#[derive(Debug)]
pub struct Bucket {
    sender: Sender,
    config: SdkConfig,
    region: String,
    name: String,
    /// Somebody else's bucket of that name is refused.
    owner: String,
}

impl Bucket {
    /// The bucket of this name, which belongs to this account.
    ///
    /// # Errors
    /// [`Class::Rejected`] when `config` has no Region or no HTTP client, or the name is none.
    pub fn connect(config: &SdkConfig, name: &str, owner: &str) -> Answer<Self> {
        let bad = |code: &'static str| PortError::new(Class::Rejected, "Connect", code);
        let region = config.region().ok_or_else(|| bad("NoRegion"))?.as_ref().to_owned();
        let is_letter = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || b".-".contains(&c);
        if !(3..=63).contains(&name.len()) || !name.bytes().all(is_letter) {
            return Err(bad("BadBucketName"));
        }
        let (name, owner) = (name.to_owned(), owner.to_owned());
        Ok(Self { sender: Sender::of(config)?, config: config.clone(), region, name, owner })
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether it is there, in this Region and account.
    ///
    /// # Errors
    /// `WrongRegion` where it is in another Region; `AccessDenied` where it is somebody else's or may not be used.
    pub async fn exists(&self) -> Answer<bool> {
        const OPERATION: &str = "HeadBucket";
        match self.call(OPERATION, "HEAD", "", Vec::new()).await {
            Ok(()) => Ok(true),
            Err(error) if error.code == "Http404" => Ok(false),
            Err(error) if matches!(error.code.as_str(), "Http301" | "Http400") => {
                Err(PortError::new(Class::Rejected, OPERATION, "WrongRegion"))
            }
            Err(error) if error.code == "Http403" => {
                Err(PortError::new(Class::Denied, OPERATION, "AccessDenied"))
            }
            Err(error) => Err(error),
        }
    }

    /// Makes it: nobody else sees it, and everything in it is encrypted.
    ///
    /// # Errors
    /// Those of S3, by their code.
    pub async fn create(&self) -> Answer<()> {
        // The oldest Region is named by saying nothing.
        let place = if self.region == "us-east-1" {
            String::new()
        } else {
            format!(
                "<CreateBucketConfiguration {XMLNS}><LocationConstraint>{}</LocationConstraint></CreateBucketConfiguration>",
                self.region
            )
        };
        self.call("CreateBucket", "PUT", "", place.into_bytes()).await?;
        let closed = format!(
            "<PublicAccessBlockConfiguration {XMLNS}><BlockPublicAcls>true</BlockPublicAcls><IgnorePublicAcls>true</IgnorePublicAcls>\
             <BlockPublicPolicy>true</BlockPublicPolicy><RestrictPublicBuckets>true</RestrictPublicBuckets></PublicAccessBlockConfiguration>"
        );
        self.call("PutPublicAccessBlock", "PUT", "?publicAccessBlock=", closed.into_bytes()).await?;
        let encrypted = format!(
            "<ServerSideEncryptionConfiguration {XMLNS}><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm>\
             </ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>"
        );
        self.call("PutBucketEncryption", "PUT", "?encryption=", encrypted.into_bytes()).await
    }

    /// Whether there is a file of this name. Who may not list the bucket is told that there is none.
    ///
    /// # Errors
    /// Those of S3, by their code.
    pub async fn has(&self, key: &str) -> Answer<bool> {
        match self.call("HeadObject", "HEAD", &format!("/{key}"), Vec::new()).await {
            Ok(()) => Ok(true),
            Err(error) if matches!(error.code.as_str(), "Http404" | "Http403") => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Puts a file into it. `key`: letters, digits, `-`, `.` and `/`.
    ///
    /// # Errors
    /// Those of S3, by their code.
    pub async fn put(&self, key: &str, bytes: Vec<u8>) -> Answer<()> {
        self.call("PutObject", "PUT", &format!("/{key}"), bytes).await
    }

    /// Where CloudFormation finds a file.
    #[must_use]
    pub fn url(&self, key: &str) -> String {
        let (endpoint, path) = self.place();
        format!("{endpoint}{path}/{key}")
    }

    /// Scheme and host, and what comes before the key.
    fn place(&self) -> (String, String) {
        let Self { name, region, .. } = self;
        let domain = if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" };
        match self.config.endpoint_url() {
            Some(endpoint) => (endpoint.trim_end_matches('/').to_owned(), format!("/{name}")),
            // A dot in front of the host is no host that the certificate names.
            None if name.contains('.') => (format!("https://s3.{region}.{domain}"), format!("/{name}")),
            None => (format!("https://{name}.s3.{region}.{domain}"), String::new()),
        }
    }

    async fn call(
        &self,
        operation: &'static str,
        method: &'static str,
        rest: &str,
        body: Vec<u8>,
    ) -> Answer<()> {
        let (endpoint, before) = self.place();
        let path = format!("{before}{rest}");
        let path = if path.starts_with('/') { path } else { format!("/{path}") };
        let mut headers = Vec::new();
        if operation != "CreateBucket" {
            headers.push(("x-amz-expected-bucket-owner".to_owned(), self.owner.clone()));
        }
        if !body.is_empty() {
            headers.push(("x-amz-checksum-sha256".to_owned(), base64::encode(Sha256::digest(&body))));
        }
        let url = format!("{endpoint}{path}");
        headers.extend(self.signature(operation, method, &url, &headers, &body).await?);
        let request = Request { method, path, headers, body };
        let reply = self.sender.upload(operation, &endpoint, request).await?;
        answer::done(operation, &reply)
    }

    async fn signature(
        &self,
        operation: &'static str,
        method: &str,
        url: &str,
        headers: &[(String, String)],
        body: &[u8],
    ) -> Answer<Vec<(String, String)>> {
        let none = || PortError::new(Class::Unavailable, operation, "NotSent");
        let provider = self.config.credentials_provider().ok_or_else(none)?;
        let identity = provider.provide_credentials().await.map_err(|_| none())?.into();
        let bad = |code: &'static str| PortError::new(Class::Rejected, operation, code);
        let mut settings = SigningSettings::default();
        settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
        settings.percent_encoding_mode = PercentEncodingMode::Single;
        settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
        let params = SigningParams::builder()
            .identity(&identity)
            .region(&self.region)
            .name("s3")
            .time(SystemTime::now())
            .settings(settings)
            .build()
            .map_err(|_| bad("CannotSign"))?;
        let headers = headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let request = SignableRequest::new(method, url, headers, SignableBody::Bytes(body));
        let output =
            sign(request.map_err(|_| bad("BadUrl"))?, &params.into()).map_err(|_| bad("CannotSign"))?;
        let signed = output.output().headers();
        Ok(signed.map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
    }
}

const XMLNS: &str = "xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::raw::stub::{config, server};

    #[tokio::test]
    async fn a_file_is_put_signed_with_its_hash_into_the_owner_s_bucket_only() {
        let (address, seen) = server([(404, "", ""), (200, "", "")]);
        let bucket = Bucket::connect(&config(&address).await, "twinpool-123-eu-west-1", "123").unwrap();
        assert_eq!(bucket.has("a/b.zip").await, Ok(false));
        bucket.put("a/b.zip", b"zip".to_vec()).await.unwrap();
        let asked = seen.recv().unwrap();
        assert_eq!(asked.line, "HEAD /twinpool-123-eu-west-1/a/b.zip HTTP/1.1");
        let put = seen.recv().unwrap();
        assert_eq!(put.line, "PUT /twinpool-123-eu-west-1/a/b.zip HTTP/1.1");
        assert_eq!(put.body, b"zip");
        assert_eq!(put.header("x-amz-expected-bucket-owner"), "123");
        assert_eq!(put.header("x-amz-checksum-sha256"), base64::encode(Sha256::digest(b"zip")));
        let hex_of_a_hash = 64;
        assert_eq!(put.header("x-amz-content-sha256").len(), hex_of_a_hash);
        let signature = put.header("authorization");
        assert!(signature.contains("/eu-west-1/s3/aws4_request"), "{signature}");
        for signed in ["x-amz-content-sha256", "x-amz-expected-bucket-owner", "x-amz-security-token"] {
            assert!(signature.contains(signed), "{signature}");
        }
    }

    #[tokio::test]
    async fn a_bucket_is_made_in_its_region_closed_and_encrypted() {
        let (address, seen) = server([(200, "", ""), (200, "", ""), (200, "", "")]);
        let bucket = Bucket::connect(&config(&address).await, "twinpool-123", "123").unwrap();
        bucket.create().await.unwrap();
        let asked: Vec<_> = seen.iter().take(3).collect();
        let lines: Vec<_> = asked.iter().map(|one| one.line.as_str()).collect();
        assert_eq!(
            lines,
            [
                "PUT /twinpool-123 HTTP/1.1",
                "PUT /twinpool-123?publicAccessBlock= HTTP/1.1",
                "PUT /twinpool-123?encryption= HTTP/1.1"
            ]
        );
        let bodies = asked.iter().map(|one| String::from_utf8(one.body.clone()).unwrap()).collect::<Vec<_>>();
        assert!(bodies[0].contains("<LocationConstraint>eu-west-1</LocationConstraint>"), "{}", bodies[0]);
        assert_eq!(bodies[1].matches(">true<").count(), 4, "{}", bodies[1]);
        assert!(bodies[2].contains("AES256"), "{}", bodies[2]);
    }

    #[tokio::test]
    async fn a_bucket_elsewhere_or_of_somebody_else_is_not_used() {
        let (address, _seen) = server([(404, "", ""), (301, "", ""), (403, "", ""), (200, "", "")]);
        let bucket = Bucket::connect(&config(&address).await, "twinpool-123", "123").unwrap();
        assert_eq!(bucket.exists().await, Ok(false));
        assert_eq!(bucket.exists().await.unwrap_err().code, "WrongRegion");
        assert_eq!(bucket.exists().await.unwrap_err().class, Class::Denied);
        assert_eq!(bucket.exists().await, Ok(true));
        for name in ["", "ab", "Upper", "a/b", "a?b"] {
            assert!(Bucket::connect(&config(&address).await, name, "123").is_err(), "{name}");
        }
    }

    #[tokio::test]
    async fn on_aws_the_bucket_is_the_host_unless_a_dot_forbids_it() {
        let mut config = config("http://127.0.0.1:1").await.into_builder();
        config.set_endpoint_url(None);
        let config = config.build();
        let url = |name: &str| Bucket::connect(&config, name, "123").unwrap().url("k");
        assert_eq!(url("twinpool-123"), "https://twinpool-123.s3.eu-west-1.amazonaws.com/k");
        assert_eq!(url("my.bucket"), "https://s3.eu-west-1.amazonaws.com/my.bucket/k");
    }
}
