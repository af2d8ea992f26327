use super::of;
use crate::status::tests::{bad, unknown};

#[test]
fn a_program_gets_one_object_and_a_reason_for_everything_that_is_null() {
    let told = of(&unknown());
    for (name, why) in told["unknown"].as_object().unwrap() {
        let place = name.split('.').fold(&told, |value, name| &value[name]);
        assert!(place.is_null() && why.is_string(), "{name}");
    }
    assert_eq!(told["unknown"]["dead_letters.audit_trail"], "ListStackResources failed: AccessDenied");
    let told = of(&bad());
    assert!(!told.to_string().contains('\n'), "a line of its own, when it is one of many");
    insta::assert_snapshot!(format!("{told:#}"), @r#"
    {
      "alarms": [
        "prod-ChangeEventsLate-1A2B",
        "prod-CaptureFails-3C4D"
      ],
      "at": "2026-11-21T00:00:00.000Z",
      "budget": {
        "UserUpdate": {
          "calls": 24.0,
          "quota": 25.0,
          "throttled": 1.5
        }
      },
      "dead_letters": {
        "audit_trail": 0,
        "mirror": 3
      },
      "findings": [
        {
          "do": "twinpool doctor",
          "severity": "act",
          "what": "nothing is mirrored: the function prod-Mirror-1X2Y is not there; 4,321 messages waiting"
        },
        {
          "do": "twinpool doctor",
          "severity": "act",
          "what": "the oldest change event has waited 7 min: longer than 5 min"
        },
        {
          "do": "twinpool dlq show",
          "severity": "act",
          "what": "3 messages in the DLQ of the mirror"
        },
        {
          "do": "twinpool detach",
          "severity": "act",
          "what": "the alarm CaptureFails is on"
        },
        {
          "do": "twinpool rollback",
          "severity": "act",
          "what": "the verdict is \"roll back\": age of the oldest change event: 7 min, above 5 min"
        },
        {
          "do": "twinpool doctor",
          "severity": "look",
          "what": "the alarm ChangeEventsLate is on"
        },
        {
          "do": "twinpool conflicts list",
          "severity": "look",
          "what": "18 conflicts open: 1 no_sign_in_name, 2 not_in_schema, 12 taken, 3 twin"
        },
        {
          "do": "the newest twinpool",
          "severity": "look",
          "what": "1 item of the table cannot be read: damaged, or written by a newer twinpool"
        },
        {
          "do": "twinpool rate slows backfills down; AWS raises quotas: Service Quotas",
          "severity": "look",
          "what": "Cognito refuses calls as too many: UserUpdate 1.5 a second"
        },
        {
          "do": "twinpool rate slows backfills down; AWS raises quotas: Service Quotas",
          "severity": "look",
          "what": "quotas are all but used up: UserUpdate 96 %"
        },
        {
          "do": "twinpool verify",
          "severity": "look",
          "what": "the last verify found 17 users who differ, for no reason that is written down"
        },
        {
          "do": "twinpool backfill",
          "severity": "note",
          "what": "about 6,211 users of the old pool not in the new one yet"
        }
      ],
      "health": "act",
      "mirror": {
        "handled": null,
        "lag_seconds": null,
        "stopped": "the function prod-Mirror-1X2Y is not there"
      },
      "people": {
        "at": "2026-11-20T23:55:00.000Z",
        "born_in_new": 0,
        "came": 0,
        "deleted": 0,
        "held_back": {
          "not_in_schema": 2,
          "taken": 12
        },
        "if_rolled_back": {
          "behind": 0,
          "disabled": 0,
          "fine": 0,
          "need_reset": 0,
          "need_reset_because": {},
          "new_only": 0,
          "new_only_because": {},
          "put_to_reset": 0,
          "unknown": 0,
          "unreadable": 0
        },
        "in_conflict": {
          "no_sign_in_name": 1,
          "twin": 3
        },
        "in_old_about": 12345,
        "left_out": 0,
        "linked": 6100,
        "linked_percent": 49.41,
        "merged": 0,
        "moved": 0,
        "open": 18,
        "pending": 30,
        "unreadable": 1,
        "walk_seconds": 45.0
      },
      "phase": {
        "percent": 25.0,
        "phase": "canary",
        "round": 0,
        "since": "2026-11-20T23:00:00.000Z",
        "version": 0,
        "way_back_proven": "2026-11-20T00:00:00.000Z"
      },
      "pools": {
        "new": "eu-west-1_New",
        "old": "eu-west-1_Old"
      },
      "queue": {
        "oldest_seconds": 420.0,
        "stands_for_seconds": 40.0,
        "under_way": 0,
        "waiting": 4321
      },
      "stack": "prod",
      "unknown": {},
      "verdict": {
        "reasons": [
          "age of the oldest change event: 7 min, above 5 min"
        ],
        "verdict": "roll-back"
      },
      "verified": {
        "at": "2026-11-21T00:00:00.000Z",
        "differing": 17,
        "held_back": 0,
        "in_flight": 0,
        "users": 6100
      }
    }
    "#);
}
