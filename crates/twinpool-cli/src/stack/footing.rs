//! What can be done with a stack that stands like this.

use twinpool_aws::cloudformation::Described;

/// Where a deployment or a removal begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Footing {
    /// There is none: it is made.
    New,
    /// It is there: it is changed.
    Standing,
    /// Something must be done first.
    Stuck(String),
}

impl Footing {
    /// For a deployment.
    pub(crate) fn of(name: &str, stack: Option<&Described>) -> Self {
        let Some(stack) = stack else {
            return Self::New;
        };
        let status = stack.status.as_str();
        let stuck = |what: &str| Self::Stuck(format!("the stack {name} is in {status}: {what}"));
        match status {
            // A change set that nobody carried out; nothing was made.
            "REVIEW_IN_PROGRESS" => Self::New,
            "CREATE_COMPLETE"
            | "UPDATE_COMPLETE"
            | "UPDATE_ROLLBACK_COMPLETE"
            | "IMPORT_COMPLETE"
            | "IMPORT_ROLLBACK_COMPLETE" => Self::Standing,
            "ROLLBACK_COMPLETE" | "CREATE_FAILED" | "ROLLBACK_FAILED" => stuck(
                "it could not be made, and what is left of it takes no deployment: `twinpool remove`, then deploy again",
            ),
            "DELETE_FAILED" => stuck("it could not be deleted: `twinpool remove` says why and tries again"),
            "UPDATE_ROLLBACK_FAILED" => stuck(
                "an update could not be taken back: put right what the console names, then: \
                 aws cloudformation continue-update-rollback --stack-name <stack>",
            ),
            "UPDATE_FAILED" => stuck(
                "an update stopped half-way: aws cloudformation rollback-stack --stack-name <stack>, then deploy again",
            ),
            _ => stuck("something is being done with it: wait, and say it again"),
        }
    }

    /// Why it cannot be deleted now.
    pub(crate) fn bars_removal(name: &str, stack: &Described) -> Option<String> {
        if stack.is_protected {
            return Some(format!(
                "the stack {name} is protected from deletion: \
                 aws cloudformation update-termination-protection --no-enable-termination-protection --stack-name {name}"
            ));
        }
        let is_busy = stack.status.ends_with("_IN_PROGRESS") && stack.status != "REVIEW_IN_PROGRESS";
        is_busy.then(|| {
            format!(
                "the stack {name} is in {}: something is being done with it: wait, and say it again",
                stack.status
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_status(status: &str) -> Described {
        Described {
            id: "arn".to_owned(),
            status: status.to_owned(),
            reason: None,
            parameters: [].into(),
            outputs: [].into(),
            is_protected: false,
        }
    }

    #[test]
    fn every_status_says_what_can_be_done() {
        assert_eq!(Footing::of("s", None), Footing::New);
        let of = |status| Footing::of("s", Some(&in_status(status)));
        assert_eq!(
            (of("REVIEW_IN_PROGRESS"), of("UPDATE_ROLLBACK_COMPLETE")),
            (Footing::New, Footing::Standing)
        );
        let told = [
            ("ROLLBACK_COMPLETE", "twinpool remove"),
            ("DELETE_FAILED", "twinpool remove"),
            ("UPDATE_ROLLBACK_FAILED", "continue-update-rollback"),
            ("UPDATE_IN_PROGRESS", "wait"),
            ("STATUS_OF_TOMORROW", "wait"),
        ];
        for (status, remedy) in told {
            let Footing::Stuck(said) = of(status) else { panic!("{status}") };
            assert!(said.contains(status) && said.contains(remedy), "{said}");
        }
    }

    #[test]
    fn what_moves_or_is_protected_is_not_deleted_and_what_failed_is() {
        let bar = |status| Footing::bars_removal("s", &in_status(status));
        for status in ["CREATE_COMPLETE", "ROLLBACK_COMPLETE", "DELETE_FAILED", "REVIEW_IN_PROGRESS"] {
            assert_eq!(bar(status), None, "{status}");
        }
        assert!(bar("UPDATE_IN_PROGRESS").is_some_and(|said| said.contains("wait")));
        let protected = Described { is_protected: true, ..in_status("CREATE_COMPLETE") };
        assert!(Footing::bars_removal("s", &protected).is_some_and(|said| said.contains("protected")));
    }
}
