//! Made-up children: names that never belonged to anyone, numbers that follow the rules, and
//! portraits that are drawn. No real child is in here.

use jiff::civil::Date;
use jiff::{Span, Timestamp};
use serde_json::{Value, json};

use crate::config::Config;
use crate::domain::card::Kind;
use crate::domain::nik::Nik;
use crate::domain::office::Official;
use crate::domain::record::{Alasan, Approval, Record, School, Sex};

/// A made-up head of office.
pub fn official() -> Official {
    Official {
        sejak: Date::constant(2020, 1, 1),
        nama: "RADEN CONTOH WIBAWA, S.Sos., M.Si.".into(),
        nip: "190001011900011001".into(),
        jabatan: "KEPALA DINAS".into(),
        plt: false,
    }
}

/// The names of the demo: one word, sixty letters, diacritics, apostrophes, a hyphen, a point.
pub const NAMES: &[(&str, Sex)] = &[
    ("AISYAH PUTRI RAMADHANI", Sex::Female),
    ("BINTANG", Sex::Male),
    ("NUR'AINI SA'DIYAH", Sex::Female),
    ("JOSÉ ANDRÉ SIRÉGAR", Sex::Male),
    (
        "MUHAMMAD ALFARIZI RAMADHAN NUGROHO WICAKSONO PUTRA HARAHAPAN",
        Sex::Male,
    ),
    ("ZOË ANGÉLINE MAHARANI", Sex::Female),
    ("M. FAJAR AL-GHIFARI", Sex::Male),
    ("CITRA LESTARI", Sex::Female),
    ("DAFFA KURNIAWAN", Sex::Male),
    ("INTAN PERMATA SARI DEWI", Sex::Female),
    ("GALIH PRATAMA", Sex::Male),
    ("LARAS WULANDARI", Sex::Female),
];

const VILLAGES: &[(&str, &str, &str, &str)] = &[
    ("AIR BANG", "CURUP TENGAH", "19", "1002"),
    ("TALANG BENIH", "CURUP", "09", "1001"),
    ("KESAMBE BARU", "CURUP TIMUR", "17", "1003"),
    ("LUBUK UBAR", "CURUP SELATAN", "18", "2004"),
];

/// The schools of the demo.
pub const SCHOOLS: &[(&str, &str)] = &[
    ("10700001", "SDN 2 CURUP TENGAH"),
    ("10700002", "SDN 10 CURUP"),
    ("10700003", "SMPN 1 CURUP TIMUR"),
];

pub struct Child {
    pub number: usize,
    pub birth: Date,
    /// NIK that agrees with birth and sex.
    pub nik: String,
    name: &'static str,
    sex: Sex,
}

impl Child {
    /// Child `number`, whose age on `today` is `years` and some months.
    pub fn new(number: usize, years: i64, today: Date) -> Self {
        let (name, sex) = NAMES[number % NAMES.len()];
        let back = Span::new()
            .years(years)
            .months((number % 11) as i64)
            .days((number % 27) as i64);
        let birth = today.checked_sub(back).unwrap_or(today);
        let (.., district, _) = VILLAGES[number % VILLAGES.len()];
        let day = birth.day() + if sex == Sex::Female { 40 } else { 0 };
        let year = birth.year() % 100;
        let nik = format!(
            "1702{district}{day:02}{:02}{year:02}{:04}",
            birth.month(),
            number % 9999 + 1
        );
        Self {
            number,
            birth,
            nik,
            name,
            sex,
        }
    }

    /// The record as upstream sends it; `photo` is its path.
    pub fn record(&self, photo: Option<&str>) -> Value {
        let n = self.number;
        let (desa, kecamatan, district, village) = VILLAGES[n % VILLAGES.len()];
        let (npsn, sekolah) = SCHOOLS[n % SCHOOLS.len()];
        let birth = self.birth;
        json!({
            "format": "kia-record/1",
            "id": format!("DEMO-{n:04}"),
            "revisi": 1,
            "nik": self.nik,
            "no_kk": format!("1702{district}120310{:04}", n % 9999 + 1),
            "nama": self.name,
            "tempat_lahir": if n.is_multiple_of(3) { "CURUP" } else { "REJANG LEBONG" },
            "tanggal_lahir": birth.to_string(),
            "jenis_kelamin": self.sex.word(),
            "gol_darah": pick(&["A", "B", "AB", "O", "O+", "-"], n),
            "agama": pick(&["ISLAM", "ISLAM", "KRISTEN", "ISLAM", "BUDDHA"], n),
            "kewarganegaraan": "WNI",
            "no_akta": format!("1702-LU-{}-{:04}", birth.strftime("%d%m%Y"), n + 11),
            "nama_kepala_keluarga": pick(&["HIDAYAT PRATAMA", "SUTARJO", "RATNA MAHARANI"], n),
            "alamat": format!("JL. {} NO. {}", ["MERDEKA", "KARTINI", "AHMAD YANI"][n % 3], n + 1),
            "rt": format!("{:03}", n % 9 + 1),
            "rw": format!("{:03}", n % 4 + 1),
            "desa": desa,
            "kecamatan": kecamatan,
            "kode_wilayah": format!("17.02.{district}.{village}"),
            "status_kawin": "BELUM KAWIN",
            "foto": photo,
            "alasan": "BARU",
            "sekolah": { "npsn": npsn, "nama": sekolah, "kelas": format!("{}{}", n % 6 + 1, ["A", "B"][n % 2]) },
            "persetujuan": { "status": "DISETUJUI", "oleh": "verifikator-01", "pada": approved() },
        })
    }
}

