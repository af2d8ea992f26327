//! Phone numbers as E.164, the form in which Cognito wants them.

use phonenumber::Mode;
use phonenumber::country::Id;
use serde::{Serialize, Serializer};

/// The country whose numbers may be written without their calling code.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Country(Id);

/// No phone number that people write is longer. What is longer is not given to the library.
const LONGEST: usize = 40;

/// The plus sign and 15 digits (E.164, 6.2.1). The library takes longer ones for valid, of some countries.
const LONGEST_E164: usize = 16;

impl Country {
    /// Takes a code such as `DE`.
    pub(crate) fn parse(code: &str) -> Option<Self> {
        let id: Id = code.parse().ok()?;
        phonenumber::metadata::DATABASE.by_id(id.as_ref()).map(|_| Self(id))
    }

    /// Its code.
    pub(crate) fn code(&self) -> &str {
        self.0.as_ref()
    }

    fn calling_code(self) -> Option<u16> {
        phonenumber::metadata::DATABASE.by_id(self.0.as_ref()).map(phonenumber::Metadata::country_code)
    }
}

impl Serialize for Country {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

/// The number as E.164; `None` if it is none, or if it is not sure which.
pub(crate) fn e164(text: &str, country: Country) -> Option<String> {
    let text = text.trim();
    if text.chars().count() > LONGEST {
        return None;
    }
    if text.starts_with('+') {
        return international(text);
    }
    // Given a country, the library strips that country's trunk prefix from foreign numbers too: of +39 06 the 0, with DE.
    if let Some(number) = text.strip_prefix("00").and_then(|rest| international(&format!("+{rest}"))) {
        return Some(number);
    }
    let number = phonenumber::parse(Some(country.0), text).ok()?;
    (Some(number.country().code()) == country.calling_code()).then(|| sure(&number)).flatten()
}

/// The calling code of an E.164 number.
pub(crate) fn calling_code(text: &str) -> Option<u16> {
    let text = Some(text).filter(|text| text.starts_with('+') && text.chars().count() <= LONGEST)?;
    let number = phonenumber::parse(None, text).ok()?;
    number.is_valid().then(|| number.country().code())
}

fn international(text: &str) -> Option<String> {
    sure(&phonenumber::parse(None, text).ok()?)
}

/// Valid, whole (an extension has no place in E.164), and the same when it is read again.
fn sure(number: &phonenumber::PhoneNumber) -> Option<String> {
    if !number.is_valid() || number.extension().is_some() {
        return None;
    }
    let text = number.format().mode(Mode::E164).to_string();
    if text.len() > LONGEST_E164 {
        return None;
    }
    let again = phonenumber::parse(None, &text).ok()?;
    (again.is_valid() && again.format().mode(Mode::E164).to_string() == text).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_of_any_form_become_e164() {
        let cases = [
            ("DE", "0171 2345678", Some("+491712345678")),
            ("DE", "+49 (0) 171 / 234 56 78", Some("+491712345678")),
            ("DE", "0049 171 2345678", Some("+491712345678")),
            ("DE", " +491712345678 ", Some("+491712345678")),
            ("US", "(415) 555-2671", Some("+14155552671")),
            ("DE", "+39 06 6982 1234", Some("+390669821234")),
            ("DE", "0039 06 6982 1234", Some("+390669821234")),
            ("GB", "020 7946 0958", Some("+442079460958")),
            ("US", "011 39 06 6982 1234", None),
            ("DE", "12", None),
            ("DE", "not a number", None),
            ("DE", "+49 171 2345678 ext. 5", None),
            ("DE", "+999 123456789", None),
            ("DE", "0946 099409400 958", None),
            ("DE", "+49 946 099409400 958", None),
            ("DE", "", None),
        ];
        for (country, text, expected) in cases {
            assert_eq!(e164(text, Country::parse(country).unwrap()).as_deref(), expected, "{country} {text}");
        }
    }

    #[test]
    fn a_country_is_a_code_of_two_capital_letters() {
        assert!(Country::parse("DE").is_some());
        for wrong in ["de", "XX", "Germany", "49", ""] {
            assert!(Country::parse(wrong).is_none(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn whatever_the_text_it_is_a_number_or_none_and_twice_is_once(text in "[0-9+() ./;=a-z-]{0,45}|\\PC{0,45}") {
            let country = Country::parse("DE").unwrap();
            if let Some(number) = e164(&text, country) {
                prop_assert!(number.starts_with('+') && number[1..].bytes().all(|byte| byte.is_ascii_digit()));
                prop_assert_eq!(e164(&number, country), Some(number));
            }
        }
    }
}
