//! Pages as printers and print houses ask for them: turned, ordered, and many on a sheet.

use std::path::Path;

use super::{CARD, PT, folder, kia, made, render, said, station};
use crate::parts::{PDFINFO, PDFTOPPM, PDFTOTEXT, ZBARIMG, have};

/// A printer that prints over the edge, takes cards upright and begins with the back; and a
/// sheet for each way of flipping.
pub const PRINTERS: &str = "\n[[printers]]\nname = \"tegak\"\n[printers.print]\nmedia = [86.5, 54.9]\n\
    turn = [90, 270]\norder = \"back-front\"\n\
    [[printers]]\nname = \"lembar\"\n[printers.print.sheet]\nsize = [210.0, 297.0]\n\
    [[printers]]\nname = \"kalender\"\n[printers.print.sheet]\nflip = \"short-edge\"\n";

fn pages(pdf: &Path) -> usize {
    lopdf::Document::load(pdf).unwrap().get_pages().len()
}

/// All payloads on a page.
fn codes(pdf: &Path, page: usize) -> Vec<String> {
    let root = pdf.with_extension(format!("page{page}"));
    let page = page.to_string();
    let fixed = ["-r", "300", "-png", "-singlefile", "-f", &page, "-l", &page].map(AsRef::as_ref);
    PDFTOPPM.run(fixed.into_iter().chain([pdf.as_os_str(), root.as_os_str()]));
    let picture = format!("{}.png", root.display());
    let output = ZBARIMG.run(["--raw", "-q", &picture]);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.lines().map(str::to_owned).collect()
}

/// The text in a part of a page: left, top, width and height in mm.
fn text_in(pdf: &Path, page: usize, area: [f64; 4]) -> String {
    let [x, y, width, height] = area.map(|mm| (mm * PT).round().to_string());
    let page = page.to_string();
    let args = [
        "-f", &page, "-l", &page, "-x", &x, "-y", &y, "-W", &width, "-H", &height,
    ];
    let args = args.map(AsRef::as_ref);
    PDFTOTEXT.says(args.into_iter().chain([pdf.as_os_str(), "-".as_ref()]))
}

#[test]
fn a_printer_gets_its_media_turned_and_in_its_order() {
    if !have("a turned page", &[PDFINFO, PDFTOTEXT, PDFTOPPM, ZBARIMG]) {
        return;
    }
    let made = made();
    let said = PDFINFO.says(["-box".as_ref(), made.turned.as_os_str()]);
    let line = |name: &str| {
        let line = said.lines().find(|line| line.contains(name)).unwrap();
        let words = line
            .split_whitespace()
            .filter_map(|word| word.parse::<f64>().ok());
        words.collect::<Vec<_>>()
    };
    let near = |is: &[f64], wanted: [f64; 4]| {
        assert!(
            is.iter().zip(wanted).all(|(is, w)| (is - w).abs() < 0.006),
            "{is:?} {wanted:?}"
        );
    };
    let [high, wide] = [86.5 * PT, 54.9 * PT];
    near(&line("MediaBox"), [0.0, 0.0, wide, high]);
    let [x, y] = [(wide - CARD[1] * PT) / 2.0, (high - CARD[0] * PT) / 2.0];
    near(&line("TrimBox"), [x, y, wide - x, high - y]);
    // The back comes first.
    assert_eq!(codes(&made.turned, 1).len(), 1);
    let title = |page: &str| {
        let args = ["-f", page, "-l", page].map(AsRef::as_ref);
        let said = PDFTOTEXT.says(
            args.into_iter()
                .chain([made.turned.as_os_str(), "-".as_ref()]),
        );
        said.contains("KARTU IDENTITAS ANAK") || said.contains("Jenis Kelamin")
    };
    assert_eq!(["1", "2"].map(title), [false, true]);
    assert_eq!(pages(&made.turned), 2 * made.records.len());
}

#[test]
fn sheets_hold_the_cards_in_order_with_each_back_behind_its_front_and_every_code_readable() {
    if !have("sheets", &[PDFTOTEXT, PDFTOPPM, ZBARIMG]) {
        return;
    }
    let made = made();
    let nik = |i: usize| made.records[i]["nik"].as_str().unwrap().to_owned();
    // The grid of the default sheet, in the middle of an A4.
    let [left, top] = [
        (210.0 - 2.0 * CARD[0] - 4.0) / 2.0,
        (297.0 - 4.0 * CARD[1] - 12.0) / 2.0,
    ];
    for (pdf, flip) in [(&made.sheet, "long"), (&made.calendar, "short")] {
        assert_eq!(pages(pdf), 2, "five cards fit one sheet");
        assert_eq!(codes(pdf, 2).len(), made.records.len(), "{flip}");
        for slot in 0..made.records.len() {
            let (column, row) = (slot % 2, slot / 2);
            let x = left + column as f64 * (CARD[0] + 4.0);
            let y = top + row as f64 * (CARD[1] + 4.0);
            let at = |x: f64, y: f64| [x, y, CARD[0], CARD[1]];
            assert!(
                text_in(pdf, 1, at(x, y)).contains(&nik(slot)),
                "{flip} front {slot}"
            );
            let back = match flip {
                "long" => at(210.0 - x - CARD[0], y),
                _ => at(x, 297.0 - y - CARD[1]),
            };
            assert!(
                text_in(pdf, 2, back).contains(&nik(slot)),
                "{flip} back {slot}"
            );
        }
    }
}

