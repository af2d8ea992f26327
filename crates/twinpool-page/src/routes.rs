//! Which page is where.

use std::sync::Arc;

use axum::Router;
use axum::extract::rejection::{FormRejection, QueryRejection};
use axum::extract::{DefaultBodyLimit, Form, Query, State};
use axum::http::{StatusCode, Uri};
use axum::middleware::from_fn_with_state;
use axum::response::{Html, IntoResponse as _, Response};
use axum::routing::{get, post};
use maud::Markup;
use serde::Deserialize;
use tokio::time::Instant;
use twinpool_core::check::Look;
use twinpool_core::held_back::Reason;

use crate::access::Access;
use crate::desk::{Answer, Desk, Ended, Sight};
use crate::pages::{self, Found};
use crate::pending::{NotDone, Pending, Rests};
use crate::view::frame::{Frame, Here};
use crate::view::wishes::{self, Pen};
use crate::wish::{Fields, Wish, an_id};
use crate::{assets, guard};

/// How the page is run.
#[derive(Debug)]
pub struct Settings {
    /// Who is let in.
    pub access: Access,
    /// Whether it may switch, roll back, decide and sync.
    pub allow_changes: bool,
}

/// No form of ours is nearly as long, in bytes.
const LONGEST: usize = 16 * 1024;

struct Office<D> {
    desk: Arc<D>,
    settings: Arc<Settings>,
    pending: Pending,
}

type Ours<D> = State<Arc<Office<D>>>;

/// All pages. They listen nowhere: the caller serves them, on loopback.
pub fn router<D: Desk>(desk: Arc<D>, settings: Settings) -> Router {
    let settings = Arc::new(settings);
    let office = Arc::new(Office { desk, settings: Arc::clone(&settings), pending: Pending::default() });
    let asset = |uri: Uri| async move { assets::answer(uri.path()) };
    Router::new()
        .route("/", get(overview::<D>))
        .route("/now", get(now::<D>))
        .route("/conflicts", get(conflicts::<D>))
        .route("/users", get(users::<D>))
        .route("/phase", get(phase::<D>))
        .route("/preview", post(preview::<D>))
        .route("/confirm", post(confirm::<D>))
        .route("/style.css", get(asset))
        .route("/page.js", get(asset))
        .route("/icon.svg", get(asset))
        .fallback(nowhere::<D>)
        .method_not_allowed_fallback(not_so::<D>)
        .layer(DefaultBodyLimit::max(LONGEST))
        .layer(from_fn_with_state(settings, guard::guard))
        .with_state(office)
}

pub(crate) fn html(status: StatusCode, page: &Markup) -> Response {
    (status, Html(page.0.clone())).into_response()
}

impl<D: Desk> Office<D> {
    fn page(&self, status: StatusCode, sight: &Sight, here: Here, title: &str, body: &Markup) -> Response {
        let frame = Frame { sight, here, allow_changes: self.settings.allow_changes, who: "" };
        html(status, &frame.page(title, body))
    }

    /// A page that says why there is none.
    async fn instead(&self, status: StatusCode, title: &str, told: &str) -> Response {
        self.aside(status, title, &pages::instead(title, told)).await
    }

    /// A page on the way to something.
    async fn aside(&self, status: StatusCode, title: &str, body: &Markup) -> Response {
        let sight = self.desk.overview().await;
        self.page(status, &sight, Here::Aside, title, body)
    }

    async fn confirmed(&self, nonce: &str) -> Result<(Wish, Answer), NotDone> {
        let desk = Arc::clone(&self.desk);
        let look = |wish| async move { rests(&*self.desk, &wish).await };
        let act = move |wish| async move { desk.act(&wish).await };
        self.pending.confirm(nonce, look, act).await
    }

    async fn before(&self, wish: &Wish, answer: &Answer, nonce: &str) -> Response {
        let body = wishes::before(wish, answer, self.settings.access.token(), nonce);
        self.aside(StatusCode::OK, "Before anything happens", &body).await
    }

    fn pen(&self) -> Pen<'_> {
        Pen { token: self.settings.allow_changes.then(|| self.settings.access.token()) }
    }
}

async fn overview<D: Desk>(State(office): Ours<D>) -> Response {
    let sight = office.desk.overview().await;
    let title = crate::view::told::words(sight.overview.health());
    office.page(StatusCode::OK, &sight, Here::Overview, &title, &pages::now(&sight))
}

async fn now<D: Desk>(State(office): Ours<D>) -> Response {
    html(StatusCode::OK, &pages::now(&office.desk.overview().await))
}

#[derive(Deserialize)]
struct Only {
    reason: Option<String>,
}

async fn conflicts<D: Desk>(State(office): Ours<D>, query: Result<Query<Only>, QueryRejection>) -> Response {
    let reason = query.map(|Query(only)| only.reason.filter(|reason| !reason.is_empty()));
    let only = match reason {
        Ok(None) => None,
        Ok(Some(code)) if Reason::from_code(&code).is_some() => Reason::from_code(&code),
        Ok(Some(_)) | Err(_) => {
            let told = "There is no such reason: choose one from the list of conflicts.";
            return office.instead(StatusCode::BAD_REQUEST, "No such reason", told).await;
        }
    };
    let (sight, look) = tokio::join!(office.desk.overview(), office.desk.conflicts());
    let status = if look.is_ok() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    office.page(status, &sight, Here::Conflicts, "Conflicts", &pages::conflicts(&look, only))
}

#[derive(Deserialize)]
struct Asked {
    who: Option<String>,
}

