//! Files of a drop, reached from an open directory only: no link is followed, nothing outside the
//! directory is touched, and nothing that could block is opened.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Read};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Component, Path, PathBuf};

use rustix::fs::{self, AtFlags, FileType, Mode, OFlags, RenameFlags, Stat};
use rustix::io::Errno;
use sha2::{Digest, Sha256};

use super::Limits;

#[derive(Debug)]
pub(super) struct Tree(OwnedFd);

/// What a name stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    File,
    Folder,
    /// A link, pipe, socket or device.
    Special,
}

/// What `statat` says of one name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Meta {
    pub kind: Kind,
    pub size: u64,
    pub inode: u64,
    /// Last change of the content, in nanoseconds since 1970.
    pub changed: i128,
}

/// Why a file inside a tree was not opened.
#[derive(Debug)]
pub(super) enum Barred {
    /// The path is absolute, climbs or is no path.
    Outside,
    Missing,
    /// A link, folder, pipe, socket or device, or behind one.
    Special,
    /// More bytes than allowed.
    TooLarge,
    Io(io::Error),
}

impl From<Errno> for Barred {
    fn from(error: Errno) -> Self {
        match error {
            Errno::NOENT | Errno::NAMETOOLONG => Self::Missing,
            Errno::LOOP | Errno::NOTDIR | Errno::NXIO => Self::Special,
            other => Self::Io(other.into()),
        }
    }
}

impl From<io::Error> for Barred {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl Meta {
    fn new(stat: &Stat) -> Self {
        let kind = match FileType::from_raw_mode(stat.st_mode) {
            FileType::RegularFile => Kind::File,
            FileType::Directory => Kind::Folder,
            _ => Kind::Special,
        };
        Self {
            kind,
            size: u64::try_from(stat.st_size).unwrap_or(0),
            inode: stat.st_ino,
            changed: i128::from(stat.st_mtime) * 1_000_000_000 + i128::from(stat.st_mtime_nsec),
        }
    }
}

const FOLDER: OFlags = OFlags::RDONLY
    .union(OFlags::DIRECTORY)
    .union(OFlags::NOFOLLOW)
    .union(OFlags::CLOEXEC);

impl Tree {
    /// Opens a folder of the station itself; its own path may hold links.
    pub fn open(path: &Path) -> io::Result<Self> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        Ok(Self(fs::open(path, flags, Mode::empty())?))
    }

    /// Opens a folder inside this one, component by component.
    pub fn folder(&self, path: &Path) -> Result<Self, Barred> {
        let mut at = Self(self.0.try_clone()?);
        for name in names(path)? {
            at = Self(fs::openat(&at.0, name, FOLDER, Mode::empty())?);
        }
        Ok(at)
    }

    /// What `path` stands for.
    pub fn meta(&self, path: &Path) -> Result<Meta, Barred> {
        let (parent, name) = self.parent(path)?;
        Ok(Meta::new(&fs::statat(
            &parent.0,
            name,
            AtFlags::SYMLINK_NOFOLLOW,
        )?))
    }

    /// Whether there is anything at `path`.
    pub fn has(&self, path: &Path) -> bool {
        self.meta(path).is_ok()
    }

    /// Opens a regular file for reading.
    pub fn open_file(&self, path: &Path) -> Result<(File, Meta), Barred> {
        let (parent, name) = self.parent(path)?;
        // Looked at before it is opened, because opening a device can already do something.
        let seen = Meta::new(&fs::statat(&parent.0, name, AtFlags::SYMLINK_NOFOLLOW)?);
        if seen.kind != Kind::File {
            return Err(Barred::Special);
        }
        let flags =
            OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
        let file = fs::openat(&parent.0, name, flags, Mode::empty())?;
        let meta = Meta::new(&fs::fstat(&file)?);
        if meta.kind != Kind::File {
            return Err(Barred::Special);
        }
        Ok((file.into(), meta))
    }

    /// Reads a regular file of at most `limit` bytes, also when it grows while it is read.
    pub fn read(&self, path: &Path, limit: u64) -> Result<Vec<u8>, Barred> {
        let (file, meta) = self.open_file(path)?;
        if meta.size > limit {
            return Err(Barred::TooLarge);
        }
        let mut bytes = Vec::with_capacity(usize::try_from(meta.size).unwrap_or(0));
        file.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > limit {
            return Err(Barred::TooLarge);
        }
        Ok(bytes)
    }

    /// The SHA-256 of a regular file.
    pub fn sha256(&self, path: &Path) -> Result<[u8; 32], Barred> {
        let (mut file, _) = self.open_file(path)?;
        let mut hash = Sha256::new();
        let mut buffer = vec![0; 1 << 16];
        loop {
            match file.read(&mut buffer)? {
                0 => return Ok(hash.finalize().into()),
                n => hash.update(&buffer[..n]),
            }
        }
    }

