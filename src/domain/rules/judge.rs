//! Judges one record on its own: what the ledger and the photo say comes later.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use unicode_normalization::UnicodeNormalization;

use super::{
    ADDRESS_CONTROL, AKTA_LONG, AKTA_PATTERN, APPROVAL_FUTURE, APPROVAL_INCOMPLETE, APPROVAL_OLD,
    BIRTH_DATE, BIRTH_FUTURE, BIRTH_PLACE, BLOOD_UNKNOWN, FIELD_MISSING, FIELD_TWICE, FIELD_TYPE,
    FORMAT_UNKNOWN, KK_LENGTH, MARRIED, NIK_BIRTH_MISMATCH, NIK_DAY, NIK_LENGTH, NIK_MONTH,
    NIK_REGION_MISMATCH, NIK_SERIAL, NIK_SEX_MISMATCH, NOT_APPROVED, NUMBER_CELL, PHOTO_MISSING,
    PHOTO_NOT_NEEDED, Problem, REASON_UNKNOWN, REGION_PATTERN, RELIGION_UNKNOWN, REVISION_NUMBER,
    RT_RW, Rule, SEX_UNKNOWN, Severity, Subject, TOO_OLD, UNKNOWN_FIELD, UNKNOWN_FIELDS,
    VALIDITY_DATE, VALIDITY_MISSING, VALIDITY_PAST, names, values,
};
use crate::domain::card::Kind;
use crate::domain::fields::{FIELDS, RawRecord, RawValue, canonical};
use crate::domain::nik::{Nik, NikError, mask_numbers_in};
use crate::domain::record::{Alasan, Approval, Record, School, Sex};
use crate::domain::validity;

/// The most characters of a birth certificate number.
const AKTA_LONGEST: usize = 40;

/// The most characters of the sender's identifier that a problem repeats.
const LONGEST_ID: usize = 100;

/// How far the sender's clock may be ahead of the station's. A record is often sent the moment it
/// is approved, and would otherwise go back for a clock that is a minute fast.
const CLOCKS_APART: SignedDuration = SignedDuration::from_mins(5);

/// What the rules must know beside the record.
#[derive(Debug, Clone)]
pub struct Circumstances {
    /// The day of printing in the station's time zone.
    pub today: Date,
    /// Now, for approvals dated in the future.
    pub now: Timestamp,
    /// The station's time zone, for approvals that give a local time.
    pub zone: TimeZone,
    /// The office's region, `17.02`.
    pub region: String,
    /// An approval older than this many days is warned of.
    pub approval_days: i64,
    /// What `batch.json` says: its `sekolah` and `persetujuan` hold for records that carry none.
    /// Read it with [`RawRecord::from_json`]; without a manifest it is the default.
    pub batch: RawRecord,
}

/// What the rules say of one record.
#[derive(Debug)]
pub struct Verdict {
    /// Whose problems these are.
    pub subject: Subject,
    /// The record, unless a block stopped it.
    pub record: Option<Record>,
    /// Everything that is wrong or odd, blocks and warnings, in the order of the fields.
    pub problems: Vec<Problem>,
}

/// Judges a record by every rule that needs neither the photo nor the ledger, and reports all
/// problems at once.
///
/// The photo of a child under five is left out of the record: it is neither printed nor kept.
pub fn judge(raw: &RawRecord, known: &Circumstances) -> Verdict {
    let mut bench = Bench::new(raw, known);
    bench.shape();
    let record = bench.record();
    let Bench {
        subject,
        mut problems,
        ..
    } = bench;
    problems.sort_by_key(|problem| place_of(&problem.field));
    let blocked = problems
        .iter()
        .any(|problem| problem.severity == Severity::Block);
    Verdict {
        subject,
        record: record.filter(|_| !blocked),
        problems,
    }
}

/// Where a field stands among the fields; unknown ones come last.
fn place_of(field: &str) -> usize {
    let name = canonical(field);
    FIELDS
        .iter()
        .position(|field| Some(field.name) == name)
        .unwrap_or(FIELDS.len())
}

