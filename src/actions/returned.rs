//! What went back to its sender, in `rejected/`. A page addresses it by a digest: the name of a
//! drop may be a child's.

use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;
use sha2::{Digest, Sha256};

use crate::config::Paths;
use crate::domain::hex::hex;
use crate::intake::{REASONS, given_name};

/// The most bytes of a list that are handed out: a sheet of the most rows a drop may have is less.
const MOST: u64 = 64 << 20;

/// How a page calls a folder of this name.
pub fn key(folder: &str) -> String {
    hex(&Sha256::digest(folder)[..12])
}

/// The folder that is called so.
pub fn folder(paths: &Paths, wanted: &str) -> Option<PathBuf> {
    let mut folders = folders(paths).into_iter();
    folders.find(|folder| key(&name_of(folder)) == wanted)
}

/// The folders of `rejected/`.
fn folders(paths: &Paths) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(paths.intake().rejected) else {
        return Vec::new();
    };
    let entries = entries.filter_map(Result::ok);
    let folders = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
    folders.map(|entry| entry.path()).collect()
}

/// The newest folders, the newest first.
pub fn newest(paths: &Paths, most: usize) -> impl Iterator<Item = PathBuf> {
    let with_time = |folder: PathBuf| Some((folder.metadata().ok()?.modified().ok()?, folder));
    let mut found: Vec<_> = folders(paths).into_iter().filter_map(with_time).collect();
    found.sort();
    found.into_iter().rev().take(most).map(|(_, folder)| folder)
}

/// The last part of a path.
pub fn name_of(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

/// The list in a folder that went back: the table that the station marked, before what else may
/// be one. What the sender had from an earlier time has a lower number.
pub fn list_in(folder: &Path) -> Option<PathBuf> {
    let own = name_of(folder);
    let entries = std::fs::read_dir(folder).ok()?.filter_map(Result::ok);
    let files = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_file()));
    let ranked = files.filter_map(|entry| {
        let name = entry.file_name().into_string().ok()?;
        Some((rank(&name, &own)?, entry.path()))
    });
    ranked.max().map(|(_, path)| path)
}

/// How much a file looks like the list of the folder `own`; `None` for what is none.
fn rank(name: &str, own: &str) -> Option<(u8, u32, bool)> {
    let path = Path::new(name);
    let is_workbook = match path.extension()?.to_str()? {
        "xlsx" => true,
        "csv" => false,
        "json" if name == REASONS => return Some((0, 0, false)),
        _ => return None,
    };
    let stem = path.file_stem()?.to_str()?;
    let (plain, number) = match stem.rsplit_once('~') {
        Some((plain, number)) => (plain, number.parse().ok()?),
        None => (stem, 1),
    };
    let kind = match plain {
        "alasan" => 3,
        // A table that came alone lies in a folder of its name.
        _ if own == name || given_name(own) == name => 2,
        "records" => 1,
        _ => return None,
    };
    Some((kind, number, is_workbook))
}

/// The list's bytes. A link, which a sender's folder may hold, is not followed.
///
/// # Errors
/// The disk's.
pub fn read(list: &Path) -> io::Result<Vec<u8>> {
    let no_link = i32::try_from(OFlags::NOFOLLOW.bits()).unwrap_or_default();
    let file: File = OpenOptions::new()
        .read(true)
        .custom_flags(no_link)
        .open(list)?;
    let mut bytes = Vec::new();
    file.take(MOST).read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_the_newest_that_the_station_made_and_never_a_link() {
        let dir = tempfile::tempdir().unwrap();
        let of = |folder: &str, files: &[&str]| {
            let folder = dir.path().join(folder);
            std::fs::create_dir(&folder).unwrap();
            for file in files {
                std::fs::write(folder.join(file), file).unwrap();
            }
            list_in(&folder).map(|list| String::from_utf8(read(&list).unwrap()).unwrap())
        };
        let list = |name: &str| Some(name.to_owned());
        let sent_before = [
            "alasan.xlsx",
            "alasan~2.xlsx",
            "records.xlsx",
            "reasons.json",
        ];
        assert_eq!(of("SDN", &sent_before), list("alasan~2.xlsx"));
        assert_eq!(
            of("kelas.xlsx", &["kelas.xlsx", "reasons.json"]),
            list("kelas.xlsx")
        );
        assert_eq!(
            of("kelas~2.csv", &["kelas.csv", "reasons.json"]),
            list("kelas.csv")
        );
        assert_eq!(of("B", &["records.csv", "1.jpg"]), list("records.csv"));
        assert_eq!(
            of("satu.json", &["satu.json", "reasons.json"]),
            list("reasons.json")
        );
        assert_eq!(of("none", &["1.jpg", "daftar.xlsx"]), None);

        let secret = dir.path().join("ledger.db");
        std::fs::write(&secret, "secret").unwrap();
        let link = dir.path().join("none/alasan.xlsx");
        std::os::unix::fs::symlink(&secret, &link).unwrap();
        assert_eq!(list_in(&dir.path().join("none")), None);
        assert!(read(&link).is_err());
    }
}