    /// The names in this folder with what they stand for, sorted. A name that vanishes while the
    /// folder is read is left out; at most `limit` names are given.
    pub fn list(&self, limit: usize) -> io::Result<Vec<(OsString, Meta)>> {
        let mut found = Vec::new();
        for entry in fs::Dir::read_from(&self.0)? {
            let entry = entry?;
            let name = entry.file_name().to_bytes();
            if name == b"." || name == b".." {
                continue;
            }
            if found.len() == limit {
                break;
            }
            match fs::statat(&self.0, entry.file_name(), AtFlags::SYMLINK_NOFOLLOW) {
                Ok(stat) => found.push((OsString::from_vec(name.to_vec()), Meta::new(&stat))),
                Err(Errno::NOENT) => {}
                Err(error) => return Err(error.into()),
            }
        }
        found.sort_by(|a, b| a.0.cmp(&b.0));
        Ok(found)
    }

    /// Everything below this folder, relative and parents first. Links are named, not followed.
    pub fn walk(&self, limits: &Limits) -> Result<Vec<(PathBuf, Meta)>, Overrun> {
        let mut found = Vec::new();
        let mut bytes = 0_u64;
        let mut folders = vec![(PathBuf::new(), 0)];
        while let Some((at, depth)) = folders.pop() {
            let listed = match self.folder(&at) {
                Ok(folder) => folder.list(limits.files.saturating_add(1))?,
                // Gone or replaced since its parent was read: the next look sees the change.
                Err(Barred::Missing | Barred::Special) => continue,
                Err(Barred::Io(error)) => return Err(Overrun::Io(error)),
                Err(Barred::Outside | Barred::TooLarge) => return Err(Overrun::Depth),
            };
            for (name, meta) in listed {
                let path = at.join(name);
                if path.as_os_str().len() > limits.path_bytes {
                    return Err(Overrun::Path);
                }
                match meta.kind {
                    Kind::Folder if depth == limits.depth => return Err(Overrun::Depth),
                    Kind::Folder => folders.push((path.clone(), depth + 1)),
                    Kind::File => bytes = bytes.saturating_add(meta.size),
                    Kind::Special => {}
                }
                found.push((path, meta));
                if found.len() > limits.files {
                    return Err(Overrun::Files);
                }
                if bytes > limits.drop_bytes {
                    return Err(Overrun::Bytes);
                }
            }
        }
        Ok(found)
    }

    /// Gives every name in this folder, unsorted.
    pub fn names(&self, mut see: impl FnMut(&OsStr)) -> io::Result<()> {
        for entry in fs::Dir::read_from(&self.0)? {
            see(OsStr::from_bytes(entry?.file_name().to_bytes()));
        }
        Ok(())
    }

    /// Renames into another tree, lasting; nothing there is ever overwritten.
    pub fn rename(&self, from: &Path, to: &Self, new: &Path) -> io::Result<()> {
        self.rename_unsynced(from, to, new)?;
        to.parent(new).map_err(io_of)?.0.sync()?;
        self.parent(from).map_err(io_of)?.0.sync()
    }

    /// As [`Tree::rename`], but a power cut may undo it.
    pub fn rename_unsynced(&self, from: &Path, to: &Self, new: &Path) -> io::Result<()> {
        let (from_parent, from_name) = self.parent(from).map_err(io_of)?;
        let (to_parent, to_name) = to.parent(new).map_err(io_of)?;
        match fs::renameat_with(
            &from_parent.0,
            from_name,
            &to_parent.0,
            to_name,
            RenameFlags::NOREPLACE,
        ) {
            // Network file systems know no such flag. The station alone writes where it renames
            // to, so that looking first is enough there.
            Err(Errno::INVAL | Errno::NOSYS) if !to.has(new) => Ok(fs::renameat(
                &from_parent.0,
                from_name,
                &to_parent.0,
                to_name,
            )?),
            Err(Errno::INVAL | Errno::NOSYS) => Err(Errno::EXIST.into()),
            other => Ok(other?),
        }
    }

    /// Makes a folder and those above it, where they are missing.
    pub fn make_folders(&self, path: &Path) -> io::Result<()> {
        let mut at = Self(self.0.try_clone()?);
        for name in names(path).map_err(io_of)? {
            match fs::mkdirat(&at.0, name, Mode::from_raw_mode(0o750)) {
                Ok(()) => at.sync()?,
                Err(Errno::EXIST) => {}
                Err(error) => return Err(error.into()),
            }
            at = Self(fs::openat(&at.0, name, FOLDER, Mode::empty())?);
        }
        Ok(())
    }

