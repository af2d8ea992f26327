//! Signature Version 4 of one request.

use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use aws_config::SdkConfig;
use aws_credential_types::Credentials;
use aws_credential_types::provider::{ProvideCredentials as _, SharedCredentialsProvider};
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4::SigningParams;
use twinpool_core::port::{Answer, Class, PortError};

use crate::code::refused_role;

/// Credentials that are good for less are asked for again.
const SOON: Duration = Duration::from_secs(60);

pub(super) struct Signer {
    provider: Option<SharedCredentialsProvider>,
    known: Mutex<Option<Credentials>>,
    region: String,
    name: &'static str,
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signer({}, {})", self.region, self.name)
    }
}

impl Signer {
    pub(super) fn of(config: &SdkConfig, region: String, name: &'static str) -> Self {
        Self { provider: config.credentials_provider(), known: Mutex::default(), region, name }
    }

    /// The headers that sign a request to this address, in addition to those that are there.
    pub(super) async fn sign(
        &self,
        operation: &'static str,
        method: &'static str,
        url: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Answer<Vec<(String, String)>> {
        let identity = self.credentials(operation).await?.into();
        let bad = |code: &'static str| PortError::new(Class::Rejected, operation, code);
        let params = SigningParams::builder()
            .identity(&identity)
            .region(&self.region)
            .name(self.name)
            .time(SystemTime::now())
            .settings(SigningSettings::default())
            .build()
            .map_err(|_| bad("CannotSign"))?;
        let request = SignableRequest::new(method, url, headers.iter().copied(), SignableBody::Bytes(body));
        let request = request.map_err(|_| bad("BadUrl"))?;
        let output = sign(request, &params.into()).map_err(|_| bad("CannotSign"))?;
        let signed = output.output().headers();
        Ok(signed.map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
    }

    async fn credentials(&self, operation: &'static str) -> Answer<Credentials> {
        if let Some(known) = self.known() {
            return Ok(known);
        }
        let none = || PortError::new(Class::Unavailable, operation, "NotSent");
        let provider = self.provider.as_ref().ok_or_else(none)?;
        let found = provider
            .provide_credentials()
            .await
            .map_err(|error| refused_role(&error).unwrap_or_else(none))?;
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = Some(found.clone());
        Ok(found)
    }

    fn known(&self) -> Option<Credentials> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner).clone()?;
        known.expiry().is_none_or(|expiry| expiry > SystemTime::now() + SOON).then_some(known)
    }
}
