//! The mechanics: what each request does to the jobs, and what comes out.

use std::collections::{BTreeMap, VecDeque};

use ipp::attribute::{IppAttribute, IppAttributeGroup};
use ipp::model::{DelimiterTag, Operation, StatusCode};
use ipp::request::IppRequestResponse;
use ipp::value::IppValue;

use super::fault::{Fault, Persona};
use super::hold::Hold;
use super::wire::{job_id, job_name, operation, pages, response, sides};
use crate::rng::Rng;

pub(super) struct FakeJob {
    name: String,
    uuid: String,
    sides: String,
    /// `job-state` as its number.
    pub(super) state: i32,
    pub(super) documents: u32,
    began: Option<i32>,
    /// This run of it laid its card down.
    pub(super) out: bool,
}

const PENDING: i32 = 3;
const HELD: i32 = 4;
const PROCESSING: i32 = 5;
const STOPPED: i32 = 6;
pub(super) const CANCELED: i32 = 7;
const ABORTED: i32 = 8;
const COMPLETED: i32 = 9;

pub(super) struct State {
    pub(super) rng: Rng,
    pub(super) persona: Persona,
    /// Requests of a hundred that meet a fault.
    pub(super) chance: u64,
    pub(super) jobs: BTreeMap<i32, FakeJob>,
    pub(super) next_id: i32,
    pub(super) boots: u64,
    pub(super) clock: i32,
    /// Requests that it served, and those of them that asked how it is.
    pub(super) served: u64,
    pub(super) looks: u64,
    /// How many others a late request lets go first; by chance without it.
    pub(super) late_by: Option<u64>,
    /// Whatever is late must come now.
    pub(super) runs_dry: bool,
    /// Requests that will find nobody.
    pub(super) down: u32,
    /// Ticks without cards.
    pub(super) empty: u32,
    pub(super) came_out: BTreeMap<String, u32>,
    pub(super) documents: BTreeMap<String, u32>,
    pub(super) fired: Vec<Fault>,
    /// Faults that come before any by chance, each as soon as it can.
    pub(super) planned: VecDeque<Fault>,
    /// What it complains of until a person helps.
    pub(super) complaint: Option<&'static str>,
    /// Steps of the mechanics at each request.
    pub(super) pace: u32,
    /// What each job asked for, in the order of their documents.
    pub(super) taken: Vec<Taken>,
    pub(super) hold: Option<Hold>,
}

/// A document that the printer took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    pub name: String,
    /// The `sides` of its job.
    pub sides: String,
    pub pages: usize,
}

impl State {
    pub(super) fn draw(&mut self, request: &IppRequestResponse) -> Option<Fault> {
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

    /// Until so many requests were served, a late one that came now is not taken.
    pub(super) fn late_until(&mut self) -> u64 {
        let others = self.late_by.unwrap_or_else(|| self.rng.next() % 5);
        self.served + others
    }

    /// The hold that this request meets, with the name of the job that it is about, if any.
    pub(super) fn due(&mut self, request: &IppRequestResponse) -> Option<(Hold, String)> {
        let hold = self.hold.as_mut()?;
        if operation(request) != Some(hold.operation) {
            return None;
        }
        if let Some(left) = hold.after.checked_sub(1) {
            hold.after = left;
            return None;
        }
        let job = self.jobs.get(&job_id(request)).map(|job| job.name.clone());
        let job =
            job.or_else(|| (hold.operation == Operation::CreateJob).then(|| job_name(request)));
        Some((self.hold.take()?, job.unwrap_or_default()))
    }

    /// One step of the mechanics.
    pub(super) fn tick(&mut self) {
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

    pub(super) fn restart(&mut self) {
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
    pub(super) fn vanish(&mut self) {
        let live = self.jobs.iter().rfind(|(_, job)| job.state < CANCELED);
        let id = *live.unwrap().0;
        let mut job = self.jobs.remove(&id).unwrap();
        let out = job.documents > 0 && self.rng.percent(50);
        lay_down(&mut self.came_out, &mut job, out);
    }

    /// Another job of the same name and number stands in the newest job's place.
    pub(super) fn impersonate(&mut self) {
        self.clock += 1;
        let uuid = self.uuid(0);
        let mut live = self.jobs.values_mut().rev();
        live.find(|job| job.state < CANCELED).unwrap().uuid = uuid;
    }

    fn uuid(&self, id: i32) -> String {
        let (boots, clock) = (self.boots, self.clock);
        format!("urn:uuid:00000000-0000-4000-{boots:04x}-{clock:06x}{id:06x}")
    }

    pub(super) fn create(&mut self, name: String) -> i32 {
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

    pub(super) fn answer(
        &mut self,
        request: &IppRequestResponse,
        document: &[u8],
    ) -> IppRequestResponse {
        let id = job_id(request);
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
            (
                "sides-supported",
                IppValue::Array(
                    ["one-sided", "two-sided-long-edge"]
                        .map(|sides| IppValue::Keyword(sides.try_into().unwrap()))
                        .to_vec(),
                ),
            ),
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
