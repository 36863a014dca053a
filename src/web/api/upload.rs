//! What a sender sends: a record as JSON, or a form with a record and a photo.

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::{HeaderMap, StatusCode, header};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures_util::StreamExt;
use serde::de::Error;
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use utoipa::ToSchema;

use super::ApiError;
use crate::intake::{Limits, NoRecord, Posted};

/// A record is small; what is larger is none.
const RECORD_BYTES: u64 = 1 << 20;

/// One record as `kia-record/1`. Only what the API itself asks for stands here; every field of
/// the contract may, and is judged when the station takes the record.
#[derive(Deserialize, ToSchema)]
pub struct Record {
    /// The sender's name of the request; no spaces at its ends.
    #[schema(pattern = "^[!-~]([ -~]{0,98}[!-~])?$", example = "SIAK-2026-000123")]
    id: String,
    /// The revision of the request.
    #[serde(deserialize_with = "revision")]
    #[schema(value_type = i64, minimum = 1, maximum = 4_294_967_295_i64, example = 1)]
    revisi: u32,
}

/// A whole number, as JSON Schema sees one: `2.0` is one too.
fn revision<'de, D: Deserializer<'de>>(from: D) -> Result<u32, D::Error> {
    let number = f64::deserialize(from)?;
    let whole = number.fract() == 0.0 && (1.0..=f64::from(u32::MAX)).contains(&number);
    match whole {
        // Exact, as every u32 is an f64.
        true => Ok(number as u32),
        false => Err(D::Error::custom("not a whole number from 1 on")),
    }
}

/// One record with its photo in a field of its own.
#[derive(Deserialize, ToSchema)]
pub struct RecordWithPhoto {
    #[serde(flatten)]
    record: Record,
    /// The photo, a JPEG or PNG, in base 64 with padding.
    #[serde(default)]
    #[schema(
        nullable = false,
        pattern = "^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/][AQgw]==|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=)?$"
    )]
    foto_base64: Option<String>,
}

/// A record with its photo as a file.
#[derive(Default, ToSchema)]
pub struct RecordAndPhoto {
    /// The record, as JSON.
    #[schema(value_type = Record)]
    record: Option<Bytes>,
    /// A JPEG or PNG.
    #[schema(value_type = String, format = Binary, required = false)]
    photo: Option<Bytes>,
}

/// What was sent, read.
pub struct Upload {
    pub id: String,
    pub revisi: u32,
    pub posted: Posted,
}

/// Reads a request of either kind.
///
/// # Errors
/// 400, 413, 415, 422.
pub async fn read(limits: &Limits, request: Request) -> Result<Upload, ApiError> {
    let kind = kind(request.headers());
    let photo = limits.photo_bytes;
    match kind.as_str() {
        "application/json" => {
            // Base 64 makes four characters of three bytes.
            let body = whole(request.into_body(), RECORD_BYTES + photo / 3 * 4 + 4).await?;
            upload(limits, &body, None)
        }
        "multipart/form-data" => {
            let (parts, body) = request.into_parts();
            let body = whole(body, 2 * RECORD_BYTES + photo).await?;
            let form = Request::from_parts(parts, Body::from(body));
            let sent = form_of(form).await?;
            let record = sent.record.ok_or_else(|| {
                ApiError::record("Bagian `record` tidak ada.", "the part `record` is missing")
            })?;
            upload(limits, &record, sent.photo)
        }
        _ => Err(ApiError::of(StatusCode::UNSUPPORTED_MEDIA_TYPE)),
    }
}

/// The content type without its parameters.
fn kind(headers: &HeaderMap) -> String {
    let value = headers.get(header::CONTENT_TYPE);
    let text = value.and_then(|value| value.to_str().ok());
    let essence = text.and_then(|text| text.split(';').next());
    essence.unwrap_or_default().trim().to_ascii_lowercase()
}

