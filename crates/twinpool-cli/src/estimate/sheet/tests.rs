use twinpool_core::forecast::{Crowd, forecast};
use twinpool_core::port::Class;

use super::*;
use crate::estimate::look::Basis;
use crate::samples::AT;

fn sheet(crowd: Crowd, basis: Basis) -> Sheet {
    let quotas: Quotas = ["UserCreation=200".parse().unwrap()].into_iter().collect();
    let source = |category| if category == Category::UserCreation { Source::Given } else { Source::Default };
    Sheet {
        pools: (PoolId::parse("eu-west-1_Old").unwrap(), PoolId::parse("eu-west-1_New").unwrap()),
        found: Found { crowd, unreachable: 12_345, basis },
        percent: 50,
        sources: Category::ALL.map(|category| (category, source(category))).into(),
        problem: Some(PortError::new(Class::Denied, "ListServiceQuotas", "AccessDeniedException")),
        in_use: BTreeMap::new(),
        are_two: false,
        ways: Way::ALL.map(|way| forecast(way, &crowd, &quotas, 50)).into(),
        quotas,
    }
}

const CROWD: Crowd = Crowd {
    users: 1_234_567,
    known: 234_567,
    waiting: 10_000,
    groups: 24,
    memberships: 1_500_000,
    grouped: 700_000,
    disabled: 20_000,
    has_factors: true,
};

const JUDGED: Basis = Basis { users: Some(300), groups_of: Some(60) };

#[test]
fn a_table_for_people() {
    let text = sheet(CROWD, JUDGED).to_text();
    assert!(text.lines().all(|line| line.chars().count() <= show::WIDTH), "{text}");
    insta::assert_snapshot!(text, @r#"
    old pool     eu-west-1_Old: 1,234,567 users, 24 groups, about 1,500,000
                 memberships
    new pool     eu-west-1_New
    to come      990,000 users; 234,567 are in the table already; 10,000 wait for a
                 step of their own (unconfirmed, federated)
    counted      judged by the first 300 users, by the groups of 60 users: --exact
                 counts all
    budget       50 % of each quota; quotas: 1 given by you, 9 AWS's defaults (your
                 role lacks servicequotas:ListServiceQuotas)

    WAY         TIME  BOUND BY               OLD MAU   NEW MAU
    events         -  the users themselves         0  who acts
    backfill  27.7 h  UserUpdate             990,000   990,000
    csv       27.7 h  UserUpdate             990,000   577,369
    sign-in        -  the users themselves  who acts  who acts

    CALLS                      A SECOND     EVENTS   BACKFILL        CSV    SIGN-IN
    UserRead                58.5 of 120    990,000    990,000    990,000    990,000
    UserResourceRead         24.4 of 50    990,000    990,000    990,000    990,000
    UserCreation            97.5 of 200    990,000    990,000          -          -
    UserAccountRecovery      14.6 of 30    990,000    990,000          -          -
    UserUpdate               12.2 of 25  1,218,890  1,218,890  1,218,890  1,218,890
    UserList                 14.6 of 30          -     45,601     66,178          -
    UserPoolResourceRead       2.4 of 5          -         25         28          -
    UserPoolResourceUpdate     2.4 of 5          -         24         28          -

    events       whoever has acted is there, and sets a new password with "forgot
                 password"; whoever has not is not there.
    backfill     nothing until the switch, no message is sent; then the old password
                 does not work, and "forgot password" sets a new one.
    csv          nothing until the switch; then the sign-in itself asks to reset the
                 password, or a code is enough where the new pool lets people sign
                 in with one.
    sign-in      nothing: the password works at once, if the app sends it to Cognito
                 (not SRP); until then a user has no new sub. The stack needs
                 SignInContinuity=migration.
    all          everybody signs in anew at the switch; about 12,345 users have no
                 verified address or number: they cannot reset a password, and an
                 import job does not take them; authenticator apps, passkeys and
                 remembered devices have to be set up again.
    MAU          users who become active, and billable, because of it.
    TIME         the least that the share allows. Import jobs take their own time on
                 top.
    "#);
}

#[test]
fn forty_million_users_still_fit() {
    let crowd = Crowd { users: 40_000_000, known: 0, memberships: 400_000_000, groups: 10_000, ..CROWD };
    let text = sheet(crowd, JUDGED).to_text();
    assert!(text.lines().all(|line| line.chars().count() <= show::WIDTH), "{text}");
}

#[test]
fn what_the_product_uses_and_what_that_leaves_is_said() {
    let mut sheet = sheet(CROWD, JUDGED);
    sheet.in_use.insert(Category::UserRead, Load { calls: 31.04, throttled: 0.0, minute: AT });
    sheet.in_use.insert(Category::UserUpdate, Load { calls: 14.0, throttled: 0.5, minute: AT });
    assert_eq!(
        sheet.in_use(),
        "UserRead 31.0 of 120 a second; UserUpdate 14.0 of 25 a second, 0.5 of them refused, which does not leave the share"
    );
    let all: Value = serde_json::from_str(&sheet.to_json()).unwrap();
    assert_eq!(all["in_use"]["UserUpdate"], json!({ "rps": 14.0, "throttled_rps": 0.5 }));
}

#[test]
fn nothing_left_to_do_is_said() {
    let text = sheet(Crowd::default(), Basis { users: None, groups_of: None }).to_text();
    assert!(text.contains("nothing") && text.contains("counted      all"), "{text}");
}

#[test]
fn an_object_for_programs() {
    let all: Value = serde_json::from_str(&sheet(CROWD, JUDGED).to_json()).unwrap();
    assert_eq!(all["coming"], 990_000);
    assert_eq!(all["judged_by"]["users"], 300);
    assert_eq!(all["quotas"]["UserCreation"], json!({ "rps": 200, "reachable_rps": 200, "source": "given" }));
    assert_eq!(all["quotas"]["UserUpdate"]["source"], "default");
    assert_eq!(all["quotas_problem"], "AccessDeniedException");
    let ways = all["ways"].as_array().unwrap();
    let way = |name: &str| ways.iter().find(|way| way["way"] == name).unwrap();
    assert_eq!(way("backfill")["mau_new"], json!({ "users": 990_000 }));
    assert_eq!(way("backfill")["bound_by"], "UserUpdate");
    assert_eq!(way("events")["mau_new"], json!({ "who_acts": true, "at_most": 990_000 }));
    assert_eq!(way("events")["seconds"], Value::Null);
}

#[test]
fn numbers_and_times_are_readable() {
    assert_eq!(
        [0, 999, 1_000, 1_234_567, 12_345_678].map(short),
        ["0", "999", "1,000", "1,234,567", "12.3 M"]
    );
    assert_eq!(
        [1, 3_540, 3_600, 84_000].map(|s| span(Duration::from_secs(s))),
        ["1 min", "59 min", "1.0 h", "23.3 h"]
    );
}
