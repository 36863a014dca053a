//! A printer of our own, for what real ones cannot be made to show. It speaks IPP over loopback
//! and counts the cards that physically came out of it, whatever it reports.
//!
//! Every request moves its mechanics on by one tick, so that a schedule needs no waiting. What
//! takes time on a real one does so here: a restart leaves at least one request without an answer.

use std::collections::{BTreeMap, VecDeque};
use std::io::{Cursor, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;
use std::time::Duration;

use ipp::attribute::{IppAttribute, IppAttributeGroup};
use ipp::model::{DelimiterTag, IppVersion, Operation, StatusCode};
use ipp::parser::IppParser;
use ipp::reader::IppReader;
use ipp::request::IppRequestResponse;
use ipp::value::IppValue;

use crate::rng::Rng;

/// What may go wrong, at the printer or at the station.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    LostBefore,
    LostAfter,
    Late,
    Stall,
    Busy,
    Restart,
    PowerLoss,
    Vanish,
    Abort,
    DuplicateName,
    WrongUuid,
    MediaOut,
    StationBetweenSteps,
    StationBeforeCommit,
    StationAfterCommit,
    KilledBeforeTaken,
    KilledBeforeReply,
    KilledAfterReply,
    KilledAnywhere,
}

impl Fault {
    const ANY_TIME: [Self; 9] = [
        Self::LostBefore,
        Self::LostAfter,
        Self::Late,
        Self::Stall,
        Self::Busy,
        Self::Restart,
        Self::Vanish,
        Self::WrongUuid,
        Self::MediaOut,
    ];

    pub fn words(self) -> &'static str {
        match self {
            Self::LostBefore => "request lost before it was taken",
            Self::LostAfter => "reply lost after it was taken",
            Self::Late => "taken only after the time limit",
            Self::Stall => "reply stalled beyond the time limit",
            Self::Busy => "server-error-busy",
            Self::Restart => "printer restarts",
            Self::PowerLoss => "printer loses power while printing",
            Self::Vanish => "job vanishes",
            Self::Abort => "job aborted half way",
            Self::DuplicateName => "two jobs of one name",
            Self::WrongUuid => "job answers with another uuid",
            Self::MediaOut => "out of cards for a while",
            Self::StationBetweenSteps => "station dies between steps",
            Self::StationBeforeCommit => "station dies before a commit",
            Self::StationAfterCommit => "station dies after a commit",
            Self::KilledBeforeTaken => "SIGKILL before the printer takes a request",
            Self::KilledBeforeReply => "SIGKILL before the printer replies",
            Self::KilledAfterReply => "SIGKILL after the printer replied",
            Self::KilledAnywhere => "SIGKILL at any moment of drops, photos and PDFs",
        }
    }
}

/// How this printer differs from others, all allowed by RFC 8011.
#[derive(Debug, Clone, Copy)]
pub struct Persona {
    /// Has Create-Job.
    pub two_phase: bool,
    /// Keeps its jobs over a restart and prints an interrupted one again, as CUPS does; else it
    /// counts ids from 1 again, as ippeveprinter does.
    pub remembers: bool,
    pub tells_uuid: bool,
    pub tells_began: bool,
    pub tells_documents: bool,
    pub tells_impressions: bool,
}

struct FakeJob {
    name: String,
    uuid: String,
    sides: String,
    /// `job-state` as its number.
    state: i32,
    documents: u32,
    began: Option<i32>,
    /// This run of it laid its card down.
    out: bool,
}

const PENDING: i32 = 3;
const HELD: i32 = 4;
const PROCESSING: i32 = 5;
const STOPPED: i32 = 6;
const CANCELED: i32 = 7;
const ABORTED: i32 = 8;
const COMPLETED: i32 = 9;

