//! A printer, or a CUPS queue, over IPP (RFC 8011).
//!
//! Only plain `ipp://` and `http://`: the printer stands beside the station, or CUPS on the
//! station itself speaks TLS to it.

use std::io::{self, Cursor};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use ipp::attribute::{IppAttribute, IppAttributeGroup};
use ipp::error::IppError;
use ipp::model::{DelimiterTag, IppVersion, Operation, StatusCode};
use ipp::parser::IppParseError;
use ipp::payload::IppPayload;
use ipp::prelude::{IppClient, Uri};
use ipp::request::IppRequestResponse;
use ipp::value::IppValue;

use super::{
    Device, DeviceState, Failure, Job, JobRef, JobState, NewJob, NotTaken, Printer, Reason, Sides,
    Withdrawal,
};

/// Whose jobs they are. CUPS lets the owner cancel.
const USER: &str = "kia-station";

/// What is asked of a job.
const JOB_ATTRIBUTES: [&str; 11] = [
    "job-id",
    "job-uuid",
    "job-uri",
    "job-name",
    "job-state",
    "job-state-reasons",
    "job-state-message",
    "number-of-documents",
    "time-at-processing",
    "job-impressions-completed",
    "job-media-sheets-completed",
];

/// What is asked of a device.
const DEVICE_ATTRIBUTES: [&str; 6] = [
    "printer-state",
    "printer-state-reasons",
    "printer-state-message",
    "printer-is-accepting-jobs",
    "queued-job-count",
    "sides-supported",
];

/// An address that no printer can be reached at.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// It does not read.
    #[error("`{0}` is not a printer's address such as `ipp://localhost:631/printers/kartu`")]
    Form(String),
    /// It asks for TLS.
    #[error(
        "`{0}` asks for TLS: let CUPS speak to it and name the CUPS queue, `ipp://localhost:631/printers/…`"
    )]
    Tls(String),
}

/// A printer over IPP. Connects anew for every call.
#[derive(Debug, Clone)]
pub struct IppPrinter {
    uri: Uri,
    timeout: Duration,
    forgets_jobs: bool,
    /// The `sides` that it takes, as last told.
    sides: Arc<Mutex<Option<Vec<String>>>>,
    two_sided: bool,
}

impl IppPrinter {
    /// With the word of the office that it prints two sides, whatever it says itself.
    pub fn two_sided(self, two_sided: bool) -> Self {
        Self { two_sided, ..self }
    }

    /// The printer at this address; no call takes longer than `timeout`. See
    /// [`Printer::forgets_jobs`] for `forgets_jobs`: `false` is the safe answer.
    ///
    /// # Errors
    /// When the address does not read, or asks for TLS.
    pub fn new(address: &str, timeout: Duration, forgets_jobs: bool) -> Result<Self, AddressError> {
        let uri: Uri = address
            .parse()
            .map_err(|_| AddressError::Form(address.to_owned()))?;
        match (uri.scheme_str(), uri.host()) {
            (Some("ipps" | "https"), _) => Err(AddressError::Tls(address.to_owned())),
            (Some("ipp" | "http"), Some(_)) => Ok(Self {
                uri,
                timeout,
                forgets_jobs,
                sides: Arc::default(),
                two_sided: false,
            }),
            _ => Err(AddressError::Form(address.to_owned())),
        }
    }

    /// A request of this kind to this printer, on its job if one is named.
    fn request(
        &self,
        operation: Operation,
        job: Option<i32>,
    ) -> Result<IppRequestResponse, Failure> {
        let uri = Some(self.uri.clone());
        let mut request =
            IppRequestResponse::new(IppVersion::v2_0(), operation, uri).map_err(unfit)?;
        if let Some(id) = job {
            add(&mut request, "job-id", Ok(IppValue::Integer(id)))?;
        }
        add(&mut request, "requesting-user-name", name(USER))?;
        Ok(request)
    }

    /// A request that asks for these attributes of what it is about.
    fn question(
        &self,
        operation: Operation,
        job: Option<i32>,
        attributes: &[&str],
    ) -> Result<IppRequestResponse, Failure> {
        let mut request = self.request(operation, job)?;
        add(&mut request, "requested-attributes", keywords(attributes))?;
        Ok(request)
    }

    /// Sends it, and takes only a successful answer.
    fn ask(&self, request: IppRequestResponse) -> Result<IppRequestResponse, Failure> {
        let client = IppClient::builder(self.uri.clone())
            .request_timeout(self.timeout)
            .build();
        let answer = client.send(request).map_err(|error| failed(&error))?;
        match answer.header().status_code() {
            status if status.is_success() => Ok(answer),
            status => Err(refusal(
                status,
                answer.header().operation_or_status,
                &answer,
            )),
        }
    }

