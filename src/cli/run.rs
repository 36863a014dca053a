//! `run`: the daemon, and `run --once`.

use std::sync::atomic::Ordering;
use std::sync::{Arc, mpsc};

use anyhow::{Context, Result, bail};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use serde_json::json;
use tokio::signal::unix::{SignalKind, signal};

use super::{Outcome, print_json, station};
use crate::cli::args;
use crate::context::Clock;
use crate::daemon::Event;
use crate::daemon::Progress;
use crate::daemon::Station;
use crate::daemon::spooler::Spooler;
use crate::intake;
use crate::production::lock::Lock;
use crate::web::Server;

pub fn run(args: &args::Run) -> Result<Outcome> {
    let (paths, config) = station(&args.station)?;
    let _lock = Lock::take(&paths.lock())?;
    raise_descriptors();
    let incoming = paths.intake().incoming;
    let context = Arc::new(crate::context::Context::new(
        paths,
        config,
        Clock::system(),
    )?);
    let config = &context.config;
    let mut station = Station::open(Arc::clone(&context))?;
    let spooler = match args.once {
        true => None,
        false => Some(Spooler::start(&context)?),
    };
    let page = match args.once || !config.web.enabled {
        true => None,
        false => Some(Server::start(Arc::clone(&context))?),
    };
    if let Some(page) = &page {
        let scheme = if config.web.tls.is_some() {
            "https"
        } else {
            "http"
        };
        tracing::info!("the page is at {scheme}://{}", page.address);
    }
    let stop = station.stop_flag();

    // The async part only listens: for signals and for the watch. The station works in a thread
    // of its own.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("the event loop cannot be started")?;
    let (events, inbox) = mpsc::channel();
    let _guard = runtime.enter();
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    // The end of the terminal it was started from is not its own.
    let mut hangup = signal(SignalKind::hangup())?;
    // A watch that cannot be had costs time, never a drop: the scan at intervals finds all.
    let (_watch, mut wakes) = match intake::watch(&incoming) {
        Ok((watch, wakes)) => (Some(watch), Some(wakes)),
        Err(error) => {
            tracing::warn!(error = crate::domain::chain(&error), "watching is off");
            (None, None)
        }
    };
    let once = args.once;
    let worker = std::thread::Builder::new()
        .name("station".into())
        .spawn(move || {
            if once {
                let progress = station.run_once()?;
                let waiting = station.waiting().len();
                return Ok((progress, waiting, station.parked().map(str::to_owned)));
            }
            tracing::info!("the station is running; stop it with SIGTERM or Ctrl-C");
            station.run(&inbox)?;
            tracing::info!("the station has stopped");
            Ok::<_, crate::production::StationError>((Progress::default(), 0, None))
        })?;
    runtime.block_on(async {
        while !worker.is_finished() {
            let wake = async {
                match &mut wakes {
                    Some(wakes) => wakes.recv().await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
                _ = hangup.recv() => continue,
                wake = wake => {
                    if let Some(wake) = wake {
                        // The station's end is seen by is_finished().
                        let _ = events.send(Event::Wake(wake));
                    } else {
                        wakes = None;
                    }
                    continue;
                }
                () = tokio::time::sleep(std::time::Duration::from_millis(50)) => continue,
            }
            stop.store(true, Ordering::Relaxed);
            let _ = events.send(Event::Stop);
        }
    });
    if let Some(page) = page {
        page.stop();
    }
    if let Some(spooler) = spooler {
        spooler.stop();
    }
    let (progress, waiting, parked) = match worker.join() {
        Ok(ended) => ended?,
        Err(panic) => std::panic::resume_unwind(panic),
    };
    if !once {
        return Ok(Outcome::Done);
    }
    let refused = progress
        .drops
        .iter()
        .any(|drop| drop.rejected > 0 || drop.received == 0);
    if args.station.json {
        print_json(&json!({ "drops": progress.drops, "lots": progress.lots, "waiting": waiting }))?;
    } else {
        for drop in &progress.drops {
            println!(
                "{}: {} diterima, {} ditolak dari {} (accepted, rejected, received)",
                drop.drop, drop.accepted, drop.rejected, drop.received
            );
        }
        for lot in &progress.lots {
            println!(
                "lot {}: {} kartu {}, lots/{}",
                lot.lot, lot.cards, lot.kind, lot.pdf
            );
        }
        if waiting > 0 {
            println!(
                "{waiting} belum diambil dari incoming/ (left in incoming/; `kia-station status` says why)"
            );
        }
    }
    if let Some(parked) = parked {
        bail!("{parked}");
    }
    Ok(Outcome::refused_if(refused))
}

/// Lets the station hold as many files and connections open as the system allows it.
fn raise_descriptors() {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: limit.maximum,
        ..limit
    };
    if let Err(error) = setrlimit(Resource::Nofile, raised) {
        tracing::warn!("the limit on open files stays as it is: {error}");
    }
}
