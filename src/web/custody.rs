//! Proofs, backups and what the law on personal data asks for. What takes long runs in the
//! background, one at a time, and the page shows where each stands.

use std::io;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use maud::{Markup, html};
use tokio::io::AsyncReadExt;

use super::action::{Posted, Then, with_access};
use super::app::App;
use super::error::PageError;
use super::guard::Needs;
use super::jobs::{Job, Last};
use super::page;
use super::router::Routes;
use super::session::User;
use crate::actions::custody::{self, KeptBackup};
use crate::actions::{self, Access, Failure, Rule, privacy};
use crate::domain::text::{Lang, Text};
use crate::text;

const HERE: &str = "/custody";

/// Bytes of a backup that are sent at once.
const CHUNK: usize = 64 * 1024;

pub(super) fn routes(routes: Routes) -> Routes {
    let begin = |job: Job| {
        move |State(app): State<Arc<App>>, user: User| async move { start(&app, &user, job) }
    };
    routes
        .get(HERE, Needs::Rule(Rule::BackupMake), show)
        .get("/custody/kept", Needs::Rule(Rule::BackupMake), download)
        .post(
            "/custody/verify",
            Needs::Rule(Rule::LedgerVerify),
            begin(Job::Verify),
        )
        .post(
            "/custody/backup",
            Needs::Rule(Rule::BackupMake),
            begin(Job::Backup),
        )
        .post(
            "/custody/drill",
            Needs::Rule(Rule::RestoreDrill),
            begin(Job::Drill),
        )
        .action("/custody/subject", Rule::SubjectReport, |it, at| {
            let text = privacy::subject(at, it.value("nik"))?.text(at.context);
            file("subjek-data", at, text)
        })
        .action("/custody/breach", Rule::BreachReport, breach)
}

fn breach(it: &Posted, at: &mut Access<'_>) -> actions::Result<Then> {
    let missing = || Failure::refused("Isi kedua tanggalnya.", "Fill in both days.");
    let from = it.day("from")?.ok_or_else(missing)?;
    let to = it.day("to")?.ok_or_else(missing)?;
    let breach = privacy::breach(at, from, to, it.has("full"))?;
    file("insiden", at, breach.text(&at.context.config))
}

fn file(name: &str, at: &Access<'_>, text: String) -> actions::Result<Then> {
    let today = at.context.date(at.now);
    Ok(Then::File(format!("{name}-{today}.txt"), text.into_bytes()))
}

/// Begins a job on a thread of its own, which no stop of the station waits for.
fn start(app: &Arc<App>, user: &User, job: Job) -> Result<Response, PageError> {
    if !app.jobs.begin(job, user.name.clone(), app.now()) {
        let error = PageError::refused(
            "Satu pekerjaan masih berjalan; tunggu sampai selesai.",
            "Another job is running; wait until it ends.",
        );
        return page::refused(app, user, HERE, error);
    }
    let (station, operator) = (Arc::clone(app), user.operator());
    std::thread::spawn(move || {
        let work = || job.run(&mut Access::new(&station.context, operator));
        let ended = std::thread::scope(|scope| scope.spawn(work).join());
        let ended = match ended {
            Ok(Ok(ended)) => ended,
            Ok(Err(failure)) => {
                let error = PageError::from(failure);
                error.log();
                (false, error.text())
            }
            Err(_) => (false, PageError::Broken(String::new()).text()),
        };
        station.jobs.end(job, station.now(), ended);
    });
    let Text { id, en } = job.title();
    let begun = text!("{}: dimulai.", id; "{}: begun.", en);
    Ok(page::done(app, user, HERE, begun))
}

async fn show(State(app): State<Arc<App>>, user: User) -> Result<Markup, PageError> {
    let lang = user.lang;
    let kept = with_access(&app, &user, |at| custody::kept_backup(at)).await?;
    let last = app.jobs.all().clone();
    let is_busy = last.values().any(|last| last.ended.is_none());
    let title = lang.t("Cadangan dan data", "Backups and data");
    let content = html! {
        h1 { (title) }
        div #jobs.grid.forms data-live data-every="2000" {
            @for job in Job::ALL {
                section.panel {
                    h2 { (job.title().of(lang)) }
                    p.soft { (job.about().of(lang)) }
                    (state(&app, lang, last.get(&job)))
                    (offer(&app, lang, job, is_busy))
                    @if let (Job::Backup, Some(kept)) = (job, &kept) { (newest(&app, lang, kept)) }
                }
            }
        }
        @if user.may(Rule::SubjectReport) { (requests(&app, lang)) }
    };
    Ok(page::page(&app, &user, title, true, &content))
}

