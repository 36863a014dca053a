//! Every rule for every role: who may, what is entered, and that a denial is entered too. A rule
//! without a row does not compile.

mod given;
mod rows;

use std::fs;
use std::sync::LazyLock;

use sha2::{Digest, Sha256};
use tempfile::TempDir;

use super::uploads::{StageId, Staging};
use super::*;
use crate::config::{Config, Paths};
use crate::context::{Clock, Context};
use crate::domain::account::Role;
use crate::domain::card::{Evidence, Kind, SpoilReason, State};
use crate::domain::hex::hex;
use crate::domain::ids::{CardId, LotId, PackId};
use crate::domain::job::{Ended, Side};
use crate::domain::mapping::Mapping;
use crate::domain::pack::{Carrier, Destination, ReturnReason};
use crate::domain::reason::Reason;
use crate::domain::reprint::{ReprintEvidence, ReprintReason};
use crate::domain::stock::Movement;
use crate::domain::text::{Explain, Lang};
use crate::intake::{Inbox, Look};
use crate::ledger::testing::{child, new_card, new_lot, now};
use crate::ledger::{self, Ledger, NewCard, NewMovement, Tx};
use crate::production::photos::PhotoStore;
use crate::production::{assets, samples};
use crate::render::compose::compose;
use crate::render::content::{CardContent, Issue, values};
use crate::render::document::Document;

use self::given::*;
use self::rows::row;