/// One record under judgement, and what was found so far.
struct Bench<'a> {
    raw: &'a RawRecord,
    known: &'a Circumstances,
    subject: Subject,
    problems: Vec<Problem>,
}

impl<'a> Bench<'a> {
    fn new(raw: &'a RawRecord, known: &'a Circumstances) -> Self {
        // Every problem carries both: they are cut before they are copied so often, and masked
        // before they are cut, as half a NIK would look like no number to mask.
        let short = |text: String| text.chars().take(LONGEST_ID).collect::<String>();
        let subject = Subject {
            row: Some(raw.row),
            id: written(raw, "id").map(|id| short(mask_numbers_in(&id))),
            nik: written(raw, "nik").map(short),
        };
        Self {
            raw,
            known,
            subject,
            problems: Vec::new(),
        }
    }

    fn broken(&mut self, rule: &'static Rule, field: &str, detail: &str) {
        self.problems
            .push(rule.broken(&self.subject, field, detail));
    }

    /// What needs no knowledge of a field's meaning: required, known, once, a text.
    fn shape(&mut self) {
        for field in FIELDS {
            if field.required && !self.raw.values.contains_key(field.name) {
                self.broken(&FIELD_MISSING, field.name, "");
            }
        }
        for name in &self.raw.unknown {
            // Without its header line a table's first child stands where the names belong.
            let shown: String = name
                .chars()
                .filter(|&c| !names::is_unseen(c))
                .take(40)
                .collect();
            self.broken(&UNKNOWN_FIELD, &shown, "");
        }
        if self.raw.unknown_more > 0 {
            let more = self.raw.unknown_more.to_string();
            self.broken(&UNKNOWN_FIELDS, "record", &more);
        }
        self.values_of(self.raw, "");
    }

    /// The same for the values that `from` holds in fields of this prefix.
    fn values_of(&mut self, from: &RawRecord, prefix: &str) {
        for (field, value) in &from.values {
            if let RawValue::Other(kind) = value
                && field.starts_with(prefix)
            {
                self.broken(&FIELD_TYPE, field, kind);
            }
        }
        for field in from.twice.iter().filter(|name| name.starts_with(prefix)) {
            self.broken(&FIELD_TWICE, field, "");
        }
    }

    /// The record; `None` only where a block was found. Every field is read before the first
    /// missing one ends it, so that all problems are told.
    fn record(&mut self) -> Option<Record> {
        self.format();
        self.status_kawin();
        let revisi = self.revisi();
        let id = self.line("id");
        let tanggal_lahir = self.birth();
        let jenis_kelamin = self.listed("jenis_kelamin", &SEX_UNKNOWN, values::sex);
        let nik = self.nik(tanggal_lahir, jenis_kelamin);
        let no_kk = self.no_kk();
        let nama = self.name("nama");
        let tempat_lahir = self.birth_place(tanggal_lahir);
        let gol_darah = self.listed("gol_darah", &BLOOD_UNKNOWN, values::blood);
        let agama = self.listed("agama", &RELIGION_UNKNOWN, values::religion);
        let (kewarganegaraan, berlaku_hingga) = self.citizenship();
        let no_akta = self.akta();
        let nama_kepala_keluarga = self.name("nama_kepala_keluarga");
        let alamat = self.told("alamat");
        let (rt, rw) = self.rt_rw();
        let (desa, kecamatan) = (self.told("desa"), self.told("kecamatan"));
        let kode_wilayah = self.region();
        let foto = self.photo(tanggal_lahir);
        let alasan = self.listed("alasan", &REASON_UNKNOWN, values::reason);
        let sekolah = self.school();
        let persetujuan = self.approval();
        let qr = self.qr();
        Some(Record {
            id,
            revisi,
            nik: nik?,
            no_kk: no_kk?,
            nama: nama?,
            tempat_lahir: tempat_lahir?,
            tanggal_lahir: tanggal_lahir?,
            jenis_kelamin: jenis_kelamin?,
            gol_darah: gol_darah.unwrap_or(values::BLOOD_NOT_KNOWN).to_owned(),
            agama: agama?.to_owned(),
            kewarganegaraan: kewarganegaraan?,
            no_akta: no_akta?,
            nama_kepala_keluarga: nama_kepala_keluarga?,
            alamat: alamat?,
            rt: rt?,
            rw: rw?,
            desa: desa?,
            kecamatan: kecamatan?,
            kode_wilayah,
            berlaku_hingga,
            foto,
            alasan: alasan.unwrap_or(Alasan::Baru),
            sekolah,
            persetujuan: persetujuan?,
            qr,
        })
    }

