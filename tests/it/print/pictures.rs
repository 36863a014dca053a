//! The cards as pictures, against reviewed ones.
//!
//! `KIA_WRITE_SNAPSHOTS=1` writes the pictures anew; look at them before they are committed.

use std::io::Cursor;
use std::path::PathBuf;
use std::sync::Arc;

use hayro::RenderCache;
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ImageEncoder, RgbImage};
use jiff::civil::Date;
use kia_station::domain::card::Kind;
use kia_station::production::assets;
use kia_station::render::compose::compose;
use kia_station::render::content::{CardContent, Photo, Value, Values};
use kia_station::render::document::Document;
use kia_station::render::layout::{self, Layout};
use kia_station::render::press::Press;
use kia_station::render::{photo, raster};

use super::portrait;

/// Enough to see every line of type, little enough for a few dozen kilobytes.
const DPI: u32 = 150;

/// A built-in layout, its file changed by `change`.
fn layout_with(name: &str, change: impl Fn(&str) -> String) -> Layout {
    let file = |path: &str| {
        let found = assets::FILES.iter().find(|(known, _)| *known == path);
        found.map(|(_, data)| data.to_vec())
    };
    let source = String::from_utf8(file(&format!("{name}/layout.toml")).unwrap()).unwrap();
    let find = |path: &str| {
        file(&format!("{name}/{path}"))
            .or_else(|| file(path))
            .ok_or_else(|| "not built in".to_owned())
    };
    layout::parse(name, &change(&source), &find).unwrap_or_else(|error| panic!("{error}"))
}

/// What the reviewed cards say; nothing in it follows the calendar.
fn values(kind: Kind) -> Values {
    let texts = [
        ("nik", "1702094503180003"),
        ("no_kk", "1702091203100004"),
        ("nama", "ZOË NUR'AINI RAMADHANI"),
        ("tempat_lahir", "CURUP"),
        ("jenis_kelamin", "PEREMPUAN"),
        ("gol_darah", "O+"),
        ("agama", "ISLAM"),
        ("kewarganegaraan", "WNI"),
        ("no_akta", "1702-LU-12032018-0012"),
        ("nama_kepala_keluarga", super::LONG_NAME),
        ("alamat", "JL. MERDEKA NO. 12"),
        ("rt", "003"),
        ("rw", "001"),
        ("desa", "AIR BANG"),
        ("kecamatan", "CURUP TENGAH"),
        ("provinsi", "BENGKULU"),
        ("kabupaten", "KABUPATEN REJANG LEBONG"),
        ("dinas", "DINAS KEPENDUDUKAN DAN PENCATATAN SIPIL"),
        ("tempat_terbit", "CURUP"),
        ("pejabat_nama", "RADEN CONTOH WIBAWA, M.Si."),
        ("pejabat_nip", "190001011900011001"),
        ("pejabat_jabatan", "KEPALA DINAS"),
    ];
    let (birth, until) = match kind {
        Kind::Under5 => (Date::constant(2023, 3, 5), Date::constant(2028, 3, 5)),
        Kind::From5 => (Date::constant(2018, 3, 5), Date::constant(2035, 3, 4)),
    };
    let dates = [
        ("tanggal_lahir", birth),
        ("berlaku_hingga", until),
        ("tanggal_terbit", Date::constant(2026, 11, 24)),
    ];
    let texts = texts.map(|(name, text)| (name, Value::Text(text.to_owned())));
    let dates = dates.map(|(name, date)| (name, Value::Date(date)));
    texts.into_iter().chain(dates).collect()
}

