use super::*;
use crate::samples::{attribute, old};

#[test]
fn what_would_be_done_is_shown() {
    let one = |number: usize| One {
        old_sub: old(&format!("old-{number}")),
        subject: Subject::User,
        asked: Asked::Decide(Decision::MergeInto(old("old-0"))),
    };
    let mut ready: Vec<_> = (1..=22).map(one).collect();
    ready[0].subject = attribute("email");
    ready[0].asked = Asked::Forget;
    let skipped = [("old-99".to_owned(), "the link is gone".to_owned())];
    insta::assert_snapshot!(preview(Reason::Twin, &ready, &skipped), @r"
    23 conflicts with the reason twin; this changes 22 of them:
    old-1  attribute email: forget what was decided
    old-2  user: merge into old-0
    old-3  user: merge into old-0
    old-4  user: merge into old-0
    old-5  user: merge into old-0
    old-6  user: merge into old-0
    old-7  user: merge into old-0
    old-8  user: merge into old-0
    old-9  user: merge into old-0
    old-10  user: merge into old-0
    old-11  user: merge into old-0
    old-12  user: merge into old-0
    old-13  user: merge into old-0
    old-14  user: merge into old-0
    old-15  user: merge into old-0
    old-16  user: merge into old-0
    old-17  user: merge into old-0
    old-18  user: merge into old-0
    old-19  user: merge into old-0
    old-20  user: merge into old-0
    and 2 more
    the user id of each who is merged stands for the other person from now on
    old-99  left as it is: the link is gone
    ");
    assert_eq!(
        preview(Reason::Twin, &[], &skipped),
        "1 conflict with the reason twin; this changes none of them:\nold-99  left as it is: the link is gone\n"
    );
    assert_eq!(preview(Reason::Twin, &[], &[]), "no conflict has the reason twin\n");
}

#[test]
fn silence_is_the_worst() {
    use Exit::{Done, StillInConflict, Unanswered};
    assert_eq!(worse(Done, StillInConflict), StillInConflict);
    assert_eq!(worse(StillInConflict, Done), StillInConflict);
    assert_eq!(worse(Unanswered, StillInConflict), Unanswered);
    assert_eq!(worse(StillInConflict, Unanswered), Unanswered);
}
