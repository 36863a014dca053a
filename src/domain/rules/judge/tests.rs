mod cases;

use cases::cases;
use jiff::civil::date;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::*;
use crate::domain::columns::Columns;
use crate::domain::fields::MOST_UNKNOWN;

/// A synthetic child of eight, with nothing to say about it.
fn child() -> Value {
    json!({
        "format": "kia-record/1", "id": "SIAK-2026-000123", "revisi": 1,
        "nik": "1702094503180003", "no_kk": "1702091203100004",
        "nama": "AISYAH PUTRI RAMADHANI", "tempat_lahir": "CURUP",
        "tanggal_lahir": "2018-03-05", "jenis_kelamin": "PEREMPUAN", "gol_darah": "O",
        "agama": "ISLAM", "kewarganegaraan": "WNI", "no_akta": "1702-LU-12032018-0012",
        "nama_kepala_keluarga": "HIDAYAT PRATAMA", "alamat": "JL. MERDEKA NO. 12",
        "rt": "003", "rw": "001", "desa": "AIR BANG", "kecamatan": "CURUP TENGAH",
        "kode_wilayah": "17.02.19.1002", "status_kawin": "BELUM KAWIN",
        "foto": "photos/a  b.jpg", "alasan": "BARU",
        "sekolah": {"npsn": "10700001", "nama": "SDN 2 CURUP TENGAH", "kelas": "2A"},
        "persetujuan": {
            "status": "DISETUJUI", "oleh": "verifikator-01", "pada": "2026-11-20T09:10:00+07:00"
        },
        "qr": null
    })
}

fn circumstances() -> Circumstances {
    Circumstances {
        today: date(2026, 11, 24),
        now: "2026-11-24T03:00:00Z".parse().unwrap(),
        zone: TimeZone::get("Asia/Jakarta").unwrap(),
        region: "17.02".to_owned(),
        approval_days: 180,
        batch: RawRecord::default(),
    }
}

fn raw(record: &Value) -> RawRecord {
    RawRecord::from_json(7, record.as_object().unwrap())
}

/// The child with one field changed; `persetujuan.pada` names a nested one.
fn with(field: &str, value: Value) -> Value {
    let mut record = child();
    match field.split_once('.') {
        Some((outer, inner)) => record[outer][inner] = value,
        None => record[field] = value,
    }
    record
}

/// `field code` of every problem.
fn problems(record: &Value) -> Vec<String> {
    told(&judge(&raw(record), &circumstances()))
}

fn told(verdict: &Verdict) -> Vec<String> {
    let problems = verdict.problems.iter();
    problems
        .map(|p| format!("{} {}", p.field, p.code))
        .collect()
}

fn passed(record: &Value) -> Record {
    judge(&raw(record), &circumstances()).record.unwrap()
}

#[test]
fn a_proper_record_passes_in_silence() {
    let verdict = judge(&raw(&child()), &circumstances());
    assert_eq!(told(&verdict), [""; 0]);
    let record = verdict.record.unwrap();
    assert_eq!(record.nik.as_str(), "1702094503180003");
    assert_eq!(record.tanggal_lahir, date(2018, 3, 5));
    assert_eq!(record.foto.as_deref(), Some("photos/a  b.jpg"));
    assert_eq!(record.sekolah.unwrap().kelas.as_deref(), Some("2A"));
    assert_eq!(verdict.subject.row, Some(7));
}

#[test]
fn each_rule_trips_on_its_own_case_and_not_on_the_near_miss() {
    for (field, wrong, code, near) in cases() {
        let found = problems(&with(field, wrong.clone()));
        let told_of = if field == "NAMA_LGKP" { "nama" } else { field };
        let expected = match (field, code) {
            ("kewarganegaraan", "validity-missing") => "berlaku_hingga validity-missing".to_owned(),
            _ => format!("{told_of} {code}"),
        };
        assert_eq!(found, [expected], "{field}: {wrong}");
        assert_eq!(
            problems(&with(field, near.clone())),
            [""; 0],
            "{field}: {near}"
        );
        let is_block = super::super::find(code).unwrap().severity == Severity::Block;
        let record = judge(&raw(&with(field, wrong)), &circumstances()).record;
        assert_eq!(record.is_none(), is_block, "{code}");
    }
}

