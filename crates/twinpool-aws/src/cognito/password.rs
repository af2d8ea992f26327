//! Passwords that nobody ever sees.

/// Allowed by Cognito in passwords, and with no meaning in JSON nor, if one is sent (F§4.1), in the HTML of a mail.
const SYMBOLS: &[u8] = b"^$*.[]{}()?!@#%/,:;|_~`=+-";
const UPPER: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const LOWER: &[u8] = b"abcdefghijklmnopqrstuvwxyz";
const DIGITS: &[u8] = b"0123456789";

/// More than any policy can ask for (at most 99 characters), fewer than Cognito takes (256).
const LENGTH: usize = 100;

/// A password of every class of characters; `None` if the machine has no randomness.
pub(super) fn random() -> Option<String> {
    let mut noise = [0_u8; LENGTH];
    getrandom::fill(&mut noise).ok()?;
    // Every fourth character of each class, so that every policy is met; the modulus costs a fraction of a bit of 6.
    let classes = [UPPER, LOWER, DIGITS, SYMBOLS];
    let characters = noise.iter().zip(classes.iter().cycle()).map(|(byte, class)| {
        let index = usize::from(*byte) % class.len();
        class.get(index).copied().map(char::from).unwrap_or('x')
    });
    Some(characters.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_meets_every_policy_and_is_never_the_same() {
        let one = random().unwrap();
        assert_eq!(one.len(), LENGTH);
        for class in [UPPER, LOWER, DIGITS, SYMBOLS] {
            assert!(one.bytes().any(|byte| class.contains(&byte)));
        }
        assert_ne!(one, random().unwrap());
    }

    #[test]
    fn a_password_that_is_sent_is_read_as_it_is() {
        for _ in 0..20 {
            assert!(!random().unwrap().contains(['<', '>', '&', '"', '\'', '\\']));
        }
    }
}
