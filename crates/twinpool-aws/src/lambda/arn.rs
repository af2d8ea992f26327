//! The address of a function.

use std::fmt;

/// The ARN of a function, with its alias or version if it was given one:
/// `arn:aws:lambda:eu-west-1:111122223333:function:name[:alias]`.
#[derive(Clone, PartialEq, Eq)]
pub struct FunctionArn {
    text: String,
    region: String,
    /// How much of the text names the function, whatever its alias.
    function: usize,
}

impl FunctionArn {
    /// Takes an ARN apart. `None` where it is none of a function.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let parts: Vec<_> = text.split(':').collect();
        let ["arn", partition, "lambda", region, account, "function", name, qualifier @ ..] =
            parts.as_slice()
        else {
            return None;
        };
        let word = |text: &str, also: &[char]| {
            !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || also.contains(&c))
        };
        let is_whole = word(partition, &['-'])
            && word(region, &['-'])
            && word(account, &[])
            && word(name, &['-', '_'])
            && qualifier.len() <= 1
            && qualifier.iter().all(|qualifier| word(qualifier, &['-', '_', '$']));
        let without = qualifier.iter().map(|qualifier| qualifier.len() + 1).sum::<usize>();
        is_whole.then(|| Self {
            text: text.to_owned(),
            region: (*region).to_owned(),
            function: text.len() - without,
        })
    }

    /// As it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The function, without the alias.
    #[must_use]
    pub fn function(&self) -> &str {
        self.text.get(..self.function).unwrap_or(&self.text)
    }

    /// Where it is.
    #[must_use]
    pub fn region(&self) -> &str {
        &self.region
    }
}

impl fmt::Debug for FunctionArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alias_belongs_to_the_address_and_not_to_the_function() {
        let plain = "arn:aws:lambda:eu-west-1:111122223333:function:claims";
        for qualifier in ["", ":live", ":7", ":$LATEST"] {
            let text = format!("{plain}{qualifier}");
            let arn = FunctionArn::parse(&text).unwrap();
            assert_eq!((arn.as_str(), arn.function(), arn.region()), (text.as_str(), plain, "eu-west-1"));
        }
    }

    #[test]
    fn what_is_no_function_is_none() {
        for bad in [
            "",
            "claims",
            "arn:aws:lambda:eu-west-1:111122223333:claims",
            "arn:aws:sqs:eu-west-1:111122223333:function:claims",
            "arn:aws:lambda::111122223333:function:claims",
            "arn:aws:lambda:eu-west-1:111122223333:function:",
            "arn:aws:lambda:eu-west-1:111122223333:function:claims:live:7",
            "arn:aws:lambda:eu-west-1:111122223333:function:claims:",
            "arn:aws:lambda:evil.example/x:111122223333:function:claims",
        ] {
            assert_eq!(FunctionArn::parse(bad), None, "{bad}");
        }
    }
}