fn pick(words: &[&'static str], n: usize) -> &'static str {
    words[n % words.len()]
}

fn approved() -> String {
    Timestamp::now()
        .checked_sub(Span::new().hours(30))
        .unwrap_or_default()
        .strftime("%Y-%m-%dT%H:%M:%SZ")
        .to_string()
}

/// The record on a layout's preview.
pub fn sample(kind: Kind, day: Date) -> Record {
    let birth = match kind {
        Kind::Under5 => Date::new(day.year() - 3, 3, 5),
        Kind::From5 => Date::new(day.year() - 9, 3, 5),
    };
    let birth = birth.unwrap_or(day);
    let nik = format!("1702094503{:02}0003", birth.year() % 100);
    Record {
        id: None,
        revisi: 1,
        nik: Nik::parse(&nik).expect("the number is made by the rules of a NIK"),
        no_kk: "1702091203100004".into(),
        nama: "AISYAH PUTRI RAMADHANI".into(),
        tempat_lahir: "CURUP".into(),
        tanggal_lahir: birth,
        jenis_kelamin: Sex::Female,
        gol_darah: "O".into(),
        agama: "ISLAM".into(),
        kewarganegaraan: "WNI".into(),
        no_akta: "1702-LU-12032018-0012".into(),
        nama_kepala_keluarga: "HIDAYAT PRATAMA".into(),
        alamat: "JL. MERDEKA NO. 12".into(),
        rt: "003".into(),
        rw: "001".into(),
        desa: "AIR BANG".into(),
        kecamatan: "CURUP TENGAH".into(),
        kode_wilayah: Some("17.02.19.1002".into()),
        berlaku_hingga: None,
        foto: None,
        alasan: Alasan::Baru,
        sekolah: Some(School {
            npsn: Some("10700001".into()),
            nama: Some("SDN 2 CURUP TENGAH".into()),
            kelas: Some("2A".into()),
        }),
        persetujuan: Approval {
            oleh: "verifikator-01".into(),
            pada: Timestamp::UNIX_EPOCH,
        },
        qr: None,
    }
}

/// Lets somebody sign where nobody does, so that a specimen is whole.
pub fn sign(config: &mut Config) {
    if config.officials.is_empty() {
        config.officials.push(official());
    }
}

/// A drawn portrait, 600 × 800 JPEG: a doll's head and shoulders on the cloth of the birth year.
pub fn portrait(seed: usize, birth: Date) -> Vec<u8> {
    encode(&portrait_pixels(seed, birth, 1), 1)
}

/// Encodes pixels of [`portrait_pixels`] as a camera would.
pub fn encode(rgb: &[u8], scale: u16) -> Vec<u8> {
    let mut jpeg = Vec::new();
    jpeg_encoder::Encoder::new(&mut jpeg, 88)
        .encode(rgb, 600 * scale, 800 * scale, jpeg_encoder::ColorType::Rgb)
        .expect("a picture of this size always encodes into memory");
    jpeg
}

/// The pixels of a portrait, RGB, `600 * scale` wide and `800 * scale` high.
pub fn portrait_pixels(seed: usize, birth: Date, scale: u16) -> Vec<u8> {
    let scale = usize::from(scale);
    let (width, height) = (600 * scale, 800 * scale);
    let cloth = if birth.year() % 2 == 0 {
        [42.0, 74.0, 168.0]
    } else {
        [186.0, 38.0, 48.0]
    };
    let skin = [
        [214.0, 164.0, 124.0],
        [196.0, 142.0, 104.0],
        [226.0, 178.0, 140.0],
    ][seed % 3];
    let hair = [[34.0, 26.0, 24.0], [58.0, 38.0, 28.0]][seed % 2];
    let shirt = [
        [244.0, 244.0, 248.0],
        [240.0, 234.0, 214.0],
        [206.0, 224.0, 240.0],
    ][seed / 2 % 3];
    let lean = (seed % 5) as f64 * 6.0 - 12.0;
    let mut rgb = Vec::with_capacity(width * height * 3);
    // Each shape is an ellipse: centre, half axes, colour; later ones lie on top.
    let shapes: Vec<([f64; 4], [f64; 3])> = vec![
        ([300.0, 860.0, 270.0, 260.0], shirt),
        ([300.0, 610.0, 62.0, 90.0], skin.map(|part| part * 0.92)),
        ([300.0 + lean, 330.0, 172.0, 205.0], hair),
        ([300.0 + lean, 400.0, 142.0, 178.0], skin),
        ([300.0 + lean, 262.0, 132.0, 70.0], hair),
        ([246.0 + lean, 400.0, 15.0, 19.0], [30.0, 24.0, 24.0]),
        ([354.0 + lean, 400.0, 15.0, 19.0], [30.0, 24.0, 24.0]),
        ([300.0 + lean, 492.0, 40.0, 14.0], [176.0, 84.0, 80.0]),
        ([300.0 + lean, 484.0, 42.0, 12.0], skin),
    ];
    let mut noise = seed as u32 ^ 0x9e37_79b9;
    for y in 0..height {
        for x in 0..width {
            let light = 1.06 - 0.16 * y as f64 / height as f64;
            let mut colour = cloth.map(|part| part * light);
            for ([cx, cy, rx, ry], paint) in &shapes {
                let place = [x as f64 / scale as f64, y as f64 / scale as f64];
                let (dx, dy) = ((place[0] - cx) / rx, (place[1] - cy) / ry);
                let inside = ((1.0 - dx.hypot(dy)) * rx.min(*ry)).clamp(0.0, 1.0);
                for (part, paint) in colour.iter_mut().zip(paint) {
                    *part += (paint - *part) * inside;
                }
            }
            // A little grain, as a camera's sensor has.
            noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let grain = f64::from(noise >> 24) / 64.0 - 2.0;
            rgb.extend(colour.map(|part| (part + grain).clamp(0.0, 255.0) as u8));
        }
    }
    rgb
}