#[test]
fn no_rule_on_records_goes_without_a_case() {
    // The photo code, the ledger and the intake raise these, and test them there.
    let raised_elsewhere = [
        "photo-outside",
        "photo-not-regular",
        "photo-denied",
        "photo-format",
        "photo-truncated",
        "photo-limits",
        "photo-blank",
        "photo-too-small",
        "photo-shared",
        "photo-background",
        "duplicate-live-card",
        "revision-needed",
        "card-in-print",
        "unchanged",
        "text-does-not-fit",
        "glyph-missing",
        "qr-too-large",
        "manifest-unreadable",
        "manifest-file-missing",
        "manifest-size",
        "manifest-hash",
        "drop-unreadable",
        "drop-encoding",
        "drop-stops",
        "drop-empty",
        "drop-limits",
        "drop-nested",
        "drop-kind",
        "drop-ambiguous",
        "drop-special",
        "archive-unreadable",
        "archive-bomb",
        "archive-locked",
        "archive-path",
        "archive-twice",
        "archive-nested",
        "workbook-sheets",
        "table-quote",
        "row-unreadable",
    ];
    // These depend on several fields and have tests of their own below.
    let tested_below = [
        "birth-future",
        "too-old",
        "validity-date",
        "validity-past",
        "photo-not-needed",
        "unknown-fields",
    ];
    let cases = cases();
    for rule in super::super::ALL {
        let has_case = cases.iter().any(|(_, _, code, _)| *code == rule.code);
        let elsewhere = raised_elsewhere.contains(&rule.code) || tested_below.contains(&rule.code);
        assert!(has_case != elsewhere, "{}", rule.code);
    }
}

/// The child, born on another day, with a NIK to match.
fn born(year: i16, month: i8, day: i8) -> Value {
    let mut record = child();
    record["tanggal_lahir"] = json!(format!("{year:04}-{month:02}-{day:02}"));
    record["nik"] = json!(format!(
        "170209{:02}{month:02}{:02}0003",
        day + 40,
        year % 100
    ));
    record
}

#[test]
fn seventeen_is_too_old_and_the_day_before_is_not() {
    assert_eq!(problems(&born(2009, 11, 24)), ["tanggal_lahir too-old"]);
    assert_eq!(problems(&born(2009, 11, 25)), [""; 0]);
}

#[test]
fn a_child_is_not_born_tomorrow_and_may_be_born_today() {
    assert_eq!(
        problems(&born(2026, 11, 25)),
        ["tanggal_lahir birth-future"]
    );
    assert_eq!(problems(&born(2026, 11, 24)), ["foto photo-not-needed"]);
}

#[test]
fn the_photo_is_needed_from_the_fifth_birthday_on_and_left_out_before() {
    let without_photo = |mut record: Value| {
        record["foto"] = Value::Null;
        record
    };
    assert_eq!(
        problems(&without_photo(born(2021, 11, 24))),
        ["foto photo-missing"]
    );
    assert_eq!(problems(&without_photo(born(2021, 11, 25))), [""; 0]);
    assert_eq!(problems(&born(2021, 11, 25)), ["foto photo-not-needed"]);
    assert_eq!(passed(&born(2021, 11, 25)).foto, None);
    assert!(passed(&born(2021, 11, 24)).foto.is_some());
}

#[test]
fn a_foreign_child_is_valid_until_its_permit_ends_and_a_citizen_as_computed() {
    let foreign = |until: &str| {
        let mut record = with("kewarganegaraan", json!("Malaysia"));
        record["berlaku_hingga"] = json!(until);
        record
    };
    assert_eq!(
        problems(&foreign("31/12/2027")),
        ["berlaku_hingga validity-date"]
    );
    assert_eq!(
        problems(&foreign("2026-11-23")),
        ["berlaku_hingga validity-past"]
    );
    assert_eq!(problems(&foreign("2026-11-24")), [""; 0]);
    let record = passed(&foreign("31-12-2027"));
    assert_eq!(record.berlaku_hingga, Some(date(2027, 12, 31)));
    assert_eq!(record.kewarganegaraan, "Malaysia");

    let citizen = with("berlaku_hingga", json!("omong kosong"));
    assert_eq!(passed(&citizen).berlaku_hingga, None);
}

