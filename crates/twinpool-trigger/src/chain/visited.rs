//! The mark by which captures that call each other in a circle notice it.

use lambda_runtime::Context;
use serde_json::json;
use twinpool_aws::lambda::FunctionArn;

/// Under `custom` of the client context, which Cognito leaves empty.
const MARK: &str = "twinpool-capture";

/// Nobody chains more captures than this.
const MOST: usize = 4;

/// The captures that an event has come through, this one last.
pub(super) struct Visited(Vec<String>);

impl Visited {
    /// `None` if the event was here before, or has come a very long way.
    pub(super) fn of(context: &Context) -> Option<Self> {
        let mark = context.client_context.as_ref().and_then(|client| client.custom.get(MARK));
        let mut visited: Vec<_> =
            mark.into_iter().flat_map(|mark| mark.split(' ')).map(str::to_owned).collect();
        let here = FunctionArn::parse(&context.invoked_function_arn);
        let here =
            here.map_or_else(|| context.env_config.function_name.clone(), |arn| arn.function().to_owned());
        let is_new = !visited.contains(&here) && visited.len() < MOST;
        visited.push(here);
        is_new.then_some(Self(visited))
    }

    /// `None` if the way leads back, whatever the alias.
    pub(super) fn towards(self, next: &FunctionArn) -> Option<Self> {
        let is_known = self.0.iter().any(|visited| visited == next.function());
        (!is_known).then_some(self)
    }

    /// What the next function is told. `custom` alone: runtimes want all of `client`, or nothing.
    pub(super) fn client_context(&self) -> String {
        json!({ "custom": { MARK: self.0.join(" ") } }).to_string()
    }
}
