//! The address that takes a file, as S3 does for whoever has signed it: with exactly the headers that were signed (F§7).

use twinpool_core::id::JobId;

use super::{Pool, State};
use crate::http::{Reply, Request};

/// The address is signed with it. Without, S3 answers SignatureDoesNotMatch (github.com/aws/aws-sdk-js-v3/issues/6679).
const ENCRYPTED: (&str, &str) = ("x-amz-server-side-encryption", "aws:kms");

pub(super) const OPERATION: &str = "PutObject";

pub(super) fn answer(state: &State, request: &Request) -> Reply {
    match check(state, request) {
        Ok((pool, id)) => match pool.take(id, request.body.clone()) {
            Ok(()) => {
                let headers = vec![(ENCRYPTED.0, ENCRYPTED.1.to_owned()), ("etag", "\"0\"".to_owned())];
                Reply::Send { status: 200, headers, body: Vec::new() }
            }
            Err(_) => refused(403, "AccessDenied"),
        },
        Err((status, code)) => refused(status, code),
    }
}

fn check<'a>(state: &'a State, request: &Request) -> Result<(&'a Pool, &'a JobId), (u16, &'static str)> {
    if request.header("authorization").is_some() {
        // Only one way to sign is allowed.
        return Err((400, "InvalidArgument"));
    }
    let made = state.pools.values().flat_map(|pool| pool.made.iter().map(move |(id, made)| (pool, id, made)));
    let found = made.into_iter().find(|(_, _, made)| made.path == request.path);
    let is_signed = request.method == "PUT" && request.header(ENCRYPTED.0) == Some(ENCRYPTED.1);
    let (pool, id, _) = found.filter(|_| is_signed).ok_or((403, "SignatureDoesNotMatch"))?;
    // Headers that were not signed.
    if request.headers().any(|(name, _)| name.starts_with("x-amz-") && name != ENCRYPTED.0) {
        return Err((403, "AccessDenied"));
    }
    Ok((pool, id))
}

/// In XML, as S3 says it.
pub(super) fn refused(status: u16, code: &str) -> Reply {
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code><Message>as this server says</Message>\
         <RequestId>0</RequestId><HostId>0</HostId></Error>"
    );
    let headers = vec![("content-type", "application/xml".to_owned())];
    Reply::Send { status, headers, body: body.into_bytes() }
}

#[cfg(test)]
mod tests;