    /// Refuses what the printer says it cannot do: some take the job nevertheless and print one side.
    fn must_take(&self, sides: Sides) -> Result<(), Failure> {
        let told = self.sides.lock().unwrap_or_else(PoisonError::into_inner);
        let takes = |told: &Vec<String>| match told.is_empty() {
            true => sides.pages() == 1,
            false => told.iter().any(|told| told == sides.keyword()),
        };
        if self.two_sided || told.as_ref().is_none_or(takes) {
            return Ok(());
        }
        let keyword = sides.keyword();
        let why = format!(
            "printer tidak bisa `{keyword}`; ubah `duplex` (it cannot print `{keyword}`: change `duplex`)"
        );
        Err(NotTaken::Refused(why).into())
    }

    fn ask_job(&self, id: i32, name: &str) -> Result<Job, Failure> {
        let request = self.question(Operation::GetJobAttributes, Some(id), &JOB_ATTRIBUTES)?;
        let answer = self.ask(request)?;
        let group = answer.attributes().first_of(DelimiterTag::JobAttributes);
        let job = group.and_then(read_job).ok_or_else(senseless)?;
        if job.at.id != id || job.at.name != name {
            let name = job.at.name;
            return Err(NotTaken::OtherJob { id, name }.into());
        }
        Ok(job)
    }
}

impl Printer for IppPrinter {
    fn device(&self) -> Result<Device, Failure> {
        let request = self.question(Operation::GetPrinterAttributes, None, &DEVICE_ATTRIBUTES)?;
        let answer = match self.ask(request) {
            Ok(answer) => answer,
            Err(Failure::NotTaken(NotTaken::Unreachable(why)) | Failure::Unknown(why)) => {
                return Ok(Device::unreachable(why));
            }
            Err(other) => return Err(other),
        };
        let group = answer
            .attributes()
            .first_of(DelimiterTag::PrinterAttributes);
        let device = group.and_then(read_device).ok_or_else(senseless)?;
        let sides = group.map(|group| texts(group, "sides-supported"));
        *self.sides.lock().unwrap_or_else(PoisonError::into_inner) = sides;
        Ok(device)
    }

    fn create(&self, job: &NewJob) -> Result<JobRef, Failure> {
        self.must_take(job.sides)?;
        let mut request = self.request(Operation::CreateJob, None)?;
        add(&mut request, "job-name", self::name(&job.name))?;
        // A card on other media or on one side less is a spoiled card: rather none at all.
        add(
            &mut request,
            "ipp-attribute-fidelity",
            Ok(IppValue::Boolean(true)),
        )?;
        let wishes = [
            Some(("copies", Ok(IppValue::Integer(1)))),
            Some(("sides", keyword(job.sides.keyword()))),
            job.media.as_deref().map(|media| ("media", keyword(media))),
        ];
        for (name, value) in wishes.into_iter().flatten() {
            let attribute = IppAttribute::with_name(name, value.map_err(unfit)?).map_err(unfit)?;
            let attributes = request.attributes_mut();
            attributes.add(DelimiterTag::JobAttributes, attribute);
        }
        let answer = self.ask(request).map_err(|failure| match failure {
            Failure::NotTaken(NotTaken::Refused(why)) if why.contains(NO_SUCH_OPERATION) => {
                let no_hold = "tanpa Create-Job kartu ganda tidak dapat dicegah \
                               (it has no Create-Job, so a card could be printed twice)";
                NotTaken::Refused(format!("{why}: {no_hold}")).into()
            }
            other => other,
        })?;
        let group = answer.attributes().first_of(DelimiterTag::JobAttributes);
        let id = group
            .and_then(|group| integer(group, "job-id"))
            .ok_or_else(senseless)?;
        if let status @ (StatusCode::SuccessfulOkIgnoredOrSubstitutedAttributes
        | StatusCode::SuccessfulOkConflictingAttributes) = answer.header().status_code()
        {
            // It would print the card otherwise than it was asked to.
            self.ask(self.request(Operation::CancelJob, Some(id))?).ok();
            return Err(NotTaken::Refused(status.to_string()).into());
        }
        // Few printers tell the uuid at once. Whatever goes wrong now, an empty job exists.
        let made = self.ask_job(id, &job.name);
        made.map(|job| job.at)
            .map_err(|failure| Failure::Unknown(failure.to_string()))
    }

