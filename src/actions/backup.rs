//! Backups: one file that holds all a station needs to go on, made while the station runs.
//!
//! It is a ZIP whose comment is the SHA-256 of every byte before it, encrypted with age where a
//! recipient is set. Any program that knows the two formats can open it.

use std::fs::{self, DirBuilder, File, Permissions};
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use zip::write::{SimpleFileOptions, StreamWriter};
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use crate::config::Paths;
use crate::domain::hex::hex;
use crate::ledger::{self, Checkpoint, CheckpointFault, LEDGER_FILES, Ledger, Reader, Report};
use crate::production::ledger_files;
use crate::production::lock::Lock;
use crate::production::lock::LockError;
use crate::production::photos::write_new;

const FORMAT: &str = "kia-backup/1";
const MANIFEST: &str = "manifest.json";
/// The magic of an age file.
const AGE: &[u8] = b"age-encryption.org/v1";
/// The digits of a SHA-256.
const SEAL: usize = 64;
/// Folders that are taken whole.
const WHOLE: [&str; 3] = ["layouts", "checkpoints", "handover"];

/// Why there is no backup, or why one cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    #[error(transparent)]
    Ledger(#[from] ledger::Error),
    /// Another backup is being made.
    #[error("another backup is being made")]
    Lock(#[from] LockError),
    #[error("`{}` cannot be used", .path.display())]
    File {
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The recipient or the identity.
    #[error("{0}")]
    Key(String),
    /// It is encrypted and no identity was named.
    #[error("the backup is encrypted: name the file of its identity with --identity")]
    Encrypted,
    /// It was changed or cut, or it is none.
    #[error("this is no backup of a station, or it was changed or cut: {0}")]
    Damaged(String),
}

/// What a backup says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    format: String,
    /// The program that made it.
    pub program: String,
    pub made_at: Timestamp,
    /// Tells the station's ledger from another.
    pub station: String,
    /// The number of the last event in it.
    pub seq: u64,
    /// The hash of that event, in hexadecimal digits.
    pub head: String,
}

/// A backup that was made.
#[derive(Debug)]
pub struct Backup {
    /// What it says of itself.
    pub manifest: Manifest,
    /// Whether it is encrypted.
    pub encrypted: bool,
    /// How many files it holds.
    pub files: u64,
    /// What verifying the copied ledger found, and the files beside it.
    pub report: Report,
}

/// Backs up the station to the file `out`, encrypted for `recipient` (`age1…`) if there is one. The
/// copy of the ledger is verified whole, and `out` appears by a rename.
///
/// # Errors
/// [`BackupError`]. What verifying found is no error: the backup of a damaged station may be the
/// last one there is.
pub fn back_up(
    paths: &Paths,
    out: &Path,
    recipient: Option<&str>,
    now: Timestamp,
) -> Result<Backup, BackupError> {
    let encryptor = recipient.map(encryptor).transpose()?;
    let source = Ledger::open_read_only(&paths.ledger())?;
    let _lock = Lock::take(&paths.ledger().join("backup.lock"))?;
    // Beside the ledger, where nobody else may read.
    let scratch = Scratch::make(paths.ledger().join("backup.tmp"))?;
    let copy = source.copy_to(&paths.ledger(), &scratch.0)?;
    let report = ledger::verify(&copy, &ledger_files(paths))?;
    let (seq, head) = copy.head()?;
    let manifest = Manifest {
        format: FORMAT.to_owned(),
        program: format!("kia-station {}", env!("CARGO_PKG_VERSION")),
        made_at: now,
        station: copy.station_id(),
        seq,
        head,
    };
    let files = contents(paths, &copy, &scratch.0)?;
    let encrypted = encryptor.is_some();
    let write = |file: &mut File| -> io::Result<u64> {
        // Before the first byte: it holds personal data, or the names of the files that do.
        file.set_permissions(Permissions::from_mode(0o600))?;
        match encryptor {
            None => archive(file, &manifest, &files).map(|(_, count)| count),
            Some(encryptor) => {
                let (sealed, count) = archive(encryptor.wrap_output(file)?, &manifest, &files)?;
                sealed.finish()?;
                Ok(count)
            }
        }
    };
    let files = write_new(out, write).map_err(|source| file_error(out, source))?;
    Ok(Backup {
        manifest,
        encrypted,
        files,
        report,
    })
}

fn encryptor(recipient: &str) -> Result<age::Encryptor, BackupError> {
    let recipient: age::x25519::Recipient = recipient
        .parse()
        .map_err(|why| BackupError::Key(format!("`{recipient}` is no age recipient ({why})")))?;
    age::Encryptor::with_recipients(std::iter::once(&recipient as &dyn age::Recipient))
        .map_err(|error| BackupError::Key(error.to_string()))
}

/// What goes in: where it lies, and its name in the archive. A file that is gone by now was purged,
/// or verifying has found it missing.
fn contents(
    paths: &Paths,
    copy: &Reader,
    scratch: &Path,
) -> Result<Vec<(PathBuf, String)>, BackupError> {
    let mut files = Vec::new();
    for name in LEDGER_FILES {
        files.push((scratch.join(name), format!("ledger/{name}")));
    }
    for path in [paths.config(), paths.calibration(), paths.mappings()] {
        files.extend(named(&paths.root, path));
    }
    for folder in WHOLE {
        walk(&paths.root, &paths.root.join(folder), &mut files)?;
    }
    let purged = copy.purged_lots()?;
    for lot in copy.lots()? {
        if !purged.contains(&lot) {
            files.extend(named(&paths.root, paths.lots().join(&lot.pdf)));
        }
    }
    for photo in copy.photos()? {
        let path = paths.photos().join(format!("{photo}.jpg"));
        files.extend(named(&paths.root, path));
    }
    Ok(files)
}

/// A path with its name inside the station.
fn named(root: &Path, path: PathBuf) -> Option<(PathBuf, String)> {
    let name = path.strip_prefix(root).ok()?.to_str()?.to_owned();
    Some((path, name))
}

fn walk(root: &Path, dir: &Path, files: &mut Vec<(PathBuf, String)>) -> Result<(), BackupError> {
    let failed = |source| file_error(dir, source);
    let listed = match fs::read_dir(dir) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        listed => listed.map_err(failed)?,
    };
    for entry in listed {
        let entry = entry.map_err(failed)?;
        let kind = entry.file_type().map_err(failed)?;
        if kind.is_dir() {
            walk(root, &entry.path(), files)?;
        } else if kind.is_file() {
            files.extend(named(root, entry.path()));
        }
    }
    Ok(())
}