/// Front and back of the reviewed card on this layout.
fn pictures(layout: &Layout) -> [RgbImage; 2] {
    let photo = (layout.kind == Kind::From5).then(|| {
        let target = photo::Target::new(236, 354);
        let prepared = photo::prepare(&portrait(0), &target).unwrap();
        Photo {
            jpeg: Arc::from(prepared.jpeg),
            width: prepared.width,
            height: prepared.height,
        }
    });
    let card = CardContent {
        mark: "CONTOH".to_owned(),
        kind: layout.kind,
        values: values(layout.kind),
        photo,
        qr: "KIA:7Q2MCONTOH0CONTOH0CONTOH0C".to_owned(),
    };
    let Ok(card) = compose(layout, &card, &Press::default()) else {
        panic!("the reviewed card does not fit");
    };
    let day = Date::constant(2026, 11, 24);
    let mut document = Document::new(
        Cursor::new(Vec::new()),
        [layout],
        Press::default(),
        "KIA",
        day,
    )
    .unwrap();
    document.add(&card).unwrap();
    let pdf = Arc::new(document.finish().unwrap().0.into_inner());
    let pdf = raster::open(pdf).unwrap();
    [0, 1].map(|side| {
        let page = raster::Page::of(&pdf, side, DPI).unwrap();
        reduced(page.picture(&RenderCache::new()))
    })
}

/// Sixteen levels a component: the artwork's fine lines then compress to a reviewable size.
fn reduced(mut picture: RgbImage) -> RgbImage {
    for part in picture.iter_mut() {
        *part = (*part / 16) * 17;
    }
    picture
}

fn snapshot(name: &str, side: usize) -> PathBuf {
    let side = ["front", "back"][side];
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/snapshots");
    PathBuf::from(folder).join(format!("{name}-{side}.png"))
}

/// How far two pictures are apart: the mean difference of a component, and how many in a million
/// pixels differ so much that anybody sees it.
fn difference(a: &RgbImage, b: &RgbImage) -> (f64, usize) {
    assert_eq!(a.dimensions(), b.dimensions());
    let parts = a.iter().zip(b.iter());
    let sum: u64 = parts.map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    let strong = a.pixels().zip(b.pixels()).filter(|(a, b)| {
        let parts = a.0.iter().zip(b.0);
        parts.map(|(a, b)| a.abs_diff(b)).max() > Some(96)
    });
    let pixels = a.pixels().len();
    (
        sum as f64 / (3 * pixels) as f64,
        strong.count() * 1_000_000 / pixels,
    )
}

/// Another rasteriser's rounding stays far below this, a text moved by half a millimetre above.
fn alike(a: &RgbImage, b: &RgbImage) -> Result<(), String> {
    match difference(a, b) {
        (mean, strong) if mean <= 1.5 && strong <= 500 => Ok(()),
        (mean, strong) => Err(format!(
            "mean difference {mean:.2}, {strong} ppm differ strongly"
        )),
    }
}

#[test]
fn the_cards_look_as_they_were_reviewed() {
    for name in ["kia-5-17", "kia-0-5"] {
        let pictures = pictures(&layout_with(name, str::to_owned));
        for (side, picture) in pictures.iter().enumerate() {
            let path = snapshot(name, side);
            if std::env::var_os("KIA_WRITE_SNAPSHOTS").is_some() {
                let file = std::fs::File::create(&path).unwrap();
                let encoder =
                    PngEncoder::new_with_quality(file, CompressionType::Best, FilterType::Adaptive);
                let (width, height) = picture.dimensions();
                encoder
                    .write_image(picture, width, height, image::ExtendedColorType::Rgb8)
                    .unwrap();
            }
            let reviewed = image::open(&path).unwrap().to_rgb8();
            if let Err(why) = alike(picture, &reviewed) {
                let seen =
                    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(path.file_name().unwrap());
                picture.save(&seen).unwrap();
                panic!(
                    "{}: {why}; the new picture is {}",
                    path.display(),
                    seen.display()
                );
            }
        }
    }
}

#[test]
fn a_card_whose_rows_moved_by_half_a_millimetre_is_noticed() {
    let moved = layout_with("kia-5-17", |source| {
        let moved = source.replace("at = [26.4, ", "at = [26.9, ");
        assert_ne!(moved, source);
        moved.replace("width = 56.6", "width = 56.1")
    });
    let reviewed = image::open(snapshot("kia-5-17", 0)).unwrap().to_rgb8();
    assert!(alike(&pictures(&moved)[0], &reviewed).is_err());
}
