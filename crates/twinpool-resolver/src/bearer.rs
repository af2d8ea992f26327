//! The token of a request, as the header `Authorization` carries it (RFC 6750, 2.1).

use crate::NoPrincipal;

/// The one token among the values of a request's `Authorization` headers.
///
/// # Errors
/// When there is no value, more than one, or it is no bearer token.
pub fn bearer_token<'a>(values: impl IntoIterator<Item = &'a [u8]>) -> Result<&'a str, NoPrincipal> {
    let mut values = values.into_iter();
    let value = values.next().ok_or(NoPrincipal::NoToken)?;
    if values.next().is_some() {
        return Err(NoPrincipal::SeveralTokens);
    }
    std::str::from_utf8(value).ok().and_then(token_of).ok_or(NoPrincipal::NotBearer)
}

/// What follows `Bearer`, which may be written in any case.
fn token_of(value: &str) -> Option<&str> {
    let (scheme, token) = value.trim_matches([' ', '\t']).split_once(' ')?;
    let token = token.trim_start_matches(' ');
    (scheme.eq_ignore_ascii_case("Bearer") && is_token(token)).then_some(token)
}

/// `b64token` of RFC 6750. So no list of two tokens, which some gateways make of two headers.
fn is_token(text: &str) -> bool {
    let body = text.trim_end_matches('=');
    !body.is_empty() && body.bytes().all(|c| c.is_ascii_alphanumeric() || b"-._~+/".contains(&c))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token<'a>(values: &[&'a str]) -> Result<&'a str, NoPrincipal> {
        bearer_token(values.iter().map(|value| value.as_bytes()))
    }

    #[test]
    fn the_token_follows_bearer_in_any_case() {
        for value in ["Bearer a.b-c_d", "bearer a.b-c_d", "BEARER   a.b-c_d", " Bearer a.b-c_d\t"] {
            assert_eq!(token(&[value]), Ok("a.b-c_d"), "{value:?}");
        }
    }

    #[test]
    fn whatever_is_not_one_bearer_token_is_none() {
        let others = [
            "",
            "Bearer",
            "Bearer ",
            "Bearer =",
            "a.b.c",
            "Basic YTpi",
            "Bearera.b.c",
            "Bearer\ta.b.c",
            "Bearer a.b.c d",
            "Bearer a.b.c,Bearer d.e.f",
            "Bearer a.b.c, d.e.f",
            "Bearer \u{e4}.b.c",
            "Bearer token=\"a.b.c\"",
        ];
        for value in others {
            assert_eq!(token(&[value]), Err(NoPrincipal::NotBearer), "{value:?}");
        }
        assert_eq!(bearer_token([b"Bearer \xff".as_slice()]), Err(NoPrincipal::NotBearer));
    }

    #[test]
    fn two_headers_are_refused_even_if_they_say_the_same() {
        assert_eq!(token(&[]), Err(NoPrincipal::NoToken));
        assert_eq!(token(&["Bearer a.b.c", "Bearer a.b.c"]), Err(NoPrincipal::SeveralTokens));
        assert_eq!(token(&["Bearer a.b.c", "Basic YTpi"]), Err(NoPrincipal::SeveralTokens));
    }
}