async fn users<D: Desk>(State(office): Ours<D>, query: Result<Query<Asked>, QueryRejection>) -> Response {
    let asked = query.map(|Query(asked)| asked.who.filter(|who| !who.trim().is_empty()));
    let who = match asked {
        Ok(who) => who.map(|who| an_id(&who)).transpose(),
        Err(_) => Err("the address of this page is not as it should be".to_owned()),
    };
    let sight = office.desk.overview().await;
    let look = match &who {
        Ok(Some(who)) => Some(office.desk.person(who).await),
        Ok(None) | Err(_) => None,
    };
    let (status, found) = match (&who, &look) {
        (Err(wrong), _) => (StatusCode::BAD_REQUEST, Found::NoId(wrong)),
        (Ok(Some(who)), Some(look)) => {
            let status = match look {
                Ok(Some(_)) => StatusCode::OK,
                Ok(None) => StatusCode::NOT_FOUND,
                Err(_) => StatusCode::SERVICE_UNAVAILABLE,
            };
            (status, Found::Looked(who, look))
        }
        (Ok(_), _) => (StatusCode::OK, Found::Nothing),
    };
    let shown = who.as_ref().ok().and_then(Option::as_ref).map(ToString::to_string).unwrap_or_default();
    let frame =
        Frame { sight: &sight, here: Here::Users, allow_changes: office.settings.allow_changes, who: &shown };
    let title = if shown.is_empty() { "Users".to_owned() } else { format!("User {shown}") };
    html(status, &frame.page(&title, &pages::users(&found, &office.pen())))
}

async fn phase<D: Desk>(State(office): Ours<D>) -> Response {
    let sight = office.desk.overview().await;
    let body = pages::phase(&sight.overview, &office.pen());
    office.page(StatusCode::OK, &sight, Here::Phase, "Phase", &body)
}

/// What a form of ours says. The guard has looked where it comes from; the token says that it is one of ours.
async fn ours<D: Desk>(
    office: &Office<D>,
    form: Result<Form<Fields>, FormRejection>,
) -> Result<Fields, Box<Response>> {
    let (status, title, told) = match form {
        Ok(Form(fields)) if office.settings.access.is_ours(&fields.token) => return Ok(fields),
        Ok(_) => (
            StatusCode::FORBIDDEN,
            "Not a form of this page",
            "Nothing was done. Open the page anew, and do it there.",
        ),
        Err(rejection) => {
            (rejection.status(), "Not a form", "What was sent is no form of this page: nothing was done.")
        }
    };
    Err(Box::new(office.instead(status, title, told).await))
}

async fn preview<D: Desk>(State(office): Ours<D>, form: Result<Form<Fields>, FormRejection>) -> Response {
    let fields = match ours(&office, form).await {
        Ok(fields) => fields,
        Err(refusal) => return *refusal,
    };
    let wish = match fields.wish() {
        Ok(wish) => wish,
        Err(wrong) => {
            let told = format!("Nothing was done: {wrong}. Go back and say it again.");
            return office.instead(StatusCode::UNPROCESSABLE_ENTITY, "That cannot be done", &told).await;
        }
    };
    // Before the preview: what somebody changes meanwhile is a change.
    let rests = match rests(&*office.desk, &wish).await {
        Ok(rests) => rests,
        Err(why) => {
            let answer = Answer { text: why, ended: Ended::Failed };
            return office.before(&wish, &answer, "").await;
        }
    };
    let Ok(nonce) = office.pending.keep(wish.clone(), rests) else {
        let told = "The system gave no random number: nothing was done.";
        return office.instead(StatusCode::INTERNAL_SERVER_ERROR, "Not now", told).await;
    };
    let answer = office.desk.preview(&wish).await;
    office.before(&wish, &answer, &nonce).await
}

/// What a wish rests on now. A rollback rests on nothing: the way back must not wait for anybody.
async fn rests<D: Desk>(desk: &D, wish: &Wish) -> Look<Rests> {
    let at = Instant::now();
    let basis = match wish {
        Wish::Rollback { .. } => String::new(),
        Wish::Switch { .. } | Wish::Resolve { .. } | Wish::Sync { .. } => desk.basis(wish).await?,
    };
    Ok(Rests { basis, at })
}

async fn confirm<D: Desk>(State(office): Ours<D>, form: Result<Form<Fields>, FormRejection>) -> Response {
    let fields = match ours(&office, form).await {
        Ok(fields) => fields,
        Err(refusal) => return *refusal,
    };
    let asked = Arc::clone(&office);
    // On its own: a browser that goes away while somebody looks must not stop it.
    let confirmed = tokio::spawn(async move { asked.confirmed(&fields.nonce).await });
    let Ok(confirmed) = confirmed.await else {
        let told = "Looking whether it is still as it was shown broke off: this is a mistake in twinpool. Nothing was done.";
        return office.instead(StatusCode::INTERNAL_SERVER_ERROR, "Not done", told).await;
    };
    match confirmed {
        Ok((wish, answer)) => {
            office.aside(StatusCode::OK, "What came of it", &wishes::after(&wish, &answer)).await
        }
        Err(NotDone::Stale(wish, stale)) => {
            let body = wishes::stale(&wish, &stale, office.settings.access.token());
            office.aside(StatusCode::CONFLICT, "Not done", &body).await
        }
        Err(NotDone::Unknown) => {
            let told = "This was shown too long ago, or by an earlier start: nothing was done. Say again what you want.";
            office.instead(StatusCode::CONFLICT, "Shown too long ago", told).await
        }
    }
}

async fn nowhere<D: Desk>(State(office): Ours<D>) -> Response {
    let told = "Nothing is at this address. These pages are there:";
    office.instead(StatusCode::NOT_FOUND, "There is no such page", told).await
}

async fn not_so<D: Desk>(State(office): Ours<D>) -> Response {
    let told = "Nothing was done. What changes something begins with a form; these pages have them:";
    office.instead(StatusCode::METHOD_NOT_ALLOWED, "Not in this way", told).await
}