    fn format(&mut self) {
        let known = |text: String| text.eq_ignore_ascii_case(values::FORMAT);
        if !written(self.raw, "format").is_none_or(known) {
            self.broken(&FORMAT_UNKNOWN, "format", "");
        }
    }

    fn status_kawin(&mut self) {
        self.listed("status_kawin", &MARRIED, values::never_married);
    }

    fn revisi(&mut self) -> u32 {
        match written(self.raw, "revisi").map(|text| values::counted(&text)) {
            None => 1,
            Some(Some(number)) => number,
            Some(None) => {
                self.broken(&REVISION_NUMBER, "revisi", "");
                1
            }
        }
    }

    fn nik(&mut self, birth: Option<Date>, sex: Option<Sex>) -> Option<Nik> {
        let text = self.number("nik")?;
        let nik = match Nik::parse(&text) {
            Ok(nik) => nik,
            Err(fault) => {
                let rule = match fault {
                    NikError::Length => &NIK_LENGTH,
                    NikError::Day => &NIK_DAY,
                    NikError::Month => &NIK_MONTH,
                    NikError::Serial => &NIK_SERIAL,
                };
                self.broken(rule, "nik", "");
                return None;
            }
        };
        if birth.is_some_and(|birth| !nik.agrees_with_birth(birth)) {
            self.broken(&NIK_BIRTH_MISMATCH, "nik", "");
        }
        if sex.is_some_and(|sex| nik.is_female() != (sex == Sex::Female)) {
            self.broken(&NIK_SEX_MISMATCH, "nik", "");
        }
        if nik.region() != self.known.region {
            self.broken(&NIK_REGION_MISMATCH, "nik", "");
        }
        Some(nik)
    }

