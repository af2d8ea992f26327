use twinpool_core::id::PoolId;
use twinpool_core::pool::{AttributeSchema, SignIn};

use super::*;

fn name(text: &str) -> AttributeName {
    AttributeName::parse(text).unwrap()
}

fn shape() -> PoolShape {
    PoolShape {
        id: PoolId::parse("eu-west-1_New").unwrap(),
        sign_in: SignIn::Contact([Contact::Email].into()),
        case_sensitive: false,
        attributes: [(name("custom:tenant"), AttributeSchema::TEXT)].into(),
        verifies: [Contact::Email].into(),
        mfa: twinpool_core::pool::MfaMode::Off,
        passkeys: false,
        devices: false,
    }
}

const COLUMNS: [&str; 9] = [
    "name",
    "email",
    "email_verified",
    "birthdate",
    "phone_number_verified",
    "updated_at",
    "cognito:mfa_enabled",
    "cognito:username",
    "custom:tenant",
];

fn row_in(shape: &PoolShape, more: &[(&str, &str)]) -> Result<String, Unfit> {
    let header = Header::new(COLUMNS.map(name).to_vec());
    let known = [("email", "jane@example.com"), ("email_verified", "True")];
    let all = known.iter().chain(more).map(|(key, value)| (name(key), Value::new(*value)));
    let mut all: Attributes = all.collect();
    all.retain(|_, value| !value.reveal().is_empty());
    header.row(shape, &Username::parse("jane@example.com").unwrap(), &all)
}

fn row(more: &[(&str, &str)]) -> Result<String, Unfit> {
    row_in(&shape(), more)
}

#[test]
fn a_row_has_the_columns_of_the_header_in_their_order_and_forms() {
    let all = [
        ("name", "Doe, Jane"),
        ("birthdate", "1990-12-31"),
        ("updated_at", "1795219200"),
        ("custom:tenant", "ä"),
    ];
    assert_row(
        row(&all),
        "Doe\\, Jane,jane@example.com,true,12/31/1990,false,1795219200,false,jane@example.com,ä",
    );
    assert_row(row(&[]), ",jane@example.com,true,,false,,false,jane@example.com,");
}

fn assert_row(row: Result<String, Unfit>, expected: &str) {
    assert_eq!(row.as_deref(), Ok(expected));
}

#[test]
fn a_value_that_a_file_would_change_is_not_put_into_one() {
    for value in [" Jane", "Jane ", "Ja\nne", "Ja\"ne", "Jane\\", "Ja\tne", "\u{a0}Jane"] {
        assert_eq!(row(&[("name", value)]), Err(Unfit::Value(name("name"))), "{value:?}");
    }
    for value in ["31.12.1990", "1990-13-01", "0000-12-31", "1990-1-1", "+990-12-31"] {
        assert_eq!(row(&[("birthdate", value)]), Err(Unfit::Value(name("birthdate"))), "{value}");
    }
    assert_eq!(row(&[("updated_at", "yesterday")]), Err(Unfit::Value(name("updated_at"))));
}

#[test]
fn who_is_not_verified_or_lacks_what_the_pool_wants_is_not_put_into_a_file() {
    assert_eq!(row(&[("email_verified", "false")]), Err(Unfit::NotVerified));
    assert_eq!(row(&[("email", "")]), Err(Unfit::NotVerified));
    let verifies = [Contact::Phone].into();
    assert_eq!(row_in(&PoolShape { verifies, ..shape() }, &[]), Err(Unfit::NotVerified));
    assert_eq!(row(&[("custom:other", "x")]), Err(Unfit::NoColumn(name("custom:other"))));
    let required = AttributeSchema { required: true, ..AttributeSchema::TEXT };
    let wants = PoolShape { attributes: [(name("name"), required)].into(), ..shape() };
    assert_eq!(row_in(&wants, &[]), Err(Unfit::Required(name("name"))));
    assert!(row_in(&wants, &[("name", "Jane")]).is_ok());
}

#[test]
fn a_row_is_as_long_as_a_job_takes_and_no_longer() {
    let rest = row(&[]).unwrap().chars().count();
    let text = |length: usize| "ä".repeat(length);
    assert!(row(&[("name", &text(LONGEST_ROW - rest))]).is_ok());
    assert_eq!(row(&[("name", &text(LONGEST_ROW - rest + 1))]), Err(Unfit::TooLong));
}