/// Writes the archive to `out` and returns it with the number of files.
fn archive<W: Write>(
    out: W,
    manifest: &Manifest,
    files: &[(PathBuf, String)],
) -> io::Result<(W, u64)> {
    let mut zip = ZipWriter::new_stream(Sealed::new(out));
    // The place where the sum will stand.
    zip.set_comment("0".repeat(SEAL))?;
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .unix_permissions(0o600);
    zip.start_file(MANIFEST, options)?;
    serde_json::to_writer(&mut zip, manifest)?;
    let mut count = 0;
    for (path, name) in files {
        match File::open(path) {
            Ok(mut file) => {
                let large = file.metadata()?.len() >= u64::from(u32::MAX) / 2;
                zip.start_file(name.as_str(), options.large_file(large))?;
                io::copy(&mut file, &mut zip)?;
                count += 1;
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    let sealed: StreamWriter<Sealed<W>> = zip.finish()?;
    Ok((sealed.into_inner().seal()?, count))
}

/// Hashes what it writes and keeps the last bytes back, whose place the sum takes.
struct Sealed<W> {
    out: W,
    hash: Sha256,
    kept: Vec<u8>,
}

impl<W: Write> Sealed<W> {
    fn new(out: W) -> Self {
        Self {
            out,
            hash: Sha256::new(),
            kept: Vec::new(),
        }
    }

    fn seal(mut self) -> io::Result<W> {
        self.out.write_all(hex(&self.hash.finalize()).as_bytes())?;
        self.out.flush()?;
        Ok(self.out)
    }
}

impl<W: Write> Write for Sealed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.kept.extend_from_slice(bytes);
        let ready = self.kept.len().saturating_sub(SEAL);
        self.hash.update(&self.kept[..ready]);
        self.out.write_all(&self.kept[..ready])?;
        self.kept.drain(..ready);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Unpacks the backup `file` into the empty folder `dir`, and returns what it says of itself.
/// `identity` is a file with the age identity, where the backup is encrypted.
///
/// # Errors
/// [`BackupError::Damaged`] when a single byte of it was changed.
pub fn unpack(file: &Path, dir: &Path, identity: Option<&Path>) -> Result<Manifest, BackupError> {
    let failed = |source| file_error(file, source);
    let mut source = File::open(file).map_err(failed)?;
    let mut magic = [0; AGE.len()];
    let is_age = source.read_exact(&mut magic).is_ok() && magic == AGE;
    source.rewind().map_err(failed)?;
    // What is decrypted lies in the folder that it is unpacked into, for as long as that takes.
    let plain = dir.join("backup.zip");
    if is_age {
        let identity = identity.ok_or(BackupError::Encrypted)?;
        decrypt(source, &plain, identity)?;
        source = File::open(&plain).map_err(failed)?;
    }
    check_seal(&mut source)?;
    let mut zip = ZipArchive::new(BufReader::new(source)).map_err(damaged)?;
    let manifest: Manifest = {
        let entry = zip.by_name(MANIFEST).map_err(damaged)?;
        serde_json::from_reader(entry.take(1 << 16)).map_err(damaged)?
    };
    if manifest.format != FORMAT {
        return Err(BackupError::Damaged(format!(
            "it is of the format `{}`",
            manifest.format
        )));
    }
    for index in 0..zip.len() {
        let mut entry = zip.by_index(index).map_err(damaged)?;
        let name = entry.enclosed_name();
        let name = name.ok_or_else(|| damaged("a file in it lies outside of it"))?;
        if name == Path::new(MANIFEST) {
            continue;
        }
        let path = dir.join(&name);
        let failed = |source| file_error(&path, source);
        if let Some(parent) = path.parent() {
            private_dirs(parent).map_err(failed)?;
        }
        let mut out = File::options()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)
            .map_err(failed)?;
        io::copy(&mut entry, &mut out).map_err(damaged)?;
        out.sync_all().map_err(failed)?;
    }
    if is_age {
        fs::remove_file(&plain).map_err(|source| file_error(&plain, source))?;
    }
    Ok(manifest)
}

/// Verifies a station that was unpacked out of a backup, against what the backup says of itself.
///
/// # Errors
/// Only when it cannot be verified at all.
pub fn verify_unpacked(paths: &Paths, manifest: &Manifest) -> anyhow::Result<Report> {
    // One from an older program is brought up to date first.
    let ledger = Ledger::open(&paths.ledger())?;
    let mut report = verify_kept(&ledger, paths, None)?;
    if ledger.hash_of(manifest.seq)?.as_ref() != Some(&manifest.head) {
        report.add_checkpoint(MANIFEST.to_owned(), CheckpointFault::Rewritten);
    }
    Ok(report)
}

/// Verifies the ledger, the files it names, and the log against every checkpoint that the station
/// keeps: a log that was cut while they stayed is found without any help from outside. With `key`
/// each must be signed with that one.
///
/// # Errors
/// Only when it cannot be verified at all.
pub fn verify_kept(ledger: &Reader, paths: &Paths, key: Option<&str>) -> anyhow::Result<Report> {
    let mut report = ledger::verify(ledger, &ledger_files(paths))?;
    let Ok(listed) = fs::read_dir(paths.checkpoints()) else {
        // A station that never closed a day has none.
        return Ok(report);
    };
    let mut files = listed.collect::<Result<Vec<_>, _>>()?;
    files.sort_by_key(fs::DirEntry::file_name);
    // What a crash left half written never was a checkpoint; the next close writes it whole.
    files.retain(|file| file.path().extension().is_none_or(|end| end != "tmp"));
    for file in files {
        // One that cannot be read is no checkpoint.
        let text = fs::read_to_string(file.path()).unwrap_or_default();
        if let Some(fault) = fault_of(ledger, &text, key)? {
            report.add_checkpoint(file.file_name().to_string_lossy().into_owned(), fault);
        }
    }
    Ok(report)
}

/// What is wrong with the log or with a checkpoint, given its text.
pub(super) fn fault_of(
    ledger: &Reader,
    text: &str,
    key: Option<&str>,
) -> ledger::Result<Option<CheckpointFault>> {
    match Checkpoint::parse(text) {
        Some(checkpoint) => ledger::against(ledger, &checkpoint, key),
        None => Ok(Some(CheckpointFault::Unreadable)),
    }
}

fn decrypt(source: File, to: &Path, identity: &Path) -> Result<(), BackupError> {
    let text = fs::read_to_string(identity).map_err(|source| file_error(identity, source))?;
    let secret = text
        .lines()
        .find(|line| line.starts_with("AGE-SECRET-KEY-1"));
    let identity: age::x25519::Identity = secret
        .and_then(|secret| secret.trim().parse().ok())
        .ok_or_else(|| {
            let name = identity.display();
            BackupError::Key(format!(
                "`{name}` holds no age identity (AGE-SECRET-KEY-1…)"
            ))
        })?;
    let decryptor = age::Decryptor::new(BufReader::new(source)).map_err(damaged)?;
    let mut plain = decryptor
        .decrypt(std::iter::once(&identity as &dyn age::Identity))
        .map_err(damaged)?;
    let mut out = File::options()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(to)
        .map_err(|source| file_error(to, source))?;
    io::copy(&mut plain, &mut out).map_err(damaged)?;
    Ok(())
}

/// Compares the sum at the file's end with all that is before it.
fn check_seal(file: &mut File) -> Result<(), BackupError> {
    let length = file.seek(SeekFrom::End(0)).map_err(damaged)?;
    let body = length
        .checked_sub(SEAL as u64)
        .ok_or_else(|| damaged("it is too short"))?;
    file.rewind().map_err(damaged)?;
    let mut hash = Summing(Sha256::new());
    io::copy(&mut (&mut *file).take(body), &mut hash).map_err(damaged)?;
    let mut seal = String::new();
    let read = file.read_to_string(&mut seal);
    file.rewind().map_err(damaged)?;
    if read.is_ok() && seal == hex(&hash.0.finalize()) {
        Ok(())
    } else {
        Err(damaged("its sum is another"))
    }
}

/// Hashes what is written to it.
struct Summing(Sha256);

impl Write for Summing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A folder for the station's user alone, which goes when this is dropped.
pub struct Scratch(pub PathBuf);

impl Scratch {
    /// Makes it, in place of what a crash may have left.
    ///
    /// # Errors
    /// [`BackupError::File`].
    pub fn make(path: PathBuf) -> Result<Self, BackupError> {
        let made = match fs::remove_dir_all(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => private_dirs(&path),
        };
        made.map_err(|source| file_error(&path, source))?;
        Ok(Self(path))
    }

    /// Gives it its lasting name.
    ///
    /// # Errors
    /// [`BackupError::File`].
    pub fn become_folder(self, name: &Path) -> Result<(), BackupError> {
        fs::rename(&self.0, name).map_err(|source| file_error(name, source))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // After a rename there is none, and what cannot be removed now is removed the next time.
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn private_dirs(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

fn file_error(path: &Path, source: io::Error) -> BackupError {
    BackupError::File {
        path: path.to_owned(),
        source,
    }
}

fn damaged(why: impl ToString) -> BackupError {
    BackupError::Damaged(why.to_string())
}
