//! What an owner puts into the template that manages the pool, in place of `attach`.
//!
//! Each has the permission beside the triggers, and before them: a trigger that may not be called fails every sign-in (F§2). The
//! ARN of the pool stands there as text, because the permission must not wait for the pool.

use twinpool_setup::guest::Guest;
use twinpool_setup::port::{FunctionArn, Permission};
use twinpool_setup::triggers::Slot;

/// In which language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Language {
    /// A template of AWS CloudFormation or SAM, in YAML.
    Cloudformation,
    /// The AWS CDK, in TypeScript.
    Cdk,
    /// Terraform or OpenTofu.
    Terraform,
}

/// What is put there.
#[derive(Debug)]
pub(super) struct Wanted<'a> {
    pub(super) guest: Guest,
    /// Those that the function needs.
    pub(super) slots: &'a [Slot],
    pub(super) function: &'a FunctionArn,
    pub(super) permission: &'a Permission,
    /// Of the events before each token: what the former function expects.
    pub(super) version: &'a str,
    /// That function, where another version was asked for, which it would not understand.
    pub(super) made_for: Option<&'a str>,
    /// What holds a slot now.
    pub(super) former: &'a [(Slot, String)],
}

impl Wanted<'_> {
    pub(super) fn snippet(&self, language: Language) -> String {
        match language {
            Language::Cloudformation => self.cloudformation(),
            Language::Cdk => self.cdk(),
            Language::Terraform => self.terraform(),
        }
    }

    /// A line for each slot that has no version, in the order in which templates name them.
    fn plain(&self, line: impl Fn(Slot) -> String) -> String {
        let is_plain = |slot: &Slot| *slot != Slot::PreTokenGeneration;
        self.slots.iter().copied().filter(is_plain).map(line).collect()
    }

    /// The lines at the top, each behind the mark of a comment.
    fn head(&self, mark: &str, place: &str) -> String {
        let mut lines: Vec<String> = Vec::new();
        for (slot, function) in self.former {
            if slot.variable().is_none() {
                lines.push(format!("{slot} holds {function}, and two cannot share it:"));
                lines.push("take that one out, or deploy twinpool with another SignInContinuity.".to_owned());
                continue;
            }
            lines.push(format!("{slot} holds {function}:"));
            lines.push(format!(
                "deploy twinpool with {}={function} first, so that {} calls it.",
                self.guest.parameter(*slot),
                self.guest
            ));
        }
        if let Some(function) = self.made_for {
            lines.push(format!(
                "PreTokenGeneration stays at {}, which {function} was made for:",
                self.version
            ));
            lines.push("change both together.".to_owned());
        }
        lines.push(place.to_owned());
        lines.push(
            "They take the place of what stands there for the same triggers, PreTokenGeneration included;"
                .to_owned(),
        );
        lines.push(
            "all other triggers stay. Take both out again before the twinpool stack is removed.".to_owned(),
        );
        lines.push(
            match self.guest {
                Guest::Capture => "After the deployment, `twinpool attach` checks what it made and tests capture.",
                Guest::SignIn => {
                    "After the deployment, `twinpool attach --pool new` checks what it made and tests the function."
                }
            }
            .to_owned(),
        );
        lines.into_iter().map(|line| format!("{mark} {line}\n")).collect()
    }

    fn cloudformation(&self) -> String {
        let Self { guest, function, permission, version, .. } = self;
        let head = self.head("#", "A resource of its own, and these lines in the resource of the pool.");
        let name = pascal(*guest);
        let plain = self.plain(|slot| format!("        {slot}: {function}\n"));
        format!(
            "{head}\
Resources:
  Twinpool{name}Permission:
    Type: AWS::Lambda::Permission
    Properties:
      Action: lambda:InvokeFunction
      FunctionName: {function}
      Principal: cognito-idp.amazonaws.com
      SourceArn: {}
      SourceAccount: \"{}\"

  # Your pool, whatever its name is here:
  UserPool:
    Type: AWS::Cognito::UserPool
    DependsOn: Twinpool{name}Permission
    Properties:
      LambdaConfig:
{plain}        PreTokenGenerationConfig:
          LambdaVersion: {version}
          LambdaArn: {function}
",
            permission.source_arn, permission.source_account
        )
    }

    fn cdk(&self) -> String {
        let Self { guest, function, permission, version, .. } = self;
        let head = self.head("//", "After the construct of the pool, which is `userPool` here.");
        let (name, variable) = (pascal(*guest), camel(*guest));
        let plain =
            self.plain(|slot| format!("pool.addPropertyOverride('LambdaConfig.{slot}', {variable});\n"));
        format!(
            "{head}\
// import * as cognito from 'aws-cdk-lib/aws-cognito';
// import * as lambda from 'aws-cdk-lib/aws-lambda';
const {variable} = '{function}';
const mayCall = new lambda.CfnPermission(this, 'Twinpool{name}', {{
  action: 'lambda:InvokeFunction',
  functionName: {variable},
  principal: 'cognito-idp.amazonaws.com',
  sourceArn: '{}',
  sourceAccount: '{}',
}});
const pool = userPool.node.defaultChild as cognito.CfnUserPool;
pool.addDependency(mayCall);
{plain}pool.addPropertyDeletionOverride('LambdaConfig.PreTokenGeneration');
pool.addPropertyOverride('LambdaConfig.PreTokenGenerationConfig', {{
  LambdaVersion: '{version}',
  LambdaArn: {variable},
}});
",
            permission.source_arn, permission.source_account
        )
    }

    fn terraform(&self) -> String {
        let Self { guest, function, permission, version, .. } = self;
        let head = self.head("#", "A resource of its own, and these lines in the resource of the pool.");
        let unqualified = function.unqualified();
        let qualifier = function.qualifier();
        let name = snake(*guest);
        let plain: Vec<_> = self.slots.iter().filter_map(|slot| argument(*slot)).collect();
        let width = plain.iter().map(|name| name.len()).max().unwrap_or_default();
        let line = |name: &&str| format!("    {name:width$} = \"{function}\"\n");
        let plain: String = plain.iter().map(line).collect();
        let gap = if plain.is_empty() { "" } else { "\n" };
        let qualifier = qualifier.map(|name| format!("  qualifier      = \"{name}\"\n")).unwrap_or_default();
        format!(
            "{head}\
resource \"aws_lambda_permission\" \"twinpool_{name}\" {{
  statement_id   = \"twinpool-terraform\"
  action         = \"lambda:InvokeFunction\"
  function_name  = \"{unqualified}\"
{qualifier}  principal      = \"cognito-idp.amazonaws.com\"
  source_arn     = \"{}\"
  source_account = \"{}\"
}}

