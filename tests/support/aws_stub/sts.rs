//! STS, as far as twinpool asks it; and who signed the calls to which pool.
//!
//! Any role is given until it is denied. Its credentials name its account: `ASIA` and the account.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::http::{Reply, Request};

/// Who signed for what.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Signature {
    /// The pool of the call; for STS, the session that was asked for.
    pub about: String,
    /// The id of the key.
    pub key: String,
    /// The Region of the signature.
    pub region: String,
}

/// Roles, and signatures.
#[derive(Debug, Default)]
pub struct Sts {
    is_denied: AtomicBool,
    is_short: AtomicBool,
    seen: Mutex<BTreeSet<Signature>>,
}

impl Sts {
    /// Gives no role from now on, or gives it again.
    pub fn deny(&self, is_denied: bool) {
        self.is_denied.store(is_denied, Ordering::SeqCst);
    }

    /// Credentials are asked for again before each call, as if they had always just expired.
    pub fn expire_at_once(&self) {
        self.is_short.store(true, Ordering::SeqCst);
    }

    /// All signatures so far, each once.
    #[must_use]
    pub fn signatures(&self) -> Vec<Signature> {
        self.seen.lock().expect("no holder panics").iter().cloned().collect()
    }

    pub(super) fn note(&self, about: &str, request: &Request) {
        let Some(scope) = request.header("authorization").and_then(|text| text.split("Credential=").nth(1))
        else {
            return;
        };
        let mut parts = scope.split('/');
        let (key, region) = (parts.next(), parts.nth(1));
        let signature = Signature {
            about: about.to_owned(),
            key: key.unwrap_or_default().to_owned(),
            region: region.unwrap_or_default().to_owned(),
        };
        self.seen.lock().expect("no holder panics").insert(signature);
    }

    pub(super) fn answer(&self, request: &Request) -> Reply {
        let body = String::from_utf8_lossy(&request.body).into_owned();
        let field = |name: &str| {
            let pair = body.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
            pair.unwrap_or_default().replace("%3A", ":").replace("%2F", "/")
        };
        match field("Action").as_str() {
            "AssumeRole" if self.is_denied.load(Ordering::SeqCst) => {
                said(403, "<ErrorResponse><Error><Code>AccessDenied</Code></Error></ErrorResponse>")
            }
            "AssumeRole" => {
                self.note(&format!("{} {}", field("RoleSessionName"), field("ExternalId")), request);
                let account = field("RoleArn").split(':').nth(4).unwrap_or_default().to_owned();
                let year = if self.is_short.load(Ordering::SeqCst) { 2026 } else { 2100 };
                said(
                    200,
                    &format!(
                        "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIA{account}</AccessKeyId>\
                         <SecretAccessKey>secret</SecretAccessKey><SessionToken>token</SessionToken>\
                         <Expiration>{year}-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>"
                    ),
                )
            }
            "GetCallerIdentity" => {
                let key =
                    request.header("authorization").and_then(|text| text.split("Credential=ASIA").nth(1));
                let account = key.and_then(|key| key.split('/').next()).unwrap_or("111111111111");
                said(
                    200,
                    &format!(
                        "<GetCallerIdentityResponse><GetCallerIdentityResult><Account>{account}</Account>\
                         </GetCallerIdentityResult></GetCallerIdentityResponse>"
                    ),
                )
            }
            _ => said(400, "<ErrorResponse><Error><Code>InvalidAction</Code></Error></ErrorResponse>"),
        }
    }
}

fn said(status: u16, body: &str) -> Reply {
    let headers = vec![("content-type", "text/xml".to_owned())];
    Reply::Send { status, headers, body: body.as_bytes().to_vec() }
}
