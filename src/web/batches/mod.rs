//! Batches: what is uploaded is looked at row by row before the station takes it.

mod checks;
mod columns;
mod list;
mod look;
mod upload;

pub use checks::Batches;

use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};

use self::checks::Check;
use super::action::with_access;
use super::app::App;
use super::error::PageError;
use super::guard::Needs;
use super::router::Routes;
use super::session::User;
use crate::actions::uploads::{StageError, StageId, Staging};
use crate::actions::{Access, Failure, Result as Done, Rule, batches};

/// An upload may be as large as `most`.
pub fn routes(routes: Routes, most: usize) -> Routes {
    let look = Needs::Rule(Rule::BatchView);
    let returns = Needs::Rule(Rule::BatchReturns);
    routes
        .get("/batches", Needs::Rule(Rule::BatchList), list::list)
        .upload(
            "/batches",
            Needs::Rule(Rule::BatchUpload),
            most,
            upload::upload,
        )
        .get("/batches/returned/{key}", returns, list::returned)
        .get("/batches/{id}", look, look::one)
        .get("/batches/{id}/progress", look, look::progress)
        .get("/batches/{id}/photo/{row}", look, look::photo)
        .get("/batches/{id}/return.xlsx", returns, look::return_list)
        .post(
            "/batches/{id}/columns",
            Needs::Rule(Rule::ColumnsSave),
            columns::save_columns,
        )
        .post(
            "/batches/{id}/submit",
            Needs::Rule(Rule::BatchSubmit),
            look::submit,
        )
        .post(
            "/batches/{id}/discard",
            Needs::Rule(Rule::BatchDiscard),
            look::discard,
        )
}

impl From<StageError> for PageError {
    fn from(error: StageError) -> Self {
        Failure::from(error).into()
    }
}

/// Does something with the uploads in the name of `user`.
async fn with_staging<T: Send + 'static>(
    app: &Arc<App>,
    user: &User,
    act: impl FnOnce(&mut Access<'_>, &Staging) -> Done<T> + Send + 'static,
) -> Result<T, PageError> {
    let here = Arc::clone(app);
    with_access(app, user, move |at| act(at, &here.batches.staging)).await
}

/// The look at an upload; it is begun where there is none.
fn check(app: &Arc<App>, id: &StageId) -> Arc<Check> {
    app.batches.check(id, |check| {
        let (app, id, check) = (Arc::clone(app), id.clone(), Arc::clone(check));
        tokio::task::spawn_blocking(move || {
            let progress = |done, total| {
                check.done.store(done, Ordering::Relaxed);
                check.total.store(total, Ordering::Relaxed);
            };
            let found = batches::check(&app.context, &app.batches.staging, &id, &progress);
            let found = Some(Arc::new(found.map_err(PageError::from)));
            *check.found.lock().unwrap_or_else(PoisonError::into_inner) = found;
        });
    })
}

/// The upload that an address names.
fn named(id: &str) -> Result<StageId, PageError> {
    StageId::parse(id).ok_or(PageError::NotFound)
}