# Your pool, whatever its name is here:
resource \"aws_cognito_user_pool\" \"pool\" {{
  depends_on = [aws_lambda_permission.twinpool_{name}]

  lambda_config {{
{plain}{gap}    pre_token_generation_config {{
      lambda_version = \"{version}\"
      lambda_arn     = \"{function}\"
    }}
  }}
}}
",
            permission.source_arn, permission.source_account
        )
    }
}

/// As Terraform names a slot that has no version.
fn argument(slot: Slot) -> Option<&'static str> {
    match slot {
        Slot::PostConfirmation => Some("post_confirmation"),
        Slot::CustomMessage => Some("custom_message"),
        Slot::PreSignUp => Some("pre_sign_up"),
        Slot::UserMigration => Some("user_migration"),
        Slot::DefineAuthChallenge => Some("define_auth_challenge"),
        Slot::CreateAuthChallenge => Some("create_auth_challenge"),
        Slot::VerifyAuthChallengeResponse => Some("verify_auth_challenge_response"),
        Slot::PreTokenGeneration => None,
    }
}

fn pascal(guest: Guest) -> &'static str {
    match guest {
        Guest::Capture => "Capture",
        Guest::SignIn => "SignIn",
    }
}

fn camel(guest: Guest) -> &'static str {
    match guest {
        Guest::Capture => "capture",
        Guest::SignIn => "signIn",
    }
}

fn snake(guest: Guest) -> &'static str {
    match guest {
        Guest::Capture => "capture",
        Guest::SignIn => "sign_in",
    }
}

#[cfg(test)]
mod tests {
    use clap::ValueEnum as _;

    use super::*;

    #[test]
    fn each_language_has_permission_triggers_and_version() {
        let capture =
            FunctionArn::parse("arn:aws:lambda:eu-west-1:123456789012:function:twinpool-capture:live")
                .unwrap();
        let permission = Permission {
            statement_id: "twinpool-eu-west-1_Old".to_owned(),
            source_arn: "arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_Old".to_owned(),
            source_account: "123456789012".to_owned(),
        };
        let former =
            [(Slot::PreTokenGeneration, "arn:aws:lambda:eu-west-1:123456789012:function:claims".to_owned())];
        let guest = Guest::Capture;
        let (function, permission) = (&capture, &permission);
        let (version, slots) = ("V2_0", guest.slots());
        let wanted = Wanted { guest, slots, function, permission, version, made_for: None, former: &former };
        let all: Vec<_> = Language::value_variants().iter().map(|it| wanted.snippet(*it)).collect();
        insta::assert_snapshot!(all.join("\n---\n"));
        let sign_in =
            FunctionArn::parse("arn:aws:lambda:eu-west-1:123456789012:function:twinpool-sign-in").unwrap();
        let slots = [Slot::PostConfirmation, Slot::PreTokenGeneration];
        let wanted = Wanted { guest: Guest::SignIn, slots: &slots, function: &sign_in, ..wanted };
        let all: Vec<_> = Language::value_variants().iter().map(|it| wanted.snippet(*it)).collect();
        insta::assert_snapshot!("new_pool", all.join("\n---\n"));
        let theirs = "arn:aws:lambda:eu-west-1:123456789012:function:lazy".to_owned();
        let former = [(Slot::UserMigration, theirs)];
        let wanted = Wanted { slots: Guest::SignIn.slots(), former: &former, ..wanted };
        insta::assert_snapshot!("new_pool_with_every_way_in", wanted.snippet(Language::Terraform));
    }
}
