use twinpool_core::account::Apart;
use twinpool_core::arrival::Arrival;
use twinpool_core::id::{NewSub, OldSub, Timestamp, UserId};
use twinpool_core::link::{Link, Names};
use twinpool_core::readiness::Because;

use super::*;

const UUID: &str = "9441f38c-d64d-45d1-8401-ec94ab328c6d";

fn sub(text: &str) -> Sub {
    Sub::parse(text).unwrap()
}

fn link(text: &str) -> Link {
    Link::intent(&OldSub::parse(text).unwrap(), Names::default(), Timestamp(0))
}

fn apart(text: &str, of: Option<&str>) -> Apart {
    let of = of.map(|of| OldSub::parse(of).unwrap());
    Apart { new_sub: NewSub::parse(text).unwrap(), user_id: UserId::parse(text).unwrap(), of }
}

#[test]
fn links_arrivals_and_accounts_meet_in_whatever_order_they_come() {
    let chose = Arrival { chosen_at: Some(Timestamp(5)), ..Arrival::default() };
    let mut all = WaysBack::default();
    all.add(&Page { arrivals: vec![(sub("old-2"), chose), (sub("born-1"), chose)], ..Page::default() });
    let links = vec![link(UUID), link("old-2"), link("old-2")];
    let accounts = vec![apart("born-1", None), apart("further-1", Some("old-2")), apart("born-1", None)];
    all.add(&Page { links, apart: accounts, ..Page::default() });
    let mut found: Vec<_> = all.all().collect();
    found.sort();
    let own = |who, password| Awaited { who: sub(who), what: Awaits::Old(InOld::Own, password) };
    let expected = [
        own(UUID, OldPassword::Works),
        Awaited { who: sub("born-1"), what: Awaits::NewOnly(NewOnly::Born) },
        own("old-2", OldPassword::Reset(Because::Chosen)),
    ];
    assert_eq!(found, expected);
    let counted = all.counted(3);
    assert_eq!((counted.fine, counted.resets(), counted.only_in_new(), counted.unreadable), (1, 1, 1, 3));
}

#[test]
fn a_user_takes_forty_bytes() {
    assert_eq!((size_of::<Tied>(), size_of::<Arrived>()), (18, 20));
}