#[test]
fn everything_wrong_is_told_at_once_and_in_the_order_of_the_fields() {
    let mut record = json!({
        "hobi": "bola", "qr": [], "nik": "1", "no_kk": 2, "nama": "A1",
        "gol_darah": "X", "rt": {}, "alasan": "?", "foto": "a.jpg",
    });
    let expected = [
        "nik nik-length",
        "no_kk number-cell",
        "nama name-digits",
        "nama name-one-word",
        "tempat_lahir field-missing",
        "tanggal_lahir field-missing",
        "jenis_kelamin field-missing",
        "gol_darah blood-unknown",
        "agama field-missing",
        "kewarganegaraan field-missing",
        "no_akta field-missing",
        "nama_kepala_keluarga field-missing",
        "alamat field-missing",
        "rt field-type",
        "rw field-missing",
        "desa field-missing",
        "kecamatan field-missing",
        "alasan reason-unknown",
        "persetujuan not-approved",
        "qr field-type",
        "hobi unknown-field",
    ];
    assert_eq!(problems(&record), expected);
    record["hobi"] = Value::Null;
    assert_eq!(problems(&record).len(), expected.len() - 1);
}

#[test]
fn the_batch_approves_and_names_the_school_of_records_that_carry_none() {
    let mut record = child();
    record["persetujuan"] = Value::Null;
    record["sekolah"] = json!({"kelas": "3B"});
    let mut known = circumstances();
    known.batch = raw(&json!({
        "sekolah": {"npsn": "10700009", "nama": "SMPN 1 CURUP", "kelas": "9"},
        "persetujuan": {"status": "DISETUJUI", "oleh": "kabid", "pada": "2026-11-21"},
    }));
    let record_of = |record: &Value, known: &Circumstances| judge(&raw(record), known).record;

    let shared = record_of(&record, &known).unwrap();
    assert_eq!(shared.persetujuan.oleh, "kabid");
    let school = shared.sekolah.unwrap();
    assert_eq!(school.npsn.as_deref(), Some("10700009"));
    assert_eq!(school.kelas.as_deref(), Some("3B"));

    let own = record_of(&child(), &known).unwrap();
    assert_eq!(own.persetujuan.oleh, "verifikator-01");
    assert_eq!(own.sekolah.unwrap().npsn.as_deref(), Some("10700001"));

    // A record that was turned down is not approved by its batch.
    let refused = judge(&raw(&with("persetujuan", json!("DITOLAK"))), &known);
    assert!(refused.record.is_none());

    known.batch = raw(&json!({"persetujuan": {"status": true, "oleh": "kabid"}}));
    assert_eq!(
        told(&judge(&raw(&record), &known)),
        [
            "persetujuan.status field-type",
            "persetujuan.status not-approved",
            "persetujuan.pada approval-incomplete"
        ]
    );
}

#[test]
fn texts_are_normalised_and_the_payload_is_not() {
    let mut record = child();
    record["nama"] = json!("  ZOE\u{308}  ANAI\u{308}S ");
    record["alamat"] = json!("JL.  MERDEKA\u{a0}12");
    record["qr"] = json!(" a\u{1d}e\u{301}\n");
    record["gol_darah"] = json!("ab +");
    record["alasan"] = json!("perubahan data");
    let record = passed(&record);
    assert_eq!(record.nama, "ZOË ANAÏS");
    assert_eq!(record.alamat, "JL. MERDEKA 12");
    assert_eq!(record.qr.as_deref(), Some(" a\u{1d}e\u{301}\n"));
    assert_eq!(record.gol_darah, "AB+");
    assert_eq!(record.alasan, Alasan::PerubahanData);
}

#[test]
fn sixty_letters_are_counted_after_composition() {
    let sixty = format!("{} {}", "E\u{301}".repeat(30), "B".repeat(29));
    assert_eq!(problems(&with("nama", json!(sixty))), [""; 0]);
    assert_eq!(
        problems(&with("nama", json!(sixty.clone() + "B"))),
        ["nama name-long"]
    );
}

