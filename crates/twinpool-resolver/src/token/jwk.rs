//! The keys of a pool: a JSON Web Key Set (RFC 7517).

use std::collections::HashMap;

use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use serde_json::Value;

use super::compact::decode;

/// A set has two keys, of half a kilobyte each (F§9).
const LONGEST: usize = 64 * 1024;

/// A public key of a pool. Kept as numbers: taking them from DER each time is no faster.
pub(super) struct Key(RsaPublicKeyComponents<Vec<u8>>);

impl Key {
    /// Whether this key signed these bytes with RS256.
    pub(super) fn signed(&self, bytes: &[u8], signature: &[u8]) -> bool {
        self.0.verify(&RSA_PKCS1_2048_8192_SHA256, bytes, signature).is_ok()
    }
}

/// Keys by their ids.
pub(super) type Keys = HashMap<String, Key>;

/// The keys of a set that can sign tokens of Cognito. Others in it are skipped: a pool may have more kinds tomorrow. `None`
/// where the text is no set, or has no such key: a pool always has one.
pub(super) fn parse(text: &str) -> Option<Keys> {
    if text.len() > LONGEST {
        return None;
    }
    let set: Value = serde_json::from_str(text).ok()?;
    let mut keys = Keys::new();
    for (id, key) in set.get("keys")?.as_array()?.iter().filter_map(key) {
        keys.entry(id).or_insert(key);
    }
    (!keys.is_empty()).then_some(keys)
}

fn key(jwk: &Value) -> Option<(String, Key)> {
    let text = |name: &str| jwk.get(name).and_then(Value::as_str);
    // What a key is for need not stand in it (RFC 7517, 4.2 and 4.4). What stands there has to be right.
    let is_or_absent = |name: &str, wanted: &str| jwk.get(name).is_none_or(|value| value == wanted);
    if text("kty")? != "RSA" || !is_or_absent("use", "sig") || !is_or_absent("alg", "RS256") {
        return None;
    }
    let number = |name: &str| {
        let mut bytes = decode(text(name)?).ok()?;
        let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
        bytes.drain(..zeros);
        Some(bytes)
    };
    let (n, e) = (number("n")?, number("e")?);
    (is_modulus(&n) && is_exponent(&e)).then_some(())?;
    Some((text("kid")?.to_owned(), Key(RsaPublicKeyComponents { n, e })))
}

/// 2048 to 8192 bits, and odd.
fn is_modulus(n: &[u8]) -> bool {
    let bits = n.len() * 8 - n.first().map_or(0, |byte| byte.leading_zeros() as usize);
    (2048..=8192).contains(&bits) && is_odd(n)
}

/// Odd, above 2^16 (FIPS 186-5, 5.1), and in four bytes: a longer one only costs time.
fn is_exponent(e: &[u8]) -> bool {
    let value = e.iter().fold(0_u64, |value, byte| (value << 8) | u64::from(*byte));
    e.len() <= 4 && value > 1 << 16 && is_odd(e)
}

fn is_odd(number: &[u8]) -> bool {
    number.last().is_some_and(|byte| byte % 2 == 1)
}