#[test]
fn cards_made_again_fill_the_slots_that_are_named() {
    if !have("slots", &[PDFTOTEXT]) {
        return;
    }
    let made = made();
    let home = made.batch.with_file_name("house");
    let out = home.join("again.pdf");
    let args = ["--printer", "lembar", "--slots", "8,2"];
    let done = render(&made.batch, &out, &home, &args);
    assert_eq!(done.status.code(), Some(0), "{}", said(&done));
    // Two go onto the first sheet, the other three onto the next.
    assert_eq!(pages(&out), 4);
    let text = |page: usize| {
        PDFTOTEXT.says([
            "-f".as_ref(),
            page.to_string().as_ref(),
            "-l".as_ref(),
            page.to_string().as_ref(),
            out.as_os_str(),
            "-".as_ref(),
        ])
    };
    let on = |page: usize| {
        let text = text(page);
        let niks = made
            .records
            .iter()
            .map(|record| record["nik"].as_str().unwrap());
        niks.filter(|nik| text.contains(nik)).count()
    };
    assert_eq!([on(1), on(3)], [2, 3]);
}

#[test]
fn a_grid_larger_than_its_sheet_and_an_unknown_printer_are_refused_in_words() {
    let home = folder("profiles");
    let narrow = station(
        &home.join("narrow"),
        "\n[print.sheet]\nsize = [100.0, 100.0]\n",
    );
    let done = render(&made().batch, &home.join("x.pdf"), &narrow, &[]);
    assert_eq!(done.status.code(), Some(2));
    assert!(
        said(&done).contains("the sheet must be 191.20 to 2000 mm wide"),
        "{}",
        said(&done)
    );
    let good = station(&home.join("good"), "");
    let done = render(
        &made().batch,
        &home.join("x.pdf"),
        &good,
        &["--printer", "evolis"],
    );
    assert_eq!(done.status.code(), Some(2));
    assert!(
        said(&done).contains("no printer is called `evolis`; there are: print"),
        "{}",
        said(&done)
    );
}

#[test]
fn measures_of_the_calibration_card_move_what_is_printed() {
    if !have("a calibration", &[PDFTOTEXT, PDFTOPPM, ZBARIMG]) {
        return;
    }
    let home = folder("calibrate");
    let dir = station(&home.join("station"), PRINTERS);
    let calibrate = |args: &[&str]| {
        let all = ["calibrate"].iter().chain(args).map(AsRef::as_ref);
        let done = kia(all.chain(["--station".as_ref(), dir.as_os_str()]));
        (done.status.code(), said(&done))
    };
    for (printer, count) in [("print", 2), ("tegak", 2), ("lembar", 2)] {
        let out = home.join(format!("{printer}.pdf"));
        let (code, text) = calibrate(&[
            "print",
            "--printer",
            printer,
            "--out",
            out.to_str().unwrap(),
        ]);
        assert_eq!(code, Some(0), "{text}");
        assert_eq!(pages(&out), count);
        let text = PDFTOTEXT.says([out.as_os_str(), "-".as_ref()]);
        assert!(
            text.contains("KALIBRASI DEPAN") && text.contains("12.0 ; 12.0"),
            "{text}"
        );
    }
    assert_eq!(
        codes(&home.join("lembar.pdf"), 2).len(),
        8,
        "a code on every slot"
    );
    // The printer puts everything 0.5 mm too far right and 0.25 mm too high.
    let (code, text) = calibrate(&[
        "set",
        "--side",
        "back",
        "--as",
        "BUDI",
        "A=12.5,11.75",
        "D=74.1,41.73",
    ]);
    assert_eq!(code, Some(0), "{text}");
    let (_, text) = calibrate(&["show"]);
    assert!(
        text.contains("-0.500 mm") && text.contains("+0.250 mm") && text.contains("BUDI"),
        "{text}"
    );
    let (code, text) = calibrate(&["set", "--side", "back", "A=120,12"]);
    assert_eq!(code, Some(2), "{text}");
    assert!(text.contains("measure again"), "{text}");

    let out = home.join("moved.pdf");
    let done = render(&made().batch, &out, &dir, &[]);
    assert_eq!(done.status.code(), Some(0), "{}", said(&done));
    let place = |pdf: &Path, page: usize| {
        let args = ["-bbox", "-f", &page.to_string(), "-l", &page.to_string()].map(str::to_owned);
        let text = PDFTOTEXT.says(
            args.iter()
                .map(AsRef::as_ref)
                .chain([pdf.as_os_str(), "-".as_ref()]),
        );
        let word = text
            .lines()
            .find(|line| line.contains(">NIK<"))
            .unwrap()
            .to_owned();
        let numbers = word
            .split('"')
            .skip(1)
            .step_by(2)
            .map(|n| n.parse::<f64>().unwrap());
        numbers.collect::<Vec<_>>()
    };
    let (before, after) = (place(&made().full, 2), place(&out, 2));
    assert!(
        (after[0] - before[0] + 0.5 * PT).abs() < 0.01,
        "{before:?} {after:?}"
    );
    assert!(
        (after[1] - before[1] - 0.25 * PT).abs() < 0.01,
        "{before:?} {after:?}"
    );
    assert_eq!(place(&made().full, 1), place(&out, 1), "the front stays");
    assert_eq!(codes(&out, 2).len(), 1);
}
