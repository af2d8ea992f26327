//! Names with wildcards.

use serde::Serialize;

/// A name, or many: `*` stands for any characters, `?` for one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub(crate) struct Pattern(String);

impl Pattern {
    pub(crate) fn new(text: &str) -> Self {
        Self(text.to_owned())
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether every name that fits the other one fits this one too. May say no where it is so.
    pub(crate) fn covers(&self, other: &Self) -> bool {
        // A `?` here must not take a `*` there for a character; a `*` here may take anything.
        self == other || (self.fits(&other.0) && !(self.0.contains('?') && other.0.contains('*')))
    }

    /// Whether the whole name fits. Never slow: it goes back to the last `*` only.
    pub(crate) fn fits(&self, name: &str) -> bool {
        let (pattern, name): (Vec<char>, Vec<char>) = (self.0.chars().collect(), name.chars().collect());
        let (mut at, mut read) = (0, 0);
        let mut star: Option<(usize, usize)> = None;
        while read < name.len() {
            match pattern.get(at) {
                Some('*') => {
                    star = Some((at, read));
                    at += 1;
                }
                Some(c) if *c == '?' || *c == name[read] => {
                    at += 1;
                    read += 1;
                }
                _ => match star {
                    Some((star_at, taken)) => {
                        star = Some((star_at, taken + 1));
                        (at, read) = (star_at + 1, taken + 1);
                    }
                    None => return false,
                },
            }
        }
        pattern[at..].iter().all(|c| *c == '*')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_covers_narrower_ones() {
        let cases = [
            ("staff", "staff", true),
            ("*", "staff", true),
            ("a*", "ab*", true),
            ("a*", "a?", true),
            ("a?", "ab", true),
            ("a?", "a?", true),
            ("a?", "a*", false),
            ("ab*", "a*", false),
            ("ab", "a?", false),
        ];
        for (wide, narrow, covers) in cases {
            assert_eq!(Pattern::new(wide).covers(&Pattern::new(narrow)), covers, "{wide} {narrow}");
        }
    }

    #[test]
    fn a_pattern_fits_whole_names() {
        let cases = [
            ("admins", "admins", true),
            ("admins", "admin", false),
            ("admins", "admins2", false),
            ("internal-*", "internal-", true),
            ("internal-*", "internal-ops", true),
            ("internal-*", "my-internal-ops", false),
            ("*-ops", "internal-ops", true),
            ("*ab*ab", "abaabab", true),
            ("*ab*ab", "abaaba", false),
            ("te?m", "team", true),
            ("te?m", "tem", false),
            ("t?", "tä", true),
            ("*", "", true),
            ("**", "anything", true),
            ("?*", "", false),
            ("Admins", "admins", false),
        ];
        for (pattern, name, expected) in cases {
            assert_eq!(Pattern::new(pattern).fits(name), expected, "{pattern} on {name}");
        }
    }
}
