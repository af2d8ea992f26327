//! From nothing to a deployed stack: servers, pools, the template, the triggers.

use std::path::Path;

use anyhow::Result;

use super::servers::{self, Ministack, Triggers};
use super::{Addresses, Options, PoolAddress, PoolServer, SignIn, deploy, pools, sent};
use crate::process;
use crate::wire::Aws;

/// What people of the old pool can do at the new one, in every stack.
const CONTINUITY: [(&str, &str); 4] = [
    ("UserIdClaim", "user_id"),
    ("SignInContinuity", "all"),
    ("CodeEmailFrom", sent::SENDER),
    ("CodeSms", "true"),
];

pub(super) fn start(options: &Options, folder: &Path) -> Result<Addresses> {
    if let Some(port) = options.port {
        process::require_free(port)?;
    }
    let port = options.port.map_or_else(process::free_port, Ok)?;
    let which = if options.mended { Ministack::Mended } else { Ministack::Told };
    servers::ministack(folder, port, options.enforce_iam, which)?;
    let aws = Aws::new(format!("http://127.0.0.1:{port}"));
    sent::verify_sender(&aws)?;
    let at = |server, role| Place { aws: &aws, folder, server, role };
    let (new, old) = (at(options.new_server, "new"), at(options.old_server, "old"));
    let (new_pool, _) = new.pool(options.new_sign_in, true)?;
    let (old_pool, own_client) = old.pool(options.old_sign_in, options.both_ways)?;
    let mut more = CONTINUITY.to_vec();
    more.extend(own_client.as_deref().map(|client| ("OldPoolClientId", client)));
    more.extend(options.both_ways.then_some(("ReverseSync", "on")));
    let outputs = deploy::deploy(&aws, &options.name, &old_pool, &new_pool, &more)?;
    if options.enforce_iam {
        sent::allow(&aws, &options.name)?;
    }
    old.attach(&old_pool, Triggers::Old, &outputs.capture_arn)?;
    new.attach(&new_pool, Triggers::New, &outputs.sign_in_arn)?;
    Ok(outputs.addresses(&aws, old_pool, new_pool))
}

/// Where one of the pools is.
struct Place<'a> {
    aws: &'a Aws,
    folder: &'a Path,
    server: PoolServer,
    role: &'static str,
}

impl Place<'_> {
    /// The pool; and an app client for checking passwords, where the local CloudFormation cannot make one.
    fn pool(&self, sign_in: SignIn, marker: bool) -> Result<(PoolAddress, Option<String>)> {
        if self.server == PoolServer::Ministack {
            return Ok((pools::create(self.aws, self.role, sign_in, marker)?, None));
        }
        // It reads its triggers at the start, and the template needs the pool's id: so it starts twice.
        let port = process::free_port()?;
        let first = servers::cognito_local(self.folder, self.role, port, None)?;
        let there = Aws::new(format!("http://127.0.0.1:{port}"));
        let pool = pools::create(&there, self.role, SignIn::Email, marker).and_then(|pool| {
            let client = pools::client(&there, &pool.id, "twinpool", &["ALLOW_ADMIN_USER_PASSWORD_AUTH"])?;
            Ok((pool, Some(client)))
        });
        first.stop();
        pool
    }

    fn attach(&self, pool: &PoolAddress, triggers: Triggers, function: &str) -> Result<()> {
        let Some(port) = pool.port().filter(|_| self.server == PoolServer::CognitoLocal) else {
            return match triggers {
                Triggers::Old => pools::attach(self.aws, pool, function, "V2_0"),
                Triggers::New => pools::attach_sign_in(self.aws, pool, function),
            };
        };
        let lambda = match triggers {
            Triggers::Old => self.aws.endpoint.clone(),
            Triggers::New => servers::lambda_for_migration(self.folder, &self.aws.endpoint)?,
        };
        let name = function.rsplit(':').next().unwrap_or(function);
        servers::cognito_local(self.folder, self.role, port, Some((triggers, &lambda, name))).map(drop)
    }
}