    fn send(&self, job: &JobRef, document: &[u8]) -> Result<(), Failure> {
        let mut request = self.request(Operation::SendDocument, Some(job.id))?;
        let format = "application/pdf".try_into().map(IppValue::MimeMediaType);
        add(&mut request, "document-format", format)?;
        add(&mut request, "last-document", Ok(IppValue::Boolean(true)))?;
        *request.payload_mut() = IppPayload::new(Cursor::new(document.to_vec()));
        let answer = self.ask(request)?;
        let group = answer.attributes().first_of(DelimiterTag::JobAttributes);
        let group = group.ok_or_else(senseless)?;
        let uuid = text(group, "job-uuid");
        if integer(group, "job-id") != Some(job.id) || (uuid.is_some() && uuid != job.uuid) {
            return Err(Failure::Unknown("another job took the document".to_owned()));
        }
        Ok(())
    }

    fn job(&self, job: &JobRef) -> Result<Job, Failure> {
        let seen = self.ask_job(job.id, &job.name)?;
        if seen.at.uuid != job.uuid {
            let (id, name) = (job.id, seen.at.name);
            return Err(NotTaken::OtherJob { id, name }.into());
        }
        Ok(seen)
    }

    fn find(&self, name: &str) -> Result<Vec<Job>, Failure> {
        let mut request = self.question(Operation::GetJobs, None, &JOB_ATTRIBUTES)?;
        add(&mut request, "which-jobs", keyword("not-completed"))?;
        let answer = self.ask(request)?;
        let groups = answer.attributes().groups_of(DelimiterTag::JobAttributes);
        let jobs = groups.filter_map(read_job);
        Ok(jobs.filter(|job| job.at.name == name).collect())
    }

    fn cancel(&self, job: &JobRef) -> Result<Withdrawal, Failure> {
        // Not another child's job.
        self.job(job)?;
        self.ask(self.request(Operation::CancelJob, Some(job.id))?)?;
        Ok(Withdrawal::Asked)
    }

    fn forgets_jobs(&self) -> bool {
        self.forgets_jobs
    }
}

const NO_SUCH_OPERATION: &str = "Operation not supported";

/// Values that do not fit into IPP were never sent.
fn unfit(error: IppParseError) -> Failure {
    NotTaken::Refused(error.to_string()).into()
}

fn senseless() -> Failure {
    Failure::Unknown("the reply lacks what it must hold".to_owned())
}

fn add(
    request: &mut IppRequestResponse,
    name: &str,
    value: Result<IppValue, IppParseError>,
) -> Result<(), Failure> {
    let attribute = IppAttribute::with_name(name, value.map_err(unfit)?).map_err(unfit)?;
    let attributes = request.attributes_mut();
    attributes.add(DelimiterTag::OperationAttributes, attribute);
    Ok(())
}

fn name(text: &str) -> Result<IppValue, IppParseError> {
    text.try_into().map(IppValue::NameWithoutLanguage)
}

fn keyword(text: &str) -> Result<IppValue, IppParseError> {
    text.try_into().map(IppValue::Keyword)
}

fn keywords(all: &[&str]) -> Result<IppValue, IppParseError> {
    let values: Result<_, _> = all.iter().map(|text| keyword(text)).collect();
    values.map(IppValue::Array)
}

/// What an unsuccessful status means for what was asked (RFC 8011 §B.1).
fn refusal(status: StatusCode, code: i16, answer: &IppRequestResponse) -> Failure {
    use StatusCode as S;
    let group = answer
        .attributes()
        .first_of(DelimiterTag::OperationAttributes);
    let told = group.and_then(|group| text(group, "status-message"));
    let why = match told {
        Some(told) => format!("{status} (0x{code:04x}): {told}"),
        None => format!("{status} (0x{code:04x})"),
    };
    match status {
        S::ServerErrorBusy | S::ServerErrorNotAcceptingJobs | S::ServerErrorServiceUnavailable => {
            NotTaken::Busy(why).into()
        }
        S::ClientErrorNotFound | S::ClientErrorGone => NotTaken::NotFound.into(),
        // These may be said of a document that was already being printed.
        S::ClientErrorTimeout
        | S::ClientErrorDocumentFormatError
        | S::ClientErrorCompressionError
        | S::ClientErrorDocumentAccessError
        | S::ServerErrorInternalError
        | S::ServerErrorDeviceError
        | S::ServerErrorTemporaryError
        | S::ServerErrorJobCanceled
        | S::UnknownStatusCode => Failure::Unknown(why),
        _ => NotTaken::Refused(why).into(),
    }
}