struct State {
    rng: Rng,
    persona: Persona,
    /// Requests of a hundred that meet a fault.
    chance: u64,
    jobs: BTreeMap<i32, FakeJob>,
    next_id: i32,
    boots: u64,
    clock: i32,
    /// Requests that will find nobody.
    down: u32,
    /// Ticks without cards.
    empty: u32,
    came_out: BTreeMap<String, u32>,
    documents: BTreeMap<String, u32>,
    fired: Vec<Fault>,
    /// Faults that come before any by chance, each as soon as it can.
    planned: VecDeque<Fault>,
    /// What it complains of until a person helps.
    complaint: Option<&'static str>,
    /// Steps of the mechanics at each request.
    pace: u32,
    /// What each job asked for, in the order of their documents.
    taken: Vec<Taken>,
    hold: Option<Hold>,
}

/// A document that the printer took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    pub name: String,
    /// The `sides` of its job.
    pub sides: String,
    pub pages: usize,
}

/// When a request is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    BeforeTaken,
    BeforeReply,
    AfterReply,
}

struct Hold {
    operation: Operation,
    /// Requests of this operation until then.
    after: u32,
    moment: Moment,
    reached: Sender<()>,
    released: Receiver<()>,
}

/// A request that will be held, until this is dropped.
pub struct Held {
    reached: Receiver<()>,
    _release: Sender<()>,
}

impl Held {
    /// Waits for the request. `false` when it does not come, or a fault took it first.
    pub fn wait(&self, limit: Duration) -> bool {
        self.reached.recv_timeout(limit).is_ok()
    }
}

impl Hold {
    fn at(hold: Option<&Self>, moment: Moment) {
        let Some(hold) = hold.filter(|hold| hold.moment == moment) else {
            return;
        };
        // The other side may have given up; this returns when it lets go.
        hold.reached.send(()).ok();
        hold.released.recv().ok();
    }
}

struct Shared {
    state: Mutex<State>,
    in_flight: AtomicUsize,
    over: AtomicBool,
    stall: Duration,
}

/// A running printer; it outlives any client, and stops when dropped.
pub struct Fake {
    address: SocketAddr,
    shared: Arc<Shared>,
}