    /// Creates a file that must not exist, for writing.
    pub fn create(&self, path: &Path) -> io::Result<File> {
        let (parent, name) = self.parent(path).map_err(io_of)?;
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC;
        Ok(fs::openat(&parent.0, name, flags, Mode::from_raw_mode(0o640))?.into())
    }

    /// A second name for a file of `from` in this tree.
    pub fn link(&self, from: &Self, source: &Path, path: &Path) -> io::Result<()> {
        let (source_parent, source_name) = from.parent(source).map_err(io_of)?;
        let (parent, name) = self.parent(path).map_err(io_of)?;
        Ok(fs::linkat(
            &source_parent.0,
            source_name,
            &parent.0,
            name,
            AtFlags::empty(),
        )?)
    }

    /// Makes again, here, a link, pipe or socket of `from`; what a link points at is not looked at.
    pub fn remake(&self, from: &Self, source: &Path, path: &Path) -> io::Result<()> {
        let (source_parent, source_name) = from.parent(source).map_err(io_of)?;
        let (parent, name) = self.parent(path).map_err(io_of)?;
        let stat = fs::statat(&source_parent.0, source_name, AtFlags::SYMLINK_NOFOLLOW)?;
        match FileType::from_raw_mode(stat.st_mode) {
            FileType::Symlink => {
                let target = fs::readlinkat(&source_parent.0, source_name, Vec::new())?;
                fs::symlinkat(target.as_c_str(), &parent.0, name)?;
            }
            other => fs::mknodat(&parent.0, name, other, Mode::from_raw_mode(0o640), 0)?,
        }
        Ok(())
    }

    pub fn remove_file(&self, path: &Path) -> io::Result<()> {
        self.unlink(path, AtFlags::empty())
    }