/// What an error of the connection means. Only what surely came before the request counts as not
/// taken.
fn failed(error: &IppError) -> Failure {
    let why = error.to_string();
    let IppError::ClientError(error) = error else {
        return Failure::Unknown(why);
    };
    match error {
        ureq::Error::HostNotFound
        | ureq::Error::ConnectionFailed
        | ureq::Error::Timeout(ureq::Timeout::Resolve | ureq::Timeout::Connect) => {
            NotTaken::Unreachable(why).into()
        }
        ureq::Error::Io(error) if never_connected(error) => NotTaken::Unreachable(why).into(),
        ureq::Error::BadUri(_) | ureq::Error::Http(_) => NotTaken::Refused(why).into(),
        ureq::Error::StatusCode(404) => NotTaken::Refused(why).into(),
        ureq::Error::StatusCode(401 | 403 | 405 | 426) => NotTaken::Refused(why).into(),
        _ => Failure::Unknown(why),
    }
}

fn never_connected(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionRefused
            | io::ErrorKind::HostUnreachable
            | io::ErrorKind::NetworkUnreachable
            | io::ErrorKind::AddrNotAvailable
    )
}

fn read_device(group: &IppAttributeGroup) -> Option<Device> {
    let state = match integer(group, "printer-state")? {
        3 => DeviceState::Idle,
        4 => DeviceState::Processing,
        5 => DeviceState::Stopped,
        _ => return None,
    };
    let keywords = texts(group, "printer-state-reasons");
    let mut reasons: Vec<Reason> = keywords
        .iter()
        .filter_map(|text| Reason::parse(text))
        .collect();
    reasons.sort_by_key(Reason::severity);
    Some(Device {
        state,
        reasons,
        accepting: match value(group, "printer-is-accepting-jobs")? {
            IppValue::Boolean(accepting) => *accepting,
            _ => return None,
        },
        message: text(group, "printer-state-message").filter(|message| !message.is_empty()),
        queued: count(group, "queued-job-count"),
    })
}

fn read_job(group: &IppAttributeGroup) -> Option<Job> {
    let state = match integer(group, "job-state")? {
        3 => JobState::Pending,
        4 => JobState::Held,
        5 => JobState::Processing,
        6 => JobState::Stopped,
        7 => JobState::Canceled,
        8 => JobState::Aborted,
        9 => JobState::Completed,
        _ => return None,
    };
    Some(Job {
        at: JobRef {
            id: integer(group, "job-id")?,
            uuid: text(group, "job-uuid"),
            uri: text(group, "job-uri")?,
            name: text(group, "job-name")?,
        },
        state,
        reasons: texts(group, "job-state-reasons"),
        message: text(group, "job-state-message").filter(|message| !message.is_empty()),
        documents: count(group, "number-of-documents"),
        began: value(group, "time-at-processing").and_then(|value| match value {
            IppValue::Integer(at) => Some(Some(*at)),
            IppValue::NoValue => Some(None),
            _ => None,
        }),
        impressions: count(group, "job-impressions-completed"),
        sheets: count(group, "job-media-sheets-completed"),
    })
}

fn value<'a>(group: &'a IppAttributeGroup, name: &str) -> Option<&'a IppValue> {
    group.get(name).map(IppAttribute::value)
}

fn integer(group: &IppAttributeGroup, name: &str) -> Option<i32> {
    match value(group, name)? {
        IppValue::Integer(number) | IppValue::Enum(number) => Some(*number),
        _ => None,
    }
}

fn count(group: &IppAttributeGroup, name: &str) -> Option<u32> {
    integer(group, name).and_then(|number| u32::try_from(number).ok())
}

fn text(group: &IppAttributeGroup, name: &str) -> Option<String> {
    texts(group, name).into_iter().next()
}

/// The texts of an attribute that has one value or several.
fn texts(group: &IppAttributeGroup, name: &str) -> Vec<String> {
    let text = |value: &IppValue| match value {
        IppValue::Keyword(text) => Some(text.to_string()),
        IppValue::NameWithoutLanguage(text) => Some(text.to_string()),
        IppValue::NameWithLanguage { name, .. } => Some(name.to_string()),
        IppValue::TextWithoutLanguage(text) => Some(text.to_string()),
        IppValue::TextWithLanguage { text, .. } => Some(text.to_string()),
        IppValue::Uri(text) => Some(text.to_string()),
        _ => None,
    };
    match value(group, name) {
        Some(IppValue::Array(values)) => values.iter().filter_map(text).collect(),
        Some(value) => text(value).into_iter().collect(),
        None => Vec::new(),
    }
}
