//! Live updates: browsers are told that something happened, and ask for their page again.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::Stream;
use futures_util::stream::unfold;

use super::app::App;
use super::{cookies, session};
use crate::actions::sessions;

/// How often the log is looked at. Other processes write it too, so nobody can say.
const LOOK: Duration = Duration::from_millis(500);

/// Looks for new events as long as the page is served.
pub async fn watch(app: Arc<App>) {
    loop {
        match app.read(|_, ledger| ledger.head()).await {
            Ok((head, _)) => {
                app.head.send_if_modified(|known| {
                    let new = *known != head;
                    *known = head;
                    new
                });
            }
            Err(error) => tracing::warn!(error = %error.text().en, "the log cannot be watched"),
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// One `change` with the newest event's number whenever there is a new one, until the session ends.
pub async fn events(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let mut news = app.head.subscribe();
    news.mark_unchanged();
    let (token, client) = (cookies::token_of(&app, &headers), session::client(&headers));
    let stream = unfold(news, move |mut news| {
        let (app, token, client) = (Arc::clone(&app), token.clone(), client.clone());
        async move {
            news.changed().await.ok()?;
            let session = app.blocking(move |context| {
                sessions::account(context, &token.unwrap_or_default(), &client, false)
            });
            session.await.ok().flatten()?;
            let head = *news.borrow_and_update();
            let event = Event::default().event("change").data(head.to_string());
            Some((Ok(event), news))
        }
    });
    Sse::new(stream).keep_alive(KeepAlive::default())
}