/// How an action with a rule is tried.
struct Row {
    /// What must be at the station first.
    given: fn(&mut Tx<'_>) -> ledger::Result<()>,
    act: fn(&mut Access<'_>) -> Result<()>,
    /// The events that one who may leaves behind, in order; the audit's by their codes.
    entered: &'static [&'static str],
}

/// A station with what `row` is given. Its folder vanishes with the first of the pair.
fn station(row: &Row) -> (TempDir, Context) {
    let dir = TempDir::new().unwrap();
    let paths = Paths::new(dir.path());
    fs::create_dir_all(paths.ledger()).unwrap();
    fs::create_dir_all(paths.handover()).unwrap();
    let folders = paths.intake();
    for folder in [&folders.incoming, &folders.accepted, &folders.rejected] {
        fs::create_dir_all(folder).unwrap();
    }
    let (went_back, uploaded) = (folders.rejected.join("SDN-1"), paths.uploads().join("u1"));
    fs::create_dir(&went_back).unwrap();
    fs::write(went_back.join("alasan.csv"), "NIK").unwrap();
    fs::create_dir_all(uploaded.join("drop")).unwrap();
    let stage = r#"{ "name": "SDN 1", "at": "2026-11-24T08:00:00Z" }"#;
    fs::write(uploaded.join("stage.json"), stage).unwrap();
    let checked = r#"{ "unapproved": 1, "photos": {} }"#;
    fs::write(uploaded.join("checked.json"), checked).unwrap();
    fs::write(paths.root.join("t.csv"), "Nama Siswa,NIK\nA,1\n").unwrap();
    let store = PhotoStore::open(paths.photos()).unwrap();
    store.keep(&PORTRAIT.0, &PORTRAIT.1).unwrap();
    store.sync().unwrap();
    for (name, bytes) in assets::FILES {
        let file = paths.layouts().join(name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, bytes).unwrap();
    }
    let mut ledger = Ledger::create(&paths.ledger(), now()).unwrap();
    ledger.write("station", now(), row.given).unwrap();
    let context = Context::new(
        paths,
        Config::parse("station.toml", PRINTER).unwrap(),
        Clock::new(now),
    )
    .unwrap();
    (dir, context)
}

fn last(context: &Context) -> u64 {
    context.read(|ledger| ledger.head()).unwrap().0
}

/// What was entered after the event `since`, the oldest first.
fn entered(context: &Context, since: u64) -> Vec<String> {
    let mut names = Vec::new();
    let mut each = |entry: ledger::Entry| -> ledger::Result<()> {
        let event = serde_json::to_value(&entry.event).unwrap();
        let code = event.get("what").filter(|_| event["kind"] == "audited");
        names.push(code.unwrap_or(&event["kind"]).as_str().unwrap().to_owned());
        Ok(())
    };
    let all = |ledger: &ledger::Reader| ledger.entries(since + 1, u64::MAX >> 1, &mut each);
    context.read(all).unwrap();
    names
}

/// What is wrong with a rule for a role, if anything.
fn fault(rule: Rule, role: Role) -> Option<String> {
    let row = row(rule);
    let (_dir, context) = station(&row);
    let before = last(&context);
    let user = "siti".to_owned();
    let done = (row.act)(&mut Access::new(&context, Operator::Proved { user, role }));
    let events = entered(&context, before);
    let right = match (&done, role.may(rule.right())) {
        (Ok(()), true) => events == row.entered,
        (Err(denied @ Failure::Denied(it)), false) => {
            let (told, what) = (denied.text().unwrap(), rule.text());
            let named = |lang| told.of(lang).contains(what.of(lang));
            *it == rule
                && events == ["step-denied"]
                && named(Lang::Indonesian)
                && named(Lang::English)
        }
        _ => false,
    };
    (!right).then(|| format!("{role} {rule:?}: {done:?}, entered {events:?}"))
}

#[test]
fn a_role_does_what_its_right_allows_and_nothing_else_and_both_are_entered() {
    let pairs = Rule::ALL
        .iter()
        .flat_map(|rule| Role::ALL.map(|role| (*rule, role)));
    let faults: Vec<String> = pairs.filter_map(|(rule, role)| fault(rule, role)).collect();
    assert!(faults.is_empty(), "{faults:#?}");
}

/// Before there are accounts a claimed name suffices; once there are, it does not.
#[test]
fn a_name_without_proof_counts_only_while_there_are_no_accounts() {
    for &rule in Rule::ALL {
        let row = row(rule);
        let (_dir, context) = station(&row);
        let claimed = Operator::Claimed("siti".to_owned());
        let is_free = !context.read(|ledger| ledger.has_accounts()).unwrap();
        let done = (row.act)(&mut Access::new(&context, claimed.clone()));
        assert_eq!(done.is_ok(), is_free, "{rule:?}: {done:?}");

        let (_dir, context) = station(&row);
        let account = |tx: &mut Tx<'_>| tx.make_account("budi", Role::Supervisor, "$argon2id$");
        context.write("console", now(), account).unwrap();
        let before = last(&context);
        let refused = (row.act)(&mut Access::new(&context, claimed)).unwrap_err();
        assert!(
            matches!(refused, Failure::Refused(_)),
            "{rule:?}: {refused:?}"
        );
        assert!(entered(&context, before).is_empty(), "{rule:?}");
    }
}

#[test]
fn the_first_account_is_made_by_whoever_holds_the_console_and_no_other_is() {
    let (_dir, context) = station(&row(Rule::AccountMake));
    let mut at = Access::new(&context, Operator::Unnamed);
    let first = accounts::make(&mut at, "siti", Role::Operator, PASSWORD);
    assert!(matches!(first, Err(Failure::Refused(_))), "{first:?}");
    accounts::make(&mut at, "budi", Role::Supervisor, PASSWORD).unwrap();
    let second = accounts::make(&mut at, "siti", Role::Operator, PASSWORD);
    assert!(matches!(second, Err(Failure::Refused(_))), "{second:?}");
    let all = context.read(|ledger| ledger.accounts()).unwrap();
    assert_eq!(all.len(), 1);
}

#[test]
fn a_password_is_proved_once_more_before_it_is_changed_at_an_open_page() {
    let (_dir, context) = station(&row(Rule::AccountMake));
    let mut at = Access::new(&context, Operator::Unnamed);
    accounts::make(&mut at, "budi", Role::Supervisor, PASSWORD).unwrap();
    let before = last(&context);
    let (user, role) = ("budi".to_owned(), Role::Supervisor);
    let mut at = Access::new(&context, Operator::Proved { user, role });
    accounts::prove_again(&mut at, PASSWORD).unwrap();
    let wrong = accounts::prove_again(&mut at, "bulan di atas sawah").unwrap_err();
    assert!(matches!(wrong, Failure::Refused(_)), "{wrong:?}");
    assert_eq!(entered(&context, before), ["login-denied"]);
}

#[test]
fn a_photo_is_decoded_for_its_cloth_once() {
    let (_dir, context) = station(&row(Rule::PhotoView));
    let claimed = Operator::Claimed("siti".to_owned());
    let mut at = Access::new(&context, claimed);
    let mut cloth = || photos::list(&mut at, 0, 10).unwrap().0[0].cloth;
    let seen = cloth();
    assert!(seen.is_some());
    fs::remove_dir_all(context.paths.photos()).unwrap();
    assert_eq!(cloth(), seen);
}
