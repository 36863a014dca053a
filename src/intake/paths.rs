//! From what a sender wrote as a path to the file that is meant.

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use super::tree::{Barred, Tree};

/// Finds files in a drop, and remembers the names of folders in which it had to search.
///
/// Windows senders write `\` and mind no case: a backslash separates like a slash, and a name
/// that differs in case only is taken when there is one such name.
#[derive(Default)]
pub(super) struct Finder {
    /// Folder → name in lower case → the one name that is written so, or none when several are.
    folders: HashMap<PathBuf, HashMap<String, Option<OsString>>>,
}

impl Finder {
    /// The real path in `base` of what is written, which stays below `base`. What it names is not
    /// looked at.
    pub fn find(&mut self, base: &Tree, written: &Path) -> Result<PathBuf, Barred> {
        let written = written.to_str().ok_or(Barred::Missing)?.replace('\\', "/");
        let mut names = written.split('/').peekable();
        let drive = names.peek().is_some_and(|first| first.contains(':'));
        if drive || written.starts_with('/') || written.contains('\0') {
            return Err(Barred::Outside);
        }
        let mut at = PathBuf::new();
        for name in names.filter(|name| !matches!(*name, "" | ".")) {
            if name == ".." {
                return Err(Barred::Outside);
            }
            let exact = at.join(name);
            at = match base.meta(&exact) {
                Ok(_) => exact,
                Err(Barred::Missing) => at.join(self.same_but_for_case(base, &at, name)?),
                Err(error) => return Err(error),
            };
        }
        match at.as_os_str().is_empty() {
            true => Err(Barred::Outside),
            false => Ok(at),
        }
    }

    fn same_but_for_case(
        &mut self,
        base: &Tree,
        folder: &Path,
        name: &str,
    ) -> Result<OsString, Barred> {
        if !self.folders.contains_key(folder) {
            let mut alike = HashMap::new();
            base.folder(folder)?.names(|name| {
                if let Some(text) = name.to_str() {
                    alike
                        .entry(text.to_lowercase())
                        .and_modify(|only| *only = None)
                        .or_insert_with(|| Some(name.to_owned()));
                }
            })?;
            self.folders.insert(folder.to_owned(), alike);
        }
        let alike = self.folders.get(folder);
        let found = alike.and_then(|alike| alike.get(&name.to_lowercase()));
        found.cloned().flatten().ok_or(Barred::Missing)
    }
}

/// The extension in lower case, empty without one.
pub(super) fn extension(path: &Path) -> String {
    let extension = path.extension().and_then(OsStr::to_str);
    extension.unwrap_or_default().to_ascii_lowercase()
}
