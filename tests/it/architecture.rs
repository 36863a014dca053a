//! Holds the map of modules in `src/lib.rs`: who may know whom, and what is absent on purpose.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

const SRC: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src");

/// A source file: its place below `src/` and its text without tests and comments.
struct Source {
    path: PathBuf,
    code: String,
}

impl Source {
    fn new(path: &str, text: &str) -> Self {
        Self {
            path: path.into(),
            code: product(text),
        }
    }

    /// The module at the top of the crate that this file is of.
    fn module(&self) -> String {
        let first = self.path.components().next().unwrap();
        let first = first.as_os_str().to_str().unwrap();
        first.trim_end_matches(".rs").to_owned()
    }

    /// How many modules lie between the crate and this file, its own counted.
    fn depth(&self) -> usize {
        let own = usize::from(self.path.file_stem().unwrap() != "mod");
        self.path.components().count() - 1 + own
    }

    /// The modules at the top of the crate that it names, through `crate::` or enough `super::`.
    fn uses(&self) -> BTreeSet<String> {
        let up = "super::".repeat(self.depth());
        let mut found = BTreeSet::new();
        for root in ["crate::", up.as_str()] {
            for (at, _) in self.code.match_indices(root) {
                let before = self.code[..at].chars().next_back();
                if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':') {
                    continue;
                }
                let after = &self.code[at + root.len()..];
                match after.strip_prefix('{') {
                    Some(list) => found.extend(heads(list)),
                    None => found.extend(head(after)),
                }
            }
        }
        found
    }

    fn lies_in(&self, modules: &[&str]) -> bool {
        modules.contains(&self.module().as_str())
    }
}

/// The name at the start of a path.
fn head(path: &str) -> Option<String> {
    let end = path.find(|c: char| !c.is_alphanumeric() && c != '_');
    let name = &path[..end.unwrap_or(path.len())];
    (!name.is_empty()).then(|| name.to_owned())
}

/// The first names of a `{…}` list whose opening brace is already read.
fn heads(list: &str) -> Vec<String> {
    let (mut depth, mut begins, mut found) = (1, true, Vec::new());
    for (at, c) in list.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 1 => break,
            '}' => depth -= 1,
            ',' if depth == 1 => begins = true,
            c if begins && !c.is_whitespace() => {
                found.extend(head(&list[at..]));
                begins = false;
            }
            _ => {}
        }
    }
    found
}

/// The text without comments and without what is compiled for tests only.
fn product(text: &str) -> String {
    let mut kept = String::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let code = line.trim_start();
        if code.starts_with("#[cfg(test)]") {
            let indent = &line[..line.len() - code.len()];
            let item = lines.next().unwrap_or_default();
            if !item.trim_end().ends_with(';') {
                let closing = format!("{indent}}}");
                lines.by_ref().find(|line| *line == closing);
            }
        } else if !code.starts_with("//") {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    kept
}

/// Every source file that is part of the product.
fn sources() -> Vec<Source> {
    let mut found = Vec::new();
    let mut folders = vec![PathBuf::from(SRC)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let stem = path.file_stem().unwrap().to_str().unwrap();
            // Modules of these names are declared under `#[cfg(test)]` only.
            if matches!(stem, "tests" | "testing") {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                let place = path.strip_prefix(SRC).unwrap();
                found.push(Source::new(place.to_str().unwrap(), &text));
            }
        }
    }
    found
}

/// What each module may use, as the table at the top of `src/lib.rs` says.
fn map() -> BTreeMap<String, BTreeSet<String>> {
    let lib = fs::read_to_string(Path::new(SRC).join("lib.rs")).unwrap();
    let mut map = BTreeMap::<String, BTreeSet<String>>::new();
    for row in lib.lines().filter_map(|line| line.strip_prefix("//! | [`")) {
        let (module, rest) = row.split_once("`]").unwrap();
        let may = rest
            .trim_end_matches(" |")
            .rsplit_once('|')
            .unwrap()
            .1
            .trim();
        let mut allowed: BTreeSet<String> = match may {
            "nothing" => BTreeSet::new(),
            "all above" => map.keys().cloned().collect(),
            names => {
                let names = names.split('`').skip(1).step_by(2);
                names.map(str::to_owned).collect()
            }
        };
        allowed.insert(module.to_owned());
        map.insert(module.to_owned(), allowed);
    }
    map
}