    fn no_kk(&mut self) -> Option<String> {
        let text = self.number("no_kk")?;
        if text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Some(text);
        }
        self.broken(&KK_LENGTH, "no_kk", "");
        None
    }

    /// A NIK or KK as text. One that went through a number is refused, never repaired.
    fn number(&mut self, field: &'static str) -> Option<String> {
        match self.raw.values.get(field)? {
            RawValue::Text(text) if !values::is_scientific(text) => Some(text.clone()),
            RawValue::Other(_) => None,
            _ => {
                self.broken(&NUMBER_CELL, field, "");
                None
            }
        }
    }

    fn name(&mut self, field: &'static str) -> Option<String> {
        let written: String = written(self.raw, field)?.nfc().collect();
        let name = single_spaced(&written);
        for (rule, detail) in names::breaches(&written, &name) {
            self.broken(rule, field, &detail);
        }
        Some(name)
    }

    fn birth(&mut self) -> Option<Date> {
        let text = written(self.raw, "tanggal_lahir")?;
        let Some(birth) = values::date(&text) else {
            self.broken(&BIRTH_DATE, "tanggal_lahir", "");
            return None;
        };
        if birth > self.known.today {
            self.broken(&BIRTH_FUTURE, "tanggal_lahir", "");
        } else if validity::kind_on(birth, self.known.today).is_none() {
            self.broken(&TOO_OLD, "tanggal_lahir", "");
        }
        Some(birth)
    }

    /// The citizenship, and for a foreign child how long the card is valid. What an Indonesian
    /// child's record says of validity is passed over: it is computed.
    fn citizenship(&mut self) -> (Option<String>, Option<Date>) {
        const UNTIL: &str = "berlaku_hingga";
        let Some(word) = self.line("kewarganegaraan") else {
            return (None, None);
        };
        if values::is_indonesian(&word) {
            return (Some("WNI".to_owned()), None);
        }
        let until = written(self.raw, UNTIL).map(|text| values::date(&text));
        match until {
            None if !self.raw.values.contains_key(UNTIL) => {
                self.broken(&VALIDITY_MISSING, UNTIL, "");
            }
            Some(None) => self.broken(&VALIDITY_DATE, UNTIL, ""),
            Some(Some(day)) if day < self.known.today => self.broken(&VALIDITY_PAST, UNTIL, ""),
            _ => {}
        }
        (Some(word), until.flatten())
    }

    /// The place alone: the date of birth is printed behind it.
    fn birth_place(&mut self, birth: Option<Date>) -> Option<String> {
        let text = self.told("tempat_lahir")?;
        let place = values::birth_place(&text, birth);
        if place.is_none() {
            self.broken(&BIRTH_PLACE, "tempat_lahir", "");
        }
        place
    }

    fn rt_rw(&mut self) -> (Option<String>, Option<String>) {
        let (rt, rw) = (self.line("rt"), self.line("rw"));
        let mut read = |field, text: &Option<String>, other: &Option<String>| {
            let text = text.as_deref()?;
            let number = values::neighbourhood(field, text, other.as_deref().unwrap_or_default());
            if number.is_none() {
                self.broken(&RT_RW, field, "");
            }
            number
        };
        (read("rt", &rt, &rw), read("rw", &rw, &rt))
    }

    /// A line that says something: a dash is nothing to print.
    fn told(&mut self, field: &'static str) -> Option<String> {
        let text = self.line(field)?;
        if !values::says_something(&text) {
            self.broken(&FIELD_MISSING, field, "");
            return None;
        }
        Some(text)
    }

    /// The region code in its dotted form, by which children are counted where they live.
    fn region(&mut self) -> Option<String> {
        let written = self.line("kode_wilayah")?;
        let code = values::region(&written);
        if code.is_none() {
            self.broken(&REGION_PATTERN, "kode_wilayah", "");
        }
        Some(code.unwrap_or(written))
    }

    fn akta(&mut self) -> Option<String> {
        let number = self.line("no_akta")?;
        let length = number.chars().count();
        if length > AKTA_LONGEST {
            self.broken(&AKTA_LONG, "no_akta", &length.to_string());
        } else if !values::is_usual_akta(&number) {
            self.broken(&AKTA_PATTERN, "no_akta", "");
        }
        Some(number)
    }

    /// The photo's path, byte for byte as written: it must name the file. Only from five on; a
    /// younger child's is left out.
    fn photo(&mut self, birth: Option<Date>) -> Option<String> {
        let path = written(self.raw, "foto");
        if let Some(points) = path
            .as_deref()
            .and_then(|path| names::code_points(path, names::is_unseen))
        {
            self.broken(&ADDRESS_CONTROL, "foto", &points);
        }
        let kind = birth.and_then(|birth| validity::kind_on(birth, self.known.today));
        match kind {
            Some(Kind::Under5) if self.raw.values.contains_key("foto") => {
                self.broken(&PHOTO_NOT_NEEDED, "foto", "");
                None
            }
            Some(Kind::From5) if !self.raw.values.contains_key("foto") => {
                self.broken(&PHOTO_MISSING, "foto", "");
                None
            }
            _ => path,
        }
    }

    /// The record's own school, or the batch's. Rows often give the class alone.
    fn school(&mut self) -> Option<School> {
        let own = self.school_of(self.raw);
        if own.npsn.is_some() || own.nama.is_some() {
            return Some(own);
        }
        let known = self.known;
        self.values_of(&known.batch, "sekolah.");
        let batch = self.school_of(&known.batch);
        let school = School {
            kelas: own.kelas.or(batch.kelas),
            ..batch
        };
        (school != School::default()).then_some(school)
    }

    fn school_of(&mut self, from: &RawRecord) -> School {
        School {
            npsn: self.line_of(from, "sekolah.npsn"),
            nama: self.line_of(from, "sekolah.nama"),
            kelas: self.line_of(from, "sekolah.kelas"),
        }
    }

    /// The record's own approval, or the batch's where it carries none at all.
    fn approval(&mut self) -> Option<Approval> {
        const PREFIX: &str = "persetujuan.";
        let (known, mut from) = (self.known, self.raw);
        let carried = |from: &RawRecord| from.values.keys().any(|name| name.starts_with(PREFIX));
        if !carried(from) {
            from = &known.batch;
            self.values_of(from, PREFIX);
        }
        if !carried(from) {
            self.broken(&NOT_APPROVED, "persetujuan", "");
            return None;
        }
        let status = written(from, "persetujuan.status");
        if !status.is_some_and(|status| status.eq_ignore_ascii_case("DISETUJUI")) {
            self.broken(&NOT_APPROVED, "persetujuan.status", "");
        }
        let oleh = self.line_of(from, "persetujuan.oleh");
        if oleh.is_none() {
            self.broken(&APPROVAL_INCOMPLETE, "persetujuan.oleh", "");
        }
        let pada =
            written(from, "persetujuan.pada").and_then(|text| values::moment(&text, &known.zone));
        match pada {
            None => self.broken(&APPROVAL_INCOMPLETE, "persetujuan.pada", ""),
            Some(pada) => self.approval_age(pada),
        }
        Some(Approval {
            oleh: oleh?,
            pada: pada?,
        })
    }

    fn approval_age(&mut self, pada: Timestamp) {
        let known = self.known;
        let age = known.now.duration_since(pada);
        if age < -CLOCKS_APART {
            self.broken(&APPROVAL_FUTURE, "persetujuan.pada", "");
        } else if age.as_hours() > known.approval_days.saturating_mul(24) {
            let day = known.zone.to_datetime(pada).date();
            self.broken(&APPROVAL_OLD, "persetujuan.pada", &day.to_string());
        }
    }

    /// The payload, byte for byte. It is opaque: white space and control characters may belong to
    /// it. A number is refused, since the digits that were sent are no longer known.
    fn qr(&mut self) -> Option<String> {
        match self.raw.values.get("qr")? {
            RawValue::Text(payload) => Some(payload.clone()),
            RawValue::Number(_) => {
                self.broken(&FIELD_TYPE, "qr", "number");
                None
            }
            RawValue::Other(_) => None,
        }
    }

    /// A value of a list, by the reader of that list.
    fn listed<T>(
        &mut self,
        field: &'static str,
        rule: &'static Rule,
        read: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let value = read(&written(self.raw, field)?);
        if value.is_none() {
            self.broken(rule, field, "");
        }
        value
    }

    fn line(&mut self, field: &'static str) -> Option<String> {
        self.line_of(self.raw, field)
    }

    /// One line of text: NFC, single spaces, nothing unseen.
    fn line_of(&mut self, from: &RawRecord, field: &'static str) -> Option<String> {
        let text: String = written(from, field)?.nfc().collect();
        if let Some(points) = names::code_points(&text, names::is_unseen) {
            self.broken(&ADDRESS_CONTROL, field, &points);
        }
        Some(single_spaced(&text))
    }
}

/// A field's text or the digits of its number.
fn written(from: &RawRecord, field: &str) -> Option<String> {
    match from.values.get(field)? {
        RawValue::Text(text) | RawValue::Number(text) => Some(text.clone()),
        RawValue::Other(_) => None,
    }
}

fn single_spaced(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests;
