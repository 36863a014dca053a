//! The real programs that judge what the station makes.
//!
//! A missing one makes its test say so and pass; with `KIA_REQUIRE_PARTS=1`, as in CI, it fails.

use std::ffi::OsStr;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output};

/// The jars of PDFBox Preflight, the validator of PDF/A-1b, as Debian lays them out.
const PREFLIGHT: [&str; 8] = [
    "preflight",
    "pdfbox2",
    "xmpbox",
    "fontbox2",
    "commons-logging",
    "commons-io",
    "javax.activation",
    "jaxb-api",
];

/// A program of this machine and the Debian package that brings it.
#[derive(Clone, Copy)]
pub struct Part(pub &'static str, pub &'static str);

pub const PDFINFO: Part = Part("pdfinfo", "poppler-utils");
pub const PDFTOTEXT: Part = Part("pdftotext", "poppler-utils");
pub const PDFTOPPM: Part = Part("pdftoppm", "poppler-utils");
pub const PDFFONTS: Part = Part("pdffonts", "poppler-utils");
pub const PDFIMAGES: Part = Part("pdfimages", "poppler-utils");
pub const ZBARIMG: Part = Part("zbarimg", "zbar-tools");
pub const QPDF: Part = Part("qpdf", "qpdf");
pub const GHOSTSCRIPT: Part = Part("gs", "ghostscript");
const JAVA: Part = Part("java", "default-jre-headless");

impl Part {
    /// Runs it, and fails the test unless it ends well.
    pub fn run<S: AsRef<OsStr>>(self, args: impl IntoIterator<Item = S>) -> Output {
        let output = self.try_run(args);
        assert!(
            output.status.success(),
            "{}: {}{}",
            self.0,
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr),
        );
        output
    }

    /// What it says on stdout.
    pub fn says<S: AsRef<OsStr>>(self, args: impl IntoIterator<Item = S>) -> String {
        String::from_utf8(self.run(args).stdout).expect("these programs are asked for text")
    }

    fn try_run<S: AsRef<OsStr>>(self, args: impl IntoIterator<Item = S>) -> Output {
        Command::new(self.0)
            .args(args)
            .output()
            .unwrap_or_else(|error| panic!("{} cannot run: {error}", self.0))
    }

    fn is_here(self) -> bool {
        let path = std::env::var_os("PATH").unwrap_or_default();
        std::env::split_paths(&path).any(|dir| dir.join(self.0).is_file())
    }
}

/// Whether all of these are here; says what is skipped when not.
pub fn have(test: &str, parts: &[Part]) -> bool {
    let missing: Vec<String> = parts
        .iter()
        .filter(|part| !part.is_here())
        .map(|Part(program, package)| format!("`{program}` (package {package})"))
        .collect();
    present(test, &missing)
}

/// Whether PDFBox Preflight is here.
pub fn have_preflight(test: &str) -> bool {
    let jars = PREFLIGHT
        .iter()
        .filter(|name| !Path::new(&jar(name)).is_file());
    let mut missing: Vec<String> = jars.map(|name| format!("`{name}.jar`")).collect();
    if !missing.is_empty() {
        missing.push("(packages libpdfbox2-java, libactivation-java, libjaxb-api-java)".into());
    }
    have(test, &[JAVA]) && present(test, &missing)
}

/// What PDFBox Preflight says of a file.
pub fn preflight(pdf: &Path) -> String {
    let classes = PREFLIGHT.map(jar).join(":");
    let class = "org.apache.pdfbox.preflight.Validator_A1b";
    let args = ["-cp", &classes, class].map(OsStr::new);
    let output = JAVA.try_run(args.into_iter().chain([pdf.as_os_str()]));
    [output.stdout, output.stderr]
        .map(|text| String::from_utf8_lossy(&text).into_owned())
        .concat()
}

fn jar(name: impl std::fmt::Display) -> String {
    format!("/usr/share/java/{name}.jar")
}

fn present(test: &str, missing: &[String]) -> bool {
    if missing.is_empty() {
        return true;
    }
    let missing = missing.join(", ");
    let required = std::env::var_os("KIA_REQUIRE_PARTS").is_some_and(|value| value == "1");
    assert!(
        !required,
        "{test} needs {missing}, and KIA_REQUIRE_PARTS=1 lets nothing be skipped"
    );
    // Written to the stream itself: the test runner hides what a passing test prints.
    let _ = writeln!(std::io::stderr(), "SKIPPED {test}: missing {missing}");
    false
}