impl Fake {
    /// Starts one whose late replies take `stall`.
    pub fn start(seed: u64, persona: Persona, stall: Duration) -> Self {
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
            stall,
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
        while self.shared.in_flight.load(Ordering::SeqCst) > 0 {
            thread::sleep(Duration::from_millis(1));
        }
        let mut state = self.shared.lock();
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
                drop(state);
                thread::sleep(self.stall);
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
            thread::sleep(self.stall);
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

impl State {
    fn draw(&mut self, request: &IppRequestResponse) -> Option<Fault> {
        let live = self.jobs.values().any(|job| job.state < CANCELED);
        let printing = self.jobs.values().any(|job| job.state == PROCESSING);
        let creates = operation(request) == Some(Operation::CreateJob);
        let can_happen = |fault: &Fault| match fault {
            Fault::Abort => false,
            Fault::PowerLoss => printing,
            Fault::Vanish => live,
            Fault::WrongUuid => live && self.persona.tells_uuid,
            Fault::DuplicateName => creates,
            _ => true,
        };
        if let Some(planned) = self.planned.front() {
            return can_happen(planned)
                .then(|| self.planned.pop_front())
                .flatten();
        }
        if !self.rng.percent(self.chance) {
            return None;
        }
        if creates && self.rng.percent(20) {
            return Some(Fault::DuplicateName);
        }
        match self.rng.pick(&Fault::ANY_TIME) {
            Fault::Restart if printing => Some(Fault::PowerLoss),
            fault => Some(fault).filter(can_happen),
        }
    }

    /// The hold that this request meets.
    fn due(&mut self, request: &IppRequestResponse) -> Option<Hold> {
        let hold = self.hold.as_mut()?;
        if operation(request) != Some(hold.operation) {
            return None;
        }
        match hold.after.checked_sub(1) {
            Some(left) => hold.after = left,
            None => return self.hold.take(),
        }
        None
    }

    /// One step of the mechanics.
    fn tick(&mut self) {
        self.clock += 1;
        if self.empty > 0 || self.complaint.is_some() {
            self.empty = self.empty.saturating_sub(1);
            for job in self.jobs.values_mut().filter(|job| job.state == PROCESSING) {
                job.state = STOPPED;
            }
            return;
        }
        let next = self
            .jobs
            .values_mut()
            .filter(|job| job.documents > 0)
            .filter(|job| matches!(job.state, PENDING | PROCESSING | STOPPED))
            .max_by_key(|job| (job.state != PENDING, job.began));
        let Some(job) = next else { return };
        let chance = self.chance;
        let aborts = self.planned.front() == Some(&Fault::Abort);
        match job.state {
            PENDING if self.rng.percent(60) => {
                job.state = PROCESSING;
                job.began = Some(self.clock);
                job.out = false;
            }
            PENDING => {}
            _ if aborts || self.rng.percent(chance / 3) => {
                if aborts {
                    self.planned.pop_front();
                }
                self.fired.push(Fault::Abort);
                job.state = ABORTED;
                let out = self.rng.percent(50);
                lay_down(&mut self.came_out, job, out);
            }
            _ if job.out => job.state = COMPLETED,
            _ => {
                job.state = PROCESSING;
                let out = self.rng.percent(60);
                lay_down(&mut self.came_out, job, out);
            }
        }
    }

    fn restart(&mut self) {
        self.boots += 1;
        self.down = 1;
        for job in self.jobs.values_mut().filter(|job| job.state == PROCESSING) {
            let out = self.rng.percent(50);
            lay_down(&mut self.came_out, job, out);
        }
        if self.persona.remembers {
            let begun = |job: &&mut FakeJob| matches!(job.state, PROCESSING | STOPPED);
            for job in self.jobs.values_mut().filter(begun) {
                job.state = PENDING;
                job.began = None;
                job.out = false;
            }
            return;
        }
        self.jobs.clear();
        self.next_id = 1;
        if self.rng.percent(70) {
            // Somebody else was quicker.
            let id = self.create("kia:999999".to_owned());
            let other = self.jobs.get_mut(&id).unwrap();
            other.state = self.rng.pick(&[HELD, CANCELED, COMPLETED]);
            other.documents = u32::from(other.state == COMPLETED);
        }
    }

    /// The newest job that is not over is forgotten; its card may come out nevertheless.
    fn vanish(&mut self) {
        let live = self.jobs.iter().rfind(|(_, job)| job.state < CANCELED);
        let id = *live.unwrap().0;
        let mut job = self.jobs.remove(&id).unwrap();
        let out = job.documents > 0 && self.rng.percent(50);
        lay_down(&mut self.came_out, &mut job, out);
    }

    /// Another job of the same name and number stands in the newest job's place.
    fn impersonate(&mut self) {
        self.clock += 1;
        let uuid = self.uuid(0);
        let mut live = self.jobs.values_mut().rev();
        live.find(|job| job.state < CANCELED).unwrap().uuid = uuid;
    }

    fn uuid(&self, id: i32) -> String {
        let (boots, clock) = (self.boots, self.clock);
        format!("urn:uuid:00000000-0000-4000-{boots:04x}-{clock:06x}{id:06x}")
    }

    fn create(&mut self, name: String) -> i32 {
        let id = self.next_id;
        self.next_id += 1;
        let uuid = self.uuid(id);
        let job = FakeJob {
            name,
            uuid,
            sides: String::new(),
            state: HELD,
            documents: 0,
            began: None,
            out: false,
        };
        self.jobs.insert(id, job);
        id
    }

    fn answer(&mut self, request: &IppRequestResponse, document: &[u8]) -> IppRequestResponse {
        let asked = request
            .attributes()
            .first_of(DelimiterTag::OperationAttributes);
        let asked = asked.unwrap();
        let id = match asked.get("job-id").map(IppAttribute::value) {
            Some(IppValue::Integer(id)) => *id,
            _ => 0,
        };
        match operation(request) {
            Some(Operation::CreateJob) if self.persona.two_phase => {
                let id = self.create(job_name(request));
                if let Some(job) = self.jobs.get_mut(&id) {
                    job.sides = sides(request);
                }
                self.tell([id])
            }
            Some(Operation::SendDocument) => match self.jobs.get_mut(&id) {
                Some(job) if job.state == HELD && job.documents == 0 => {
                    job.documents = 1;
                    job.state = PENDING;
                    *self.documents.entry(job.name.clone()).or_default() += 1;
                    self.taken.push(Taken {
                        name: job.name.clone(),
                        sides: job.sides.clone(),
                        pages: pages(document),
                    });
                    self.tell([id])
                }
                Some(_) => response(StatusCode::ClientErrorNotPossible),
                None => response(StatusCode::ClientErrorNotFound),
            },
            Some(Operation::CancelJob) => match self.jobs.get_mut(&id) {
                Some(job) if job.state < CANCELED => {
                    let out = job.state == PROCESSING && self.rng.percent(50);
                    lay_down(&mut self.came_out, job, out);
                    job.state = CANCELED;
                    response(StatusCode::SuccessfulOk)
                }
                Some(_) => response(StatusCode::ClientErrorNotPossible),
                None => response(StatusCode::ClientErrorNotFound),
            },
            Some(Operation::GetJobAttributes) if self.jobs.contains_key(&id) => self.tell([id]),
            Some(Operation::GetJobAttributes) => response(StatusCode::ClientErrorNotFound),
            Some(Operation::GetJobs) => {
                let open = self.jobs.iter().filter(|(_, job)| job.state < CANCELED);
                self.tell(open.map(|(id, _)| *id).collect::<Vec<_>>())
            }
            Some(Operation::GetPrinterAttributes) => self.device(),
            _ => response(StatusCode::ServerErrorOperationNotSupported),
        }
    }

    fn tell(&self, ids: impl IntoIterator<Item = i32>) -> IppRequestResponse {
        let mut answer = response(StatusCode::SuccessfulOk);
        let jobs = ids.into_iter().map(|id| self.attributes(id));
        answer.attributes_mut().groups_mut().extend(jobs);
        answer
    }

    fn device(&self) -> IppRequestResponse {
        let printing = self.jobs.values().any(|job| job.state == PROCESSING);
        let (state, reason) = match (self.complaint, self.empty, printing) {
            (Some(complaint), _, _) => (5, complaint),
            (None, 1.., _) => (5, "media-empty-error"),
            (None, 0, true) => (4, "none"),
            (None, 0, false) => (3, "none"),
        };
        let told = [
            ("printer-state", IppValue::Enum(state)),
            (
                "printer-state-reasons",
                IppValue::Keyword(reason.try_into().unwrap()),
            ),
            ("printer-is-accepting-jobs", IppValue::Boolean(true)),
        ];
        let mut answer = response(StatusCode::SuccessfulOk);
        for (name, value) in told {
            let attribute = IppAttribute::with_name(name, value).unwrap();
            let attributes = answer.attributes_mut();
            attributes.add(DelimiterTag::PrinterAttributes, attribute);
        }
        answer
    }

    fn attributes(&self, id: i32) -> IppAttributeGroup {
        let job = &self.jobs[&id];
        let reason = match (job.state, job.documents) {
            (HELD, 0) => "job-incoming",
            (ABORTED, _) => "aborted-by-system",
            _ => "none",
        };
        let began = job.began.map_or(IppValue::NoValue, IppValue::Integer);
        let documents = i32::try_from(job.documents).unwrap();
        let uuid = IppValue::Uri(job.uuid.as_str().try_into().unwrap());
        let persona = self.persona;
        let told = [
            ("job-id", true, IppValue::Integer(id)),
            (
                "job-uri",
                true,
                IppValue::Uri(format!("ipp://localhost/jobs/{id}").try_into().unwrap()),
            ),
            (
                "job-name",
                true,
                IppValue::NameWithoutLanguage(job.name.as_str().try_into().unwrap()),
            ),
            ("job-state", true, IppValue::Enum(job.state)),
            (
                "job-state-reasons",
                true,
                IppValue::Keyword(reason.try_into().unwrap()),
            ),
            ("job-uuid", persona.tells_uuid, uuid),
            ("time-at-processing", persona.tells_began, began),
            (
                "number-of-documents",
                persona.tells_documents,
                IppValue::Integer(documents),
            ),
            // As CUPS does: 0, whatever came out.
            (
                "job-impressions-completed",
                persona.tells_impressions,
                IppValue::Integer(0),
            ),
        ];
        let mut group = IppAttributeGroup::new(DelimiterTag::JobAttributes);
        for (name, _, value) in told.into_iter().filter(|(_, told, _)| *told) {
            let attribute = IppAttribute::with_name(name, value).unwrap();
            group.attributes_mut().push(attribute);
        }
        group
    }
}

fn lay_down(came_out: &mut BTreeMap<String, u32>, job: &mut FakeJob, out: bool) {
    if out && !job.out {
        job.out = true;
        *came_out.entry(job.name.clone()).or_default() += 1;
    }
}

fn operation(request: &IppRequestResponse) -> Option<Operation> {
    let known = [
        Operation::CreateJob,
        Operation::SendDocument,
        Operation::CancelJob,
        Operation::GetJobAttributes,
        Operation::GetJobs,
        Operation::GetPrinterAttributes,
    ];
    let code = request.header().operation_or_status;
    known.into_iter().find(|known| *known as i16 == code)
}

fn job_name(request: &IppRequestResponse) -> String {
    let asked = request
        .attributes()
        .first_of(DelimiterTag::OperationAttributes);
    asked.unwrap().get("job-name").unwrap().value().to_string()
}

/// The `sides` that a job is created with.
fn sides(request: &IppRequestResponse) -> String {
    let job = request.attributes().first_of(DelimiterTag::JobAttributes);
    let sides = job.and_then(|job| job.get("sides"));
    sides.map_or_else(String::new, |sides| sides.value().to_string())
}

/// The pages of a document; none of one that is no PDF.
fn pages(document: &[u8]) -> usize {
    lopdf::Document::load_mem(document).map_or(0, |document| document.get_pages().len())
}

fn response(status: StatusCode) -> IppRequestResponse {
    IppRequestResponse::new_response(IppVersion::v2_0(), status, 1).unwrap()
}

/// One HTTP POST with an IPP message, whole or in chunks.
fn read_request(stream: &mut TcpStream) -> Option<(IppRequestResponse, Vec<u8>)> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte).ok()?;
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).ok()?.to_ascii_lowercase();
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length:"));
    let mut body = Vec::new();
    if let Some(length) = length {
        body.resize(length.trim().parse().ok()?, 0);
        stream.read_exact(&mut body).ok()?;
    } else {
        loop {
            let mut line = Vec::new();
            while !line.ends_with(b"\r\n") {
                stream.read_exact(&mut byte).ok()?;
                line.push(byte[0]);
            }
            let size = usize::from_str_radix(std::str::from_utf8(&line).ok()?.trim(), 16).ok()?;
            let mut chunk = vec![0; size + 2];
            stream.read_exact(&mut chunk).ok()?;
            if size == 0 {
                break;
            }
            body.extend_from_slice(&chunk[..size]);
        }
    }
    let mut request = IppParser::new(IppReader::new(Cursor::new(body)))
        .parse()
        .ok()?;
    let mut document = Vec::new();
    request.payload_mut().read_to_end(&mut document).ok()?;
    Some((request, document))
}
