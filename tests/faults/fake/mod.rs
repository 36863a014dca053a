//! A printer of our own, for what real ones cannot be made to show. It speaks IPP over loopback
//! and counts the cards that physically came out of it, whatever it reports.
//!
//! Every request moves its mechanics on by one tick, so that a schedule needs no waiting. What
//! takes time on a real one does so here: a restart leaves at least one request without an answer,
//! and a late reply comes when whoever asked has given up, however long that takes.

mod fault;
mod hold;
mod machine;
mod wire;

use std::collections::{BTreeMap, VecDeque};
use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;
use std::time::Duration;

use ipp::model::{Operation, StatusCode};

pub use self::fault::{Fault, Persona};
use self::hold::Hold;
pub use self::hold::{Held, Moment};
pub use self::machine::Taken;
use self::machine::{CANCELED, FakeJob, State};
use self::wire::{given_up, job_name, operation, read_request, response};
use crate::rng::Rng;

struct Shared {
    state: Mutex<State>,
    in_flight: AtomicUsize,
    over: AtomicBool,
}

/// A running printer; it outlives any client, and stops when dropped.
pub struct Fake {
    address: SocketAddr,
    shared: Arc<Shared>,
}

impl Fake {
    pub fn start(seed: u64, persona: Persona) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let state = State {
            rng: Rng::new(seed),
            persona,
            chance: 0,
            jobs: BTreeMap::new(),
            next_id: 1,
            boots: 1,
            clock: 100,
            served: 0,
            looks: 0,
            late_by: None,
            runs_dry: false,
            down: 0,
            empty: 0,
            came_out: BTreeMap::new(),
            documents: BTreeMap::new(),
            fired: Vec::new(),
            planned: VecDeque::new(),
            complaint: None,
            pace: 1,
            taken: Vec::new(),
            hold: None,
        };
        let shared = Arc::new(Shared {
            state: Mutex::new(state),
            in_flight: AtomicUsize::new(0),
            over: AtomicBool::new(false),
        });
        let theirs = Arc::clone(&shared);
        thread::spawn(move || {
            for stream in listener.incoming() {
                if theirs.over.load(Ordering::SeqCst) {
                    break;
                }
                let Ok(stream) = stream else { continue };
                theirs.in_flight.fetch_add(1, Ordering::SeqCst);
                let shared = Arc::clone(&theirs);
                thread::spawn(move || {
                    shared.serve(stream);
                    shared.in_flight.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        Self { address, shared }
    }

    pub fn uri(&self) -> String {
        format!("ipp://{}/ipp/print", self.address)
    }

    /// Requests of a hundred that meet a fault from now on.
    pub fn faults(&self, chance: u64) {
        self.shared.lock().chance = chance;
    }

    /// Makes the next requests meet these faults, each as soon as it can happen.
    pub fn plan(&self, faults: &[Fault]) {
        self.shared.lock().planned.extend(faults);
    }

    /// Stands still with this complaint until it is taken back.
    pub fn complain(&self, of: Option<&'static str>) {
        self.shared.lock().complaint = of;
    }

    /// Makes each request move the mechanics on by so many steps.
    pub fn pace(&self, steps: u32) {
        self.shared.lock().pace = steps;
    }

    /// Lets a late request come after so many others.
    pub fn late_by(&self, requests: u64) {
        self.shared.lock().late_by = Some(requests);
    }

    /// How often it was asked how it is.
    pub fn looks(&self) -> u64 {
        self.shared.lock().looks
    }

    /// The documents taken so far.
    pub fn taken(&self) -> Vec<Taken> {
        self.shared.lock().taken.clone()
    }

    /// Holds the request of this operation that comes after so many others.
    pub fn hold(&self, operation: Operation, after: u32, moment: Moment) -> Held {
        let (reach, reached) = channel();
        let (release, released) = channel();
        self.shared.lock().hold = Some(Hold {
            operation,
            after,
            moment,
            reached: reach,
            released,
        });
        Held {
            reached,
            _release: release,
        }
    }

    /// The faults met since this was last asked.
    pub fn fired(&self) -> Vec<Fault> {
        std::mem::take(&mut self.shared.lock().fired)
    }

    /// Lets everything come to its end: late requests arrive, and all that waits is printed.
    pub fn run_dry(&self) {
        // Connections are accepted in order, so that none is overlooked once this one is.
        let mut last = TcpStream::connect(self.address).unwrap();
        last.shutdown(Shutdown::Write).unwrap();
        last.read_to_end(&mut Vec::new()).unwrap();
        self.shared.lock().runs_dry = true;
        while self.shared.in_flight.load(Ordering::SeqCst) > 0 {
            thread::sleep(Duration::from_millis(1));
        }
        let mut state = self.shared.lock();
        state.runs_dry = false;
        let chance = std::mem::replace(&mut state.chance, 0);
        let waits = |job: &FakeJob| job.documents > 0 && job.state < CANCELED;
        while state.jobs.values().any(waits) {
            state.tick();
        }
        state.chance = chance;
    }

    /// Cards that came out under this job name.
    pub fn came_out(&self, name: &str) -> u32 {
        self.shared.lock().came_out.get(name).copied().unwrap_or(0)
    }

    /// Documents taken under this job name.
    pub fn documents(&self, name: &str) -> u32 {
        self.shared.lock().documents.get(name).copied().unwrap_or(0)
    }
}

impl Drop for Fake {
    fn drop(&mut self) {
        self.shared.over.store(true, Ordering::SeqCst);
        // Wakes the listener; it may be gone already.
        drop(TcpStream::connect(self.address));
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// Waits until so many requests were served, or nothing else comes any more.
    fn wait_for_others(&self, served: u64) {
        let over = || self.over.load(Ordering::SeqCst);
        let comes = |state: MutexGuard<'_, State>| state.served >= served || state.runs_dry;
        while !comes(self.lock()) && !over() {
            thread::sleep(Duration::from_millis(1));
        }
    }

    fn serve(&self, mut stream: TcpStream) {
        let Some(request) = read_request(&mut stream) else {
            return;
        };
        let (request, document) = request;
        let hold = self.lock().due(&request);
        Hold::at(hold.as_ref(), Moment::BeforeTaken);
        let mut state = self.lock();
        if state.down > 0 {
            state.down -= 1;
            return;
        }
        state.served += 1;
        if operation(&request) == Some(Operation::GetPrinterAttributes) {
            state.looks += 1;
        }
        for _ in 0..state.pace {
            state.tick();
        }
        let fault = state.draw(&request);
        state.fired.extend(fault);
        let mut late = false;
        let answer = match fault {
            Some(Fault::LostBefore) => return,
            Some(Fault::Restart | Fault::PowerLoss) => return state.restart(),
            Some(Fault::LostAfter) => {
                state.answer(&request, &document);
                return;
            }
            Some(Fault::Late) => {
                let boots = state.boots;
                let until = state.late_until();
                drop(state);
                given_up(&mut stream);
                self.wait_for_others(until);
                // No connection outlives a restart.
                let mut state = self.lock();
                if state.boots == boots {
                    state.answer(&request, &document);
                }
                return;
            }
            Some(Fault::Busy) => response(StatusCode::ServerErrorBusy),
            Some(Fault::Stall) => {
                late = true;
                state.answer(&request, &document)
            }
            Some(Fault::Vanish) => {
                state.vanish();
                state.answer(&request, &document)
            }
            Some(Fault::WrongUuid) => {
                state.impersonate();
                state.answer(&request, &document)
            }
            Some(Fault::DuplicateName) => {
                state.create(job_name(&request));
                state.answer(&request, &document)
            }
            Some(Fault::MediaOut) => {
                state.empty = 3;
                state.answer(&request, &document)
            }
            _ => state.answer(&request, &document),
        };
        drop(state);
        if late {
            given_up(&mut stream);
        }
        Hold::at(hold.as_ref(), Moment::BeforeReply);
        let body = answer.to_bytes();
        let head = format!(
            "HTTP/1.1 200 OK\r\nContent-Type: application/ipp\r\nContent-Length: {}\r\n\
             Connection: close\r\n\r\n",
            body.len()
        );
        // Whoever asked may have given up.
        drop(
            stream
                .write_all(head.as_bytes())
                .and_then(|()| stream.write_all(&body)),
        );
        Hold::at(hold.as_ref(), Moment::AfterReply);
    }
}
