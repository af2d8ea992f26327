//! Who is let in: other users of the machine reach its loopback too.

use std::fmt;
use std::net::SocketAddr;

/// What lets a browser in, and what proves that a form is ours. Made anew with every start.
#[derive(Debug)]
pub struct Access {
    /// In the start address, and then in a cookie.
    key: Secret,
    /// In every form.
    token: Secret,
    /// Cookies know no ports: each start has a name of its own.
    name: String,
}

/// The system gave no random number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoRandom;

impl fmt::Display for NoRandom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the system gave no random number: nobody can be let in safely")
    }
}

impl std::error::Error for NoRandom {}

impl Access {
    /// A new key and a new token.
    ///
    /// # Errors
    /// When the system gives no random number.
    pub fn new() -> Result<Self, NoRandom> {
        Ok(Self { key: Secret::new()?, token: Secret::new()?, name: format!("twinpool-{}", random::<4>()?) })
    }

    /// The address to open: whoever has it is let in.
    #[must_use]
    pub fn url(&self, at: SocketAddr) -> String {
        format!("http://{at}/?key={}", self.key.0)
    }

    pub(crate) fn opens(&self, key: &str) -> bool {
        self.key.is(key)
    }

    pub(crate) fn token(&self) -> &str {
        &self.token.0
    }

    pub(crate) fn is_ours(&self, token: &str) -> bool {
        self.token.is(token)
    }

    /// A cookie that no script reads, and no other site makes a browser send.
    pub(crate) fn cookie(&self) -> String {
        format!("{}={}; Path=/; HttpOnly; SameSite=Strict", self.name, self.key.0)
    }

    /// Whether the key stands in what a browser sent as `Cookie`.
    pub(crate) fn is_in(&self, cookies: &str) -> bool {
        let mut pairs = cookies.split(';').filter_map(|pair| pair.trim().split_once('='));
        pairs.any(|(name, value)| name == self.name && self.opens(value))
    }
}

struct Secret(String);

impl Secret {
    fn new() -> Result<Self, NoRandom> {
        random::<32>().map(Self)
    }

    /// Takes as long for any text of the same length.
    fn is(&self, text: &str) -> bool {
        let differs =
            self.0.bytes().zip(text.bytes()).fold(0, |differs, (one, other)| differs | (one ^ other));
        self.0.len() == text.len() && std::hint::black_box(differs) == 0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("«redacted»")
    }
}

/// So many random bytes, as letters and digits.
pub(crate) fn random<const N: usize>() -> Result<String, NoRandom> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|_| NoRandom)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_whole_key_opens_and_nothing_prints_it() {
        let access = Access::new().unwrap();
        let key = access.key.0.clone();
        assert!(access.opens(&key));
        for wrong in ["", &key[1..], &format!("{key}0"), &key.replace(&key[..1], "x")] {
            assert!(!access.opens(wrong), "{wrong}");
        }
        assert!(!access.opens(access.token()) && !access.is_ours(&key));
        assert!(!format!("{access:?}").contains(&key));
    }

    #[test]
    fn the_cookie_of_this_start_is_found_among_others() {
        let access = Access::new().unwrap();
        let pair = access.cookie().split(';').next().unwrap().to_owned();
        assert!(access.is_in(&format!("twinpool-0=1; other; {pair};x=y")));
        assert!(!access.is_in(&pair.replace('=', "x=")) && !access.is_in(""));
        let (_, value) = pair.split_once('=').unwrap();
        assert!(!access.is_in(&format!("twinpool={value}")));
    }
}