fn state(app: &App, lang: Lang, last: Option<&Last>) -> Markup {
    html! {
        @match last {
            None => p.soft { (lang.t("Belum dijalankan sejak stasiun dinyalakan.", "Not run since the station started.")) },
            Some(Last { by, at, ended: None }) => {
                p.notice role="status" {
                    (lang.t("Berjalan sejak ", "Running since ")) (app.local(*at)) ", " (by) "… " progress {}
                }
            },
            Some(Last { by, at, ended: Some((good, text)) }) => {
                p.notice.good[*good].bad[!*good] role="status" { (app.local(*at)) ", " (by) ": " (text.of(lang)) }
            },
        }
    }
}

fn offer(app: &App, lang: Lang, job: Job, is_busy: bool) -> Markup {
    html! {
        @if job == Job::Backup && app.config.backup.recipient.is_none() {
            p.notice.warn {
                (lang.t("Isi dulu recipient di bagian [backup] pada station.toml: cadangan dari halaman ini selalu tersandi.",
                        "Fill in recipient under [backup] of station.toml first: a backup of this page is always encrypted."))
            }
        } @else {
            form method="post" action={ (HERE) "/" (job.name()) } {
                button.primary disabled[is_busy] { (job.button().of(lang)) }
            }
        }
    }
}

fn newest(app: &App, lang: Lang, kept: &KeptBackup) -> Markup {
    html! {
        p {
            a.button href={ (HERE) "/kept" } download { (lang.t("Unduh cadangan terbaru", "Download the newest backup")) }
            " " (app.local(kept.made_at)) ", " (kept.bytes.div_ceil(1024)) " KiB"
        }
    }
}

fn requests(app: &App, lang: Lang) -> Markup {
    let today = app.today();
    html! {
        h2 { (lang.t("Data pribadi (UU 27/2022)", "Personal data (UU 27/2022)")) }
        div.grid.forms {
        form.card.panel method="post" action={ (HERE) "/subject" } data-file {
            h3 { (lang.t("Orang tua bertanya", "A parent asks")) }
            p.soft { (lang.t("Semua yang disimpan tentang satu anak, dan siapa melihat atau mengubahnya. Permintaan ini dicatat.",
                             "All that is held of one child, and who saw or changed it. The request is entered.")) }
            label { (lang.t("NIK anak", "The child's NIK"))
                input name="nik" inputmode="numeric" pattern="[0-9]{16}" maxlength="16" required autocomplete="off"; }
            button.primary { (lang.t("Unduh laporan", "Download the report")) }
        }
        form.card.panel method="post" action={ (HERE) "/breach" } data-file {
            h3 { (lang.t("Data bocor", "A breach")) }
            p.soft { (lang.t("Konsep pemberitahuan tertulis: paling lambat 3 × 24 jam. Permintaan ini dicatat.",
                             "The draft of the written notice: within 3 × 24 hours. The request is entered.")) }
            div.line {
                label { (lang.t("Dari", "From")) input type="date" name="from" max=(today) required; }
                label { (lang.t("Sampai", "To")) input type="date" name="to" value=(today) max=(today) required; }
            }
            label.row { input type="checkbox" name="full" value="yes";
                (lang.t("dengan nama dan alamat setiap anak", "with every child's name and address")) }
            button.primary { (lang.t("Unduh konsep", "Download the draft")) }
        }
        }
    }
}

/// `GET /custody/kept`: the newest backup, a chunk at a time.
async fn download(State(app): State<Arc<App>>, user: User) -> Result<Response, PageError> {
    let kept = with_access(&app, &user, custody::take_backup).await?;
    let file = tokio::fs::File::open(&kept.path)
        .await
        .map_err(PageError::broken)?;
    let chunks = stream::try_unfold(file, |mut file| async move {
        let mut chunk = vec![0; CHUNK];
        let read = file.read(&mut chunk).await?;
        chunk.truncate(read);
        Ok::<_, io::Error>((read > 0).then(|| (Bytes::from(chunk), file)))
    });
    let name = format!("attachment; filename=\"{}\"", kept.name());
    let as_file = HeaderValue::from_str(&name).unwrap_or(HeaderValue::from_static("attachment"));
    let headers = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/octet-stream"),
        ),
        (header::CONTENT_DISPOSITION, as_file),
        (header::CONTENT_LENGTH, HeaderValue::from(kept.bytes)),
    ];
    Ok((headers, Body::from_stream(chunks)).into_response())
}
