//! IPP over HTTP as this printer reads and writes it.

use std::io::{Cursor, Read};
use std::net::TcpStream;

use ipp::attribute::IppAttribute;
use ipp::model::{DelimiterTag, IppVersion, Operation, StatusCode};
use ipp::parser::IppParser;
use ipp::reader::IppReader;
use ipp::request::IppRequestResponse;
use ipp::value::IppValue;

pub(super) fn operation(request: &IppRequestResponse) -> Option<Operation> {
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

/// The job that a request is about; 0 when about none.
pub(super) fn job_id(request: &IppRequestResponse) -> i32 {
    let asked = request
        .attributes()
        .first_of(DelimiterTag::OperationAttributes);
    match asked.unwrap().get("job-id").map(IppAttribute::value) {
        Some(IppValue::Integer(id)) => *id,
        _ => 0,
    }
}

pub(super) fn job_name(request: &IppRequestResponse) -> String {
    let asked = request
        .attributes()
        .first_of(DelimiterTag::OperationAttributes);
    asked.unwrap().get("job-name").unwrap().value().to_string()
}

/// The `sides` that a job is created with.
pub(super) fn sides(request: &IppRequestResponse) -> String {
    let job = request.attributes().first_of(DelimiterTag::JobAttributes);
    let sides = job.and_then(|job| job.get("sides"));
    sides.map_or_else(String::new, |sides| sides.value().to_string())
}

/// The pages of a document; none of one that is no PDF.
pub(super) fn pages(document: &[u8]) -> usize {
    lopdf::Document::load_mem(document).map_or(0, |document| document.get_pages().len())
}

pub(super) fn response(status: StatusCode) -> IppRequestResponse {
    IppRequestResponse::new_response(IppVersion::v2_0(), status, 1).unwrap()
}

/// Waits until whoever asked has closed the connection.
pub(super) fn given_up(stream: &mut TcpStream) {
    // A reset is an end as well.
    stream.read_to_end(&mut Vec::new()).ok();
}

/// One HTTP POST with an IPP message, whole or in chunks.
pub(super) fn read_request(stream: &mut TcpStream) -> Option<(IppRequestResponse, Vec<u8>)> {
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