#[test]
fn a_row_of_a_table_in_siaks_words_passes() {
    let columns = Columns::read(&[
        "NIK",
        "NO_KK",
        "NAMA_LGKP",
        "TMPT_LHR",
        "TGL_LHR",
        "JENIS_KLMIN",
        "GOL_DRH",
        "AGAMA",
        "NO_AKTA_LHR",
        "Kewarganegaraan",
        "Nama Kepala Keluarga",
        "Alamat",
        "RT",
        "RW",
        "Desa",
        "Kecamatan",
        "Foto",
        "Sekolah",
        "NPSN",
        "Kelas",
        "Disetujui Oleh",
        "Disetujui Pada",
    ]);
    let cells = [
        "1702094503180003",
        "1702091203100004",
        "AISYAH PUTRI",
        "CURUP",
        "05-03-2018",
        "P",
        "13",
        "1",
        "1702-LU-12032018-0012",
        "WNI",
        "HIDAYAT PRATAMA",
        "JL. MERDEKA NO. 12",
        "003",
        "001",
        "AIR BANG",
        "CURUP TENGAH",
        "a.jpg",
        "SDN 2",
        "10700001",
        "2A",
        "v-01",
        "2026-11-20 09:10",
    ];
    let row = columns.record(2, cells.map(|cell| RawValue::Text(cell.to_owned())));
    let verdict = judge(&row, &circumstances());
    assert_eq!(told(&verdict), [""; 0]);
    let record = verdict.record.unwrap();
    assert_eq!(record.gol_darah, "-");
    assert_eq!(record.revisi, 1);
    assert_eq!(record.alasan, Alasan::Baru);
}

#[test]
fn no_personal_data_is_in_a_problem_or_in_debug() {
    let mut record = child();
    for field in [
        "nama",
        "alamat",
        "no_akta",
        "tempat_lahir",
        "agama",
        "jenis_kelamin",
    ] {
        record[field] = json!("RAHASIA7\u{200b}\u{416}");
    }
    // A table without its header line, read as one, names a child where fields belong.
    record["1702094503180003"] = json!("x");
    record["id"] = json!("PDK/1702094503180003");
    record["persetujuan"] = json!({"status": "RAHASIA", "oleh": "RAHASIA", "pada": "RAHASIA"});
    let verdict = judge(&raw(&record), &circumstances());
    let shown = format!("{verdict:?} {:?}", circumstances());
    assert!(
        !shown.contains("RAHASIA") && !shown.contains("0945031800"),
        "{shown}"
    );
    let verdict = judge(&raw(&child()), &circumstances());
    let shown = format!("{verdict:?}");
    assert!(
        !shown.contains("AISYAH") && !shown.contains("094503"),
        "{shown}"
    );
}

/// A name that may be a field, and a value that may be anything.
fn any_entry() -> impl Strategy<Value = (String, Value)> {
    let names: Vec<String> = FIELDS
        .iter()
        .flat_map(|field| std::iter::once(field.name).chain(field.aliases.iter().copied()))
        .map(str::to_owned)
        .collect();
    let name = prop_oneof![4 => prop::sample::select(names), 1 => "\\PC{0,12}"];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        "[0-9]{2}-[0-9]{2}-[0-9]{4}".prop_map(Value::from),
        "[0-9]{4}-[0-9]{2}-[0-9]{2}".prop_map(Value::from),
        "[0-9]{16}".prop_map(Value::from),
    ];
    let value = prop_oneof![
        4 => leaf.clone(),
        1 => prop::collection::vec(("\\PC{0,6}", leaf.clone()), 0..3)
            .prop_map(|entries| Value::Object(entries.into_iter().collect())),
        1 => prop::collection::vec(leaf, 0..3).prop_map(Value::Array),
    ];
    (name, value)
}

proptest! {
    #[test]
    fn anything_is_judged_without_a_panic_and_only_a_block_withholds_the_record(
        whole in any::<bool>(),
        entries in prop::collection::vec(any_entry(), 0..6),
    ) {
        let mut object = if whole { child().as_object().unwrap().clone() } else { Map::new() };
        object.extend(entries);
        let verdict = judge(&RawRecord::from_json(1, &object), &circumstances());
        let blocked = verdict.problems.iter().any(|p| p.severity == Severity::Block);
        prop_assert_eq!(verdict.record.is_none(), blocked);
    }
}

#[test]
fn a_record_of_many_unknown_names_and_a_long_id_is_told_of_them_in_few_words() {
    let mut record = with(
        "id",
        json!(format!(
            "{}1702094503180003{}",
            "x".repeat(90),
            "y".repeat(5000)
        )),
    );
    for number in 0..1000 {
        record[format!("k{number:04}")] = json!("x");
    }
    let verdict = judge(&raw(&record), &circumstances());
    assert_eq!(verdict.problems.len(), MOST_UNKNOWN + 1);
    let last = verdict.problems.last().unwrap();
    assert_eq!(last.code, "unknown-fields");
    assert!(last.message.contains("(950)"), "{}", last.message);
    let id = last.id.as_deref().unwrap();
    assert_eq!(id, "x".repeat(90) + "170209****");
    assert!(verdict.record.is_some(), "it warns only");
}
