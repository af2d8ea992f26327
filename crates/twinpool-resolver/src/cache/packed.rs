//! Ids in little room: subs and user ids are UUIDs on AWS, 16 bytes each. Anything else is kept as text.

use twinpool_core::account::Account;
use twinpool_core::id::{Pool, Timestamp, UserId};

/// An account. One enum, so that pool and form share a byte.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) enum Key {
    OldUuid([u8; 16]),
    NewUuid([u8; 16]),
    OldText(Box<str>),
    NewText(Box<str>),
}

impl From<&Account> for Key {
    fn from(account: &Account) -> Self {
        let sub = account.sub.as_str();
        match (account.pool, uuid(sub)) {
            (Pool::Old, Some(bytes)) => Self::OldUuid(bytes),
            (Pool::New, Some(bytes)) => Self::NewUuid(bytes),
            (Pool::Old, None) => Self::OldText(sub.into()),
            (Pool::New, None) => Self::NewText(sub.into()),
        }
    }
}

/// What the table said of an account, and when it was asked.
#[derive(Clone)]
pub(super) enum Entry {
    Unknown(Moment),
    Uuid(Moment, [u8; 16]),
    Text(Moment, Box<str>),
}

impl Entry {
    pub(super) fn new(id: Option<&UserId>, at: Timestamp) -> Self {
        let at = Moment::from(at);
        match id.map(|id| (uuid(id.as_str()), id.as_str())) {
            None => Self::Unknown(at),
            Some((Some(bytes), _)) => Self::Uuid(at, bytes),
            Some((None, text)) => Self::Text(at, text.into()),
        }
    }

    pub(super) fn at(&self) -> Timestamp {
        match self {
            Self::Unknown(at) | Self::Uuid(at, _) | Self::Text(at, _) => at.timestamp(),
        }
    }

    pub(super) fn is_known(&self) -> bool {
        !matches!(self, Self::Unknown(_))
    }

    pub(super) fn user_id(self) -> Option<UserId> {
        let text = match self {
            Self::Unknown(_) => return None,
            Self::Uuid(_, bytes) => text(bytes),
            Self::Text(_, text) => text.into(),
        };
        UserId::parse(text).ok()
    }
}

/// Milliseconds since 1970 in six bytes: enough for 8,900 years, and as many as fit beside an id.
#[derive(Clone, Copy)]
pub(super) struct Moment([u8; 6]);

impl From<Timestamp> for Moment {
    fn from(at: Timestamp) -> Self {
        let [_, _, bytes @ ..] = at.0.min((1 << 48) - 1).to_be_bytes();
        Self(bytes)
    }
}

impl Moment {
    fn timestamp(self) -> Timestamp {
        let [a, b, c, d, e, f] = self.0;
        Timestamp(u64::from_be_bytes([0, 0, a, b, c, d, e, f]))
    }
}

/// Where the 16 pairs of digits of a UUID begin, and where its hyphens are.
const PAIRS: [usize; 16] = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34];
const HYPHENS: [usize; 4] = [8, 13, 18, 23];

/// The bytes of a UUID in the form that [`text`] writes: two texts never share their bytes.
fn uuid(text: &str) -> Option<[u8; 16]> {
    let text: &[u8; 36] = text.as_bytes().try_into().ok()?;
    if HYPHENS.into_iter().any(|place| text[place] != b'-') {
        return None;
    }
    let mut bytes = [0; 16];
    for (byte, place) in bytes.iter_mut().zip(PAIRS) {
        *byte = value(text[place])? << 4 | value(text[place + 1])?;
    }
    Some(bytes)
}

fn text(bytes: [u8; 16]) -> String {
    let mut text = [b'-'; 36];
    for (byte, place) in bytes.into_iter().zip(PAIRS) {
        (text[place], text[place + 1]) = (digit(byte >> 4), digit(byte & 15));
    }
    String::from_utf8_lossy(&text).into_owned()
}

fn value(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

fn digit(value: u8) -> u8 {
    if value < 10 { b'0' + value } else { b'a' + value - 10 }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use twinpool_core::id::Sub;

    use super::*;

    #[test]
    fn a_link_of_uuids_takes_48_bytes_and_nothing_beside() {
        assert_eq!((size_of::<Key>(), size_of::<Entry>()), (24, 24));
        let id = UserId::parse("9441f38c-d64d-45d1-8401-ec94ab328c6d").unwrap();
        assert!(matches!(Entry::new(Some(&id), Timestamp(1)), Entry::Uuid(..)));
        let account = Account { pool: Pool::New, sub: Sub::parse(id.as_str()).unwrap() };
        assert!(matches!(Key::from(&account), Key::NewUuid(_)));
    }

    /// Ids as they come, UUIDs in small and capital letters, and what is nearly one.
    fn ids() -> impl Strategy<Value = String> {
        prop_oneof![
            "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
            "[0-9a-fA-F]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
            "[0-9a-g-]{36}",
            "[0-9a-zA-Z-]{1,64}",
        ]
    }

    proptest! {
        #[test]
        fn what_was_packed_comes_out_as_it_was(id in ids(), at in 0..1_u64 << 48) {
            let id = UserId::parse(id).unwrap();
            let entry = Entry::new(Some(&id), Timestamp(at));
            prop_assert_eq!(entry.at(), Timestamp(at));
            prop_assert_eq!(entry.user_id(), Some(id));
        }

        #[test]
        fn two_accounts_never_share_a_key(one in ids(), other in ids()) {
            let key = |pool, sub: &str| Key::from(&Account { pool, sub: Sub::parse(sub).unwrap() });
            prop_assert_eq!(key(Pool::Old, &one) == key(Pool::Old, &other), one == other);
            prop_assert!(key(Pool::Old, &one) != key(Pool::New, &one));
            let capitals = one.to_uppercase();
            prop_assert_eq!(key(Pool::New, &one) == key(Pool::New, &capitals), one == capitals);
        }
    }
}