/// What a file uses against the map.
fn trespasses(source: &Source, map: &BTreeMap<String, BTreeSet<String>>) -> Vec<String> {
    let module = source.module();
    let allowed = &map[&module];
    let uses = source.uses().into_iter();
    uses.filter(|used| map.contains_key(used) && !allowed.contains(used))
        .map(|used| format!("{} uses `{used}`", source.path.display()))
        .collect()
}

#[test]
fn every_module_uses_only_what_the_map_allows_it() {
    let map = map();
    let mut wrong = Vec::new();
    let mut modules = BTreeSet::new();
    for source in sources() {
        if matches!(source.module().as_str(), "main" | "lib") {
            continue;
        }
        modules.insert(source.module());
        wrong.extend(trespasses(&source, &map));
    }
    assert_eq!(wrong, Vec::<String>::new());
    assert_eq!(
        modules,
        map.into_keys().collect(),
        "the map names every module"
    );
}

#[test]
fn the_core_and_the_edges_are_held_as_the_design_says() {
    let map = map();
    let allowed = |module: &str| map[module].iter().map(String::as_str).collect::<Vec<_>>();
    assert_eq!(allowed("domain"), ["domain"]);
    for edge in ["render", "intake", "ledger", "printer"] {
        let mut wanted = ["domain", edge];
        wanted.sort_unstable();
        assert_eq!(allowed(edge), wanted);
    }
}

#[test]
fn a_trespass_is_found_however_it_is_written() {
    let map = map();
    for (path, text) in [
        ("domain/nik.rs", "use crate::ledger::Ledger;"),
        ("domain/nik.rs", "fn f() { crate::render::x() }"),
        (
            "render/text.rs",
            "use crate::{domain::nik, intake::{Batch}};",
        ),
        (
            "render/layout/parse.rs",
            "use super::super::super::ledger::Tx;",
        ),
        ("render/mod.rs", "use super::intake::Batch;"),
        (
            "intake/read.rs",
            "#[cfg(test)]\nmod tests;\nuse crate::ledger::Tx;",
        ),
        (
            "intake/read.rs",
            "#[cfg(test)]\nmod tests {\n    x\n}\nuse crate::ledger::Tx;",
        ),
    ] {
        assert_eq!(
            trespasses(&Source::new(path, text), &map).len(),
            1,
            "{path}: {text}"
        );
    }
    for (path, text) in [
        ("render/layout/parse.rs", "use super::super::CARD_MM;"),
        (
            "render/text.rs",
            "// crate::ledger\nuse crate::{domain::{ledger}, render};",
        ),
        (
            "render/text.rs",
            "#[cfg(test)]\nmod tests {\n    use crate::ledger;\n}",
        ),
    ] {
        assert!(
            trespasses(&Source::new(path, text), &map).is_empty(),
            "{path}: {text}"
        );
    }
}

/// The words of `forbidden` that stand in the code of these modules, or outside of them.
fn found(forbidden: &[&str], looked_at: impl Fn(&Source) -> bool) -> Vec<String> {
    let mut found = Vec::new();
    for source in sources().into_iter().filter(looked_at) {
        // Spaces fold, so that a line break hides nothing.
        let code = source.code.split_whitespace().collect::<Vec<_>>().join(" ");
        let words = forbidden.iter().filter(|word| code.contains(**word));
        found.extend(words.map(|word| format!("{}: `{word}`", source.path.display())));
    }
    found
}

#[test]
fn sql_is_in_the_ledger_and_nowhere_else() {
    let words = [
        "rusqlite",
        "\"SELECT ",
        "INSERT INTO ",
        "DELETE FROM ",
        "CREATE TABLE ",
        "PRAGMA ",
    ];
    assert_eq!(
        found(&words, |source| !source.lies_in(&["ledger"])),
        Vec::<String>::new()
    );
    assert!(!found(&words, |source| source.lies_in(&["ledger"])).is_empty());
}

#[test]
fn the_core_has_no_clock_no_files_and_no_environment() {
    let words = [
        "std::fs",
        "std::env",
        "std::net",
        "std::process",
        "std::time",
        "SystemTime",
        "Instant::now",
        "Timestamp::now",
        "Zoned::now",
        "File::open",
        "File::create",
        "use std::{",
    ];
    let pure = |source: &Source| {
        source.lies_in(&["domain", "render"])
            || ["reports/papers", "reports/tables"]
                .iter()
                .any(|place| source.path.starts_with(place))
    };
    assert_eq!(found(&words, pure), Vec::<String>::new());
    assert!(!found(&words, |source| !pure(source)).is_empty());
}