    /// Removes a file that may come back after a power cut.
    pub fn remove_unsynced(&self, path: &Path) -> io::Result<()> {
        let (parent, name) = self.parent(path).map_err(io_of)?;
        match fs::unlinkat(&parent.0, name, AtFlags::empty()) {
            Ok(()) | Err(Errno::NOENT) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Removes an empty folder.
    pub fn remove_folder(&self, path: &Path) -> io::Result<()> {
        self.unlink(path, AtFlags::REMOVEDIR)
    }

    fn unlink(&self, path: &Path, flags: AtFlags) -> io::Result<()> {
        let (parent, name) = self.parent(path).map_err(io_of)?;
        match fs::unlinkat(&parent.0, name, flags) {
            Ok(()) | Err(Errno::NOENT) => parent.sync(),
            Err(error) => Err(error.into()),
        }
    }

    /// Removes a file or folder with all below it. For the station's own temporary files, and for
    /// what was copied to the other side and verified.
    pub fn remove_all(&self, path: &Path) -> io::Result<()> {
        match self.meta(path) {
            Err(Barred::Missing) => Ok(()),
            Ok(Meta {
                kind: Kind::Folder, ..
            }) => {
                let folder = self.folder(path).map_err(io_of)?;
                for (name, _) in folder.list(usize::MAX)? {
                    folder.remove_all(Path::new(&name))?;
                }
                self.remove_folder(path)
            }
            Ok(_) => self.remove_file(path),
            Err(error) => Err(io_of(error)),
        }
    }

    /// Removes a folder and the folders below it as far as they are empty.
    pub fn remove_empty(&self, path: &Path) -> io::Result<()> {
        let Ok(folder) = self.folder(path) else {
            return Ok(());
        };
        for (name, meta) in folder.list(usize::MAX)? {
            if meta.kind == Kind::Folder {
                folder.remove_empty(Path::new(&name))?;
            }
        }
        match self.remove_folder(path) {
            Err(error) if error.kind() == io::ErrorKind::DirectoryNotEmpty => Ok(()),
            other => other,
        }
    }

    /// Makes renames in this folder last through a power cut.
    pub fn sync(&self) -> io::Result<()> {
        match fs::fsync(&self.0) {
            // Some network file systems cannot sync a folder; there is nothing more to do.
            Err(Errno::INVAL | Errno::NOTSUP) => Ok(()),
            other => Ok(other?),
        }
    }

    /// Makes all renames and new names in this folder and below last.
    pub fn sync_below(&self) -> io::Result<()> {
        for (name, meta) in self.list(usize::MAX)? {
            if meta.kind == Kind::Folder {
                self.folder(Path::new(&name)).map_err(io_of)?.sync_below()?;
            }
        }
        self.sync()
    }

    fn parent<'a>(&self, path: &'a Path) -> Result<(Self, &'a OsStr), Barred> {
        let name = path.file_name().ok_or(Barred::Outside)?;
        let above = path.parent().unwrap_or(Path::new(""));
        Ok((self.folder(above)?, name))
    }
}

/// Why a tree was not walked to its end.
#[derive(Debug)]
pub(super) enum Overrun {
    Files,
    Bytes,
    Depth,
    Path,
    Io(io::Error),
}

impl From<io::Error> for Overrun {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// The components of a path that stays below where it starts.
fn names(path: &Path) -> Result<Vec<&OsStr>, Barred> {
    path.components()
        .map(|component| match component {
            Component::Normal(name) if !name.as_bytes().contains(&0) => Ok(name),
            _ => Err(Barred::Outside),
        })
        .collect()
}

/// The same failure for callers to whom only the system's answer matters.
pub(super) fn io_of(barred: Barred) -> io::Error {
    match barred {
        Barred::Io(error) => error,
        Barred::Missing => Errno::NOENT.into(),
        Barred::Special => Errno::LOOP.into(),
        Barred::Outside => Errno::INVAL.into(),
        Barred::TooLarge => Errno::FBIG.into(),
    }
}

/// Moves a folder into another one under `name`, or `name~2`, … where that is taken; gives the
/// name it got. It appears there whole, also on another file system.
///
/// # Errors
/// The disk's; the folder is then where it was.
pub fn deliver(folder: &Path, into: &Path, name: &str) -> io::Result<String> {
    let above = folder.parent().unwrap_or(Path::new("."));
    let source = Path::new(folder.file_name().unwrap_or_default());
    let (from, to) = (Tree::open(above)?, Tree::open(into)?);
    for number in 1_u32.. {
        let name = match number {
            1 => name.to_owned(),
            _ => format!("{name}~{number}"),
        };
        let moved = match from.rename(source, &to, Path::new(&name)) {
            Err(error) if error.kind() == io::ErrorKind::CrossesDevices => {
                let copied = PathBuf::from(format!(".{name}.tmp"));
                to.remove_all(&copied)?;
                copy(&from, source, &to, &copied)?;
                let moved = to.rename(&copied, &to, Path::new(&name));
                moved.and_then(|()| from.remove_all(source))
            }
            other => other,
        };
        match moved {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            other => return other.map(|()| name),
        }
    }
    Err(Errno::EXIST.into())
}

/// Whether the folder lies on a network mount, where changes by others raise no event.
pub fn is_network_mount(path: &Path) -> io::Result<bool> {
    const NFS: u32 = 0x6969;
    const SMB: u32 = 0x517b;
    const CIFS: u32 = 0xff53_4d42;
    const SMB2: u32 = 0xfe53_4d42;
    const FUSE: u32 = 0x6573_5546;
    const V9FS: u32 = 0x0102_1997;
    let tree = Tree::open(path)?;
    // The field's width differs by architecture; the magic numbers are 32 bits wide.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let magic = fs::fstatfs(&tree.0)?.f_type as u32;
    Ok([NFS, SMB, CIFS, SMB2, FUSE, V9FS].contains(&magic))
}

/// Copies a file or folder to another file system: written, synced, read back and compared.
pub(super) fn copy(from: &Tree, source: &Path, to: &Tree, target: &Path) -> io::Result<()> {
    match from.meta(source).map_err(io_of)?.kind {
        Kind::File => copy_file(from, source, to, target),
        Kind::Special => to.remake(from, source, target),
        Kind::Folder => {
            to.make_folders(target)?;
            for (name, _) in from.folder(source).map_err(io_of)?.list(usize::MAX)? {
                copy(from, &source.join(&name), to, &target.join(&name))?;
            }
            to.folder(target).map_err(io_of)?.sync()
        }
    }
}

fn copy_file(from: &Tree, source: &Path, to: &Tree, target: &Path) -> io::Result<()> {
    let (mut read, _) = from.open_file(source).map_err(io_of)?;
    let mut write = to.create(target)?;
    io::copy(&mut read, &mut write)?;
    write.sync_all()?;
    let digest = |tree: &Tree, path| tree.sha256(path).map_err(io_of);
    if digest(from, source)? == digest(to, target)? {
        Ok(())
    } else {
        Err(io::Error::other(
            "a copy differs from its source; it will be made again, check the disk and the network",
        ))
    }
}

/// Writes a small file of the station's own whole or not at all.
pub(super) fn write_whole(tree: &Tree, name: &str, bytes: &[u8]) -> io::Result<()> {
    let temporary = format!("{name}.tmp");
    tree.remove_file(Path::new(&temporary))?;
    let mut file = tree.create(Path::new(&temporary))?;
    io::Write::write_all(&mut file, bytes)?;
    file.sync_all()?;
    fs::renameat(&tree.0, &temporary, &tree.0, name)?;
    tree.sync()
}
