//! What is still open for writing below `incoming/`, where the system tells.

use std::fs;
use std::path::{Path, PathBuf};

/// The files below this folder that a process has open for writing. Linux tells it of the processes
/// of the station's own user, and root of all; somebody who writes over the network is seen by the
/// server that writes for them.
pub(super) fn open_below(folder: &Path) -> Vec<PathBuf> {
    let (Ok(folder), Ok(processes)) = (folder.canonicalize(), fs::read_dir("/proc")) else {
        return Vec::new();
    };
    let mut open = Vec::new();
    for process in processes.flatten().map(|process| process.path()) {
        // Others than processes, and those that one may not look into, have no such folder.
        let Ok(files) = fs::read_dir(process.join("fd")) else {
            continue;
        };
        for file in files.flatten() {
            let target = fs::read_link(file.path()).unwrap_or_default();
            if let Ok(below) = target.strip_prefix(&folder)
                && is_for_writing(&process.join("fdinfo").join(file.file_name()))
            {
                open.push(below.to_owned());
            }
        }
    }
    open
}

/// By the flags that a file was opened with: 1 to write, 2 to read and write.
fn is_for_writing(info: &Path) -> bool {
    let text = fs::read_to_string(info).unwrap_or_default();
    let flags = text.lines().find_map(|line| line.strip_prefix("flags:"));
    flags
        .and_then(|flags| u32::from_str_radix(flags.trim(), 8).ok())
        .is_some_and(|flags| flags & 3 != 0)
}