/// The whole body, of at most so many bytes.
async fn whole(body: Body, most: u64) -> Result<Vec<u8>, ApiError> {
    let mut pieces = body.into_data_stream();
    let mut whole = Vec::new();
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(|_| ApiError::of(StatusCode::BAD_REQUEST))?;
        if (whole.len() + piece.len()) as u64 > most {
            return Err(ApiError::of(StatusCode::PAYLOAD_TOO_LARGE));
        }
        whole.extend_from_slice(&piece);
    }
    Ok(whole)
}

async fn form_of(request: Request) -> Result<RecordAndPhoto, ApiError> {
    let broken = || ApiError::of(StatusCode::BAD_REQUEST);
    let mut form = Multipart::from_request(request, &())
        .await
        .map_err(|_| broken())?;
    let mut sent = RecordAndPhoto::default();
    while let Some(field) = form.next_field().await.map_err(|_| broken())? {
        let place = match field.name() {
            Some("record") => &mut sent.record,
            Some("photo") => &mut sent.photo,
            _ => {
                return Err(ApiError::record(
                    "Hanya bagian `record` dan `photo` yang diterima.",
                    "only the parts `record` and `photo` are taken",
                ));
            }
        };
        if place.is_some() {
            return Err(ApiError::record(
                "Satu bagian dikirim dua kali.",
                "a part was sent twice",
            ));
        }
        *place = Some(field.bytes().await.map_err(|_| broken())?);
    }
    Ok(sent)
}

fn upload(limits: &Limits, record: &[u8], photo: Option<Bytes>) -> Result<Upload, ApiError> {
    let mut posted = Posted::read(record, limits.json_depth).map_err(|fault| match fault {
        NoRecord::Json(place) => ApiError::new(
            StatusCode::BAD_REQUEST,
            "malformed",
            format!("Ini bukan JSON yang utuh ({place})."),
            format!("this is no whole JSON ({place})"),
        ),
        NoRecord::Form(why) => ApiError::record(
            format!("Ini bukan satu data kia-record/1 ({why})."),
            format!("this is not one record of kia-record/1 ({why})"),
        ),
    })?;
    let Ok(RecordWithPhoto {
        record: Record { id, revisi },
        foto_base64,
    }) = RecordWithPhoto::deserialize(&Value::Object(posted.fields().clone()))
    else {
        return Err(needed());
    };
    let fits = |id: &str| {
        id.len() <= 100 && id.bytes().all(|c| (b' '..=b'~').contains(&c)) && id.trim() == id
    };
    // A null is no text, though serde reads it as an absent one.
    let is_null = posted.fields().get("foto_base64") == Some(&Value::Null);
    if id.is_empty() || !fits(&id) || is_null {
        return Err(needed());
    }
    let encoded = foto_base64.map(|text| STANDARD.decode(text)).transpose();
    let encoded = encoded.map_err(|_| {
        ApiError::record(
            "`foto_base64` bukan base 64.",
            "`foto_base64` is no base 64",
        )
    })?;
    posted.take("foto_base64");
    // One spelling of one number, as intake and the comparison of contents want it.
    posted.set("revisi", revisi.into());
    let photo = match (photo, encoded) {
        (Some(_), Some(_)) => {
            return Err(ApiError::record(
                "Foto dikirim dua kali.",
                "the photo was sent twice",
            ));
        }
        (Some(file), None) => Some(file.to_vec()),
        (None, encoded) => encoded,
    };
    if let Some(photo) = photo {
        if photo.len() as u64 > limits.photo_bytes {
            return Err(ApiError::of(StatusCode::PAYLOAD_TOO_LARGE));
        }
        posted.attach(photo);
    }
    Ok(Upload { id, revisi, posted })
}

fn needed() -> ApiError {
    ApiError::record(
        "`id` (teks 1-100 huruf ASCII) dan `revisi` (bilangan bulat mulai dari 1) wajib ada; `foto_base64`, bila ada, adalah teks.",
        "`id` (text of 1 to 100 ASCII characters) and `revisi` (a whole number from 1 on) are required; `foto_base64`, where it stands, is text",
    )
}
