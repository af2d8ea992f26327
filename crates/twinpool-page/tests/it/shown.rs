use super::*;

#[tokio::test]
async fn what_an_operator_wrote_is_text_and_nothing_else() {
    let browser = Browser::new(true).await;
    let phase = browser.get("/phase").await.text;
    assert!(phase.contains("the team first &lt;script&gt;alert(1)&lt;/script&gt;"), "{phase}");
    let why = "\"><img src=x onerror=alert(1)>";
    let shown = browser.post("/preview", &[("wish", "rollback"), ("why", why)]).await.text;
    assert!(shown.contains("&lt;img") && !shown.contains("<img"), "{shown}");
    let switch = [("wish", "switch"), ("share", "100"), ("why", why)];
    let refused = browser.post("/preview", &switch).await.text;
    assert!(refused.contains("value=\"&quot;&gt;&lt;img") && !refused.contains("<img"), "{refused}");
}

#[tokio::test]
async fn the_overview_shows_where_the_move_stands_and_leads_to_who_differs() {
    let browser = Browser::new(false).await;
    let got = browser.get("/").await;
    assert_eq!(got.status, StatusCode::OK);
    for part in [
        "shop-move",
        "Canary",
        "25 % of the users",
        "77.9 %",
        "9,731",
        "2,316",
        "1,902",
        "UserUpdate",
        "shop-move-DeadLettersWait-1QK7VJ2M9XLZ",
    ] {
        assert!(got.text.contains(part), "{part} is missing: {}", got.text);
    }
    assert!(got.text.contains("href=\"/conflicts?reason=taken\""));
    let conflicts = browser.get("/conflicts?reason=taken").await.text;
    assert!(conflicts.contains(&format!("href=\"/users?who={}\"", people::ADA)), "{conflicts}");
    assert!(!conflicts.contains(people::TWIN), "only those with this reason");
    let user = browser.get(&format!("/users?who={}", people::ADA)).await.text;
    assert!(user.contains("custom:subscription_level") && user.contains("held back: taken"), "{user}");
}

#[tokio::test]
async fn whoever_was_born_in_the_new_pool_is_no_link_to_nobody() {
    let born = "06182bdd-02a4-4686-a19f-379405143d66";
    let text = Browser::new(false).await.get("/conflicts").await.text;
    assert!(text.contains(&format!("<span class=\"id\">{born}</span>")), "{text}");
    assert!(!text.contains(&format!("/users?who={born}")), "{text}");
    assert!(text.contains("Nobody is made in the old pool for this account of the new pool yet."), "{text}");
}

#[tokio::test]
async fn the_part_that_is_fetched_anew_is_the_part_that_was_there() {
    let browser = Browser::new(false).await;
    let (page, part) = (browser.get("/").await.text, browser.get("/now").await.text);
    assert!(part.starts_with("<div id=\"now\"") && page.contains(&part), "{part}");
}

#[tokio::test]
async fn a_user_is_found_by_any_id_and_nobody_is_said_to_be_nobody() {
    let browser = Browser::new(false).await;
    for id in [people::ADA, people::ADA_NEW, &people::ADA.to_uppercase(), &format!("%20{}%20", people::ADA)] {
        let got = browser.get(&format!("/users?who={id}")).await;
        assert_eq!(got.status, StatusCode::OK, "{id}");
        assert!(got.text.contains(&format!("<h1 class=\"id\">{}</h1>", people::ADA)), "{}", got.text);
    }
    let nobody = browser.get("/users?who=nobody").await;
    assert_eq!(nobody.status, StatusCode::NOT_FOUND);
    assert!(nobody.text.contains("Nobody has this id"));
}

#[tokio::test]
async fn an_address_is_not_looked_up_and_not_repeated() {
    let browser = Browser::new(false).await;
    for who in ["jane@example.com", "jane%20doe", "%2B491701234567", "jane%00", &"jane".repeat(40)] {
        let got = browser.get(&format!("/users?who={who}")).await;
        assert_eq!(got.status, StatusCode::BAD_REQUEST, "{who}");
        assert!(!got.text.contains("jane") && got.text.contains("twinpool explain"), "{}", got.text);
    }
}

#[tokio::test]
async fn what_is_asked_wrong_gets_a_page_that_helps() {
    let browser = Browser::new(false).await;
    for (path, status) in [
        ("/lost", StatusCode::NOT_FOUND),
        ("/users/", StatusCode::NOT_FOUND),
        ("/conflicts?reason=nonsense", StatusCode::BAD_REQUEST),
        ("/conflicts?reason=a&reason=b", StatusCode::BAD_REQUEST),
        ("/users?who=%FF", StatusCode::BAD_REQUEST),
        ("/users?who=a&who=b", StatusCode::BAD_REQUEST),
    ] {
        let got = browser.get(path).await;
        assert_eq!(got.status, status, "{path}");
        assert!(got.text.contains("href=\"/phase\"") && got.text.contains("<h1>"), "{path}: {}", got.text);
    }
}

#[tokio::test]
async fn where_nobody_could_look_every_page_says_why() {
    let browser = Browser::at(desk::Fake::in_the_dark(), true).await;
    for (path, status) in [
        ("/", StatusCode::OK),
        ("/phase", StatusCode::OK),
        ("/conflicts", StatusCode::SERVICE_UNAVAILABLE),
        ("/users?who=x", StatusCode::SERVICE_UNAVAILABLE),
    ] {
        let got = browser.get(path).await;
        assert_eq!(got.status, status, "{path}");
        assert!(got.text.contains("Nobody could look: AccessDeniedException"), "{path}: {}", got.text);
    }
    assert!(browser.get("/").await.text.contains("CloudWatch tells nothing: AccessDeniedException"));
}

#[tokio::test]
async fn a_look_that_is_not_of_now_is_said_to_be_old() {
    let desk = desk::Fake::of_a_canary();
    *desk.stale.lock().unwrap() = Some("the table does not answer".to_owned());
    let got = Browser::at(desk, false).await.get("/").await.text;
    assert!(got.contains("Not of now.") && got.contains("the table does not answer"), "{got}");
}
