//! Holds the documentation to what the program takes and does.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use kia_station::config::PrinterSettings;
use kia_station::domain::card::State;
use kia_station::domain::device::DeviceState;
use kia_station::domain::reason::Reason;
use kia_station::domain::text::Explain;
use kia_station::render::content::FIELDS;
use kia_station::render::layout::{FIT_KEYS, ITEM_KEYS, TOP_KEYS};
use kia_station::render::proof::Wrong;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

fn page(name: &str) -> String {
    fs::read_to_string(Path::new(ROOT).join("docs").join(name)).unwrap()
}

/// The README and every page under `docs/`.
fn all_pages() -> String {
    let listed = fs::read_dir(Path::new(ROOT).join("docs")).unwrap();
    let mut pages: Vec<PathBuf> = listed.map(|entry| entry.unwrap().path()).collect();
    pages.retain(|path| path.extension().is_some_and(|extension| extension == "md"));
    pages.push(Path::new(ROOT).join("README.md"));
    let texts = pages.iter().map(|path| fs::read_to_string(path).unwrap());
    texts.collect::<Vec<_>>().join("\n")
}

/// Which of these have no table row of their own in the part of a page under `heading`.
fn without_row<'a>(page: &str, heading: &str, names: &[&'a str]) -> Vec<&'a str> {
    let part = page.split("\n## ").find(|part| part.starts_with(heading));
    let part = part.unwrap_or_else(|| panic!("no part is called `{heading}`"));
    let named = |name: &str| {
        let rows = part.lines().filter(|line| line.starts_with('|'));
        let mut firsts = rows.filter_map(|row| row.split('|').nth(1));
        firsts.any(|cell| cell.contains(&format!("`{name}`")))
    };
    names.iter().copied().filter(|name| !named(name)).collect()
}

#[test]
fn every_key_of_a_layout_is_explained() {
    let page = page("layouts.md");
    let nothing: &[&str] = &[];
    assert_eq!(without_row(&page, "The top of the file", TOP_KEYS), nothing);
    assert_eq!(without_row(&page, "Items", ITEM_KEYS), nothing);
    assert_eq!(without_row(&page, "The fit rule", FIT_KEYS), nothing);
    assert_eq!(
        without_row(&page, "Items", &["no_such_key"]),
        ["no_such_key"]
    );
}

#[test]
fn every_way_a_proof_can_fail_is_explained() {
    let codes = Wrong::ALL.map(|wrong| wrong.reason().code());
    let nothing: &[&str] = &[];
    let page = page("printers.md");
    assert_eq!(without_row(&page, "The proof", &codes), nothing);
    assert_eq!(
        without_row(&page, "The proof", &[Reason::LotHeld.code()]),
        nothing
    );
}

#[test]
fn every_key_and_every_state_of_a_printer_is_explained() {
    let page = page("printers.md");
    let nothing: &[&str] = &[];
    let part = "Printers that the station drives";
    // An unknown key is answered with all that are known.
    let refused = toml::from_str::<PrinterSettings>("no_such_key = 1").unwrap_err();
    let (_, known) = refused.message().split_once("expected one of").unwrap();
    let keys: Vec<&str> = known.split('`').skip(1).step_by(2).collect();
    assert!(
        keys.len() > 10 && keys.contains(&"forgets_jobs"),
        "{keys:?}"
    );
    assert_eq!(without_row(&page, part, &keys), nothing);
    for state in DeviceState::ALL {
        let word = state.text().id;
        assert_eq!(without_row(&page, part, &[&*word]), nothing);
    }
    for state in [State::Unconfirmed, State::Held] {
        assert_eq!(without_row(&page, part, &[&*state.text().id]), nothing);
    }
}

#[test]
fn every_field_of_a_layout_is_explained() {
    let mut fields: Vec<&str> = FIELDS.iter().map(|(name, _)| *name).collect();
    fields.extend(["foto", "qr"]);
    let nothing: &[&str] = &[];
    assert_eq!(without_row(&page("layouts.md"), "Fields", &fields), nothing);
}

/// The subcommands that `--help` of this command lists.
fn subcommands(of: &[&str]) -> Vec<String> {
    let output = Command::new(env!("CARGO_BIN_EXE_kia-station"))
        .args(of)
        .arg("--help")
        .output()
        .unwrap();
    let help = String::from_utf8(output.stdout).unwrap();
    let Some((_, list)) = help.split_once("Commands:\n") else {
        return Vec::new();
    };
    let lines = list.lines().take_while(|line| !line.is_empty());
    // Names stand two spaces in; what is deeper goes on with the line above.
    let names = lines.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    let names = names.filter_map(|line| line.split_whitespace().next());
    names
        .filter(|name| *name != "help")
        .map(str::to_owned)
        .collect()
}

/// Whether a text names this subcommand in code, alone or in a whole command.
fn is_called(text: &str, name: &str) -> bool {
    ["`kia-station ", "`"].iter().any(|before| {
        let call = format!("{before}{name}");
        let mut ends = text
            .match_indices(&call)
            .map(|(at, _)| &text[at + call.len()..]);
        ends.any(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '-'))
    })
}

#[test]
fn every_subcommand_is_in_the_documentation() {
    assert!(!is_called("see `logs` and `kia-station login`", "log"));
    let pages = all_pages();
    let commands = subcommands(&[]);
    assert!(commands.len() >= 12, "{commands:?}");
    for command in &commands {
        let below = subcommands(&[command]);
        let named = below.iter().map(|below| format!("{command} {below}"));
        let names = named.chain([command.clone()]);
        for name in names {
            assert!(
                is_called(&pages, &name),
                "`{name}` is not in README.md nor docs/"
            );
        }
    }
}
