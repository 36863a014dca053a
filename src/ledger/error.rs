//! What can go wrong in the ledger, and what to do about it.

use std::path::PathBuf;

use rusqlite::ErrorCode;

use crate::domain::card::IllegalMove;
use crate::domain::chain;
use crate::domain::ids::{CardId, LotId};
use crate::domain::pack::PackRefusal;
use crate::domain::text::{Explain, Text};

/// A ledger operation that was not done. Nothing of it was written.
///
/// No variant carries personal data, and neither does its text.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is a ledger already.
    #[error("`{}` exists already: open it, or choose another folder", .0.display())]
    Exists(PathBuf),
    /// There is no ledger.
    #[error("`{}` is missing: restore it from the backup, or make a new station", .0.display())]
    Missing(PathBuf),
    /// A file of the ledger cannot be read or written.
    #[error("cannot use `{}`: look at its permissions and at the disk", .path.display())]
    File {
        path: PathBuf,
        /// What the system says.
        #[source]
        source: std::io::Error,
    },
    /// The operating system gave no random bytes.
    #[error("the system gives no random numbers for the station's key: try again later")]
    Randomness,
    /// The key file is not 64 hexadecimal digits.
    #[error("`{}` is not a station key: restore it from the backup", .0.display())]
    KeyForm(PathBuf),
    /// The key is not the one this ledger was made with.
    #[error("`{}` belongs to another ledger: restore the key that was saved with this one", .0.display())]
    WrongKey(PathBuf),
    /// The database was written by a newer program.
    #[error(
        "the ledger is of version {found} and this program knows {known}: use the newer program"
    )]
    Newer {
        found: u32,
        /// The newest version known here.
        known: u32,
    },
    /// The database is older than the program and was opened for reading only.
    #[error(
        "the ledger is of version {found}, older than {known}: start the station once to bring it up to date"
    )]
    Older {
        found: u32,
        /// The version this program reads.
        known: u32,
    },
    /// SQLite's own check failed at the start.
    #[error("the ledger database is damaged ({0}): restore it from the backup")]
    Damaged(String),
    #[error("the ledger database refused: run `ledger verify`")]
    Database(#[source] rusqlite::Error),
    /// The projections cannot be rebuilt for a reason that is not the ledger's.
    #[error("cannot rebuild the projections: free some space for temporary files and try again")]
    Rebuild(#[source] rusqlite::Error),
    /// An event cannot be read.
    #[error("event {0} of the ledger cannot be read: run `ledger verify`")]
    Event(u64),
    /// The personal data of a card cannot be read.
    #[error("the personal data of card {0} cannot be read: run `ledger verify`")]
    Person(CardId),
    /// The personal data of a card were erased.
    #[error("the personal data of card {0} were erased: drop the record again")]
    Erased(CardId),
    /// A card that still has to be made or handed over cannot lose its data.
    #[error("card {0} is not done yet: its personal data are still needed")]
    StillNeeded(CardId),
    /// Another process holds the ledger.
    #[error("another process has been writing to the ledger for too long: stop it or try again")]
    Busy,
    /// The transaction ended before its work was done, for example because the disk is full.
    #[error("the ledger gave up the transaction: free some disk space and try again")]
    Interrupted,
    #[error("there is no card {0} in the ledger: check the number")]
    NoCard(CardId),
    /// The card cannot make this move.
    #[error("card {card} cannot move: look at its history")]
    Move {
        card: CardId,
        #[source]
        source: IllegalMove,
    },
    /// The child has a live card.
    #[error("the child's card {0} is still live: void, spoil or cancel it first")]
    LiveCard(CardId),
    /// A card may only replace a card of the same child.
    #[error("card {0} is not a card of this child: a card replaces only the child's own")]
    Replaces(CardId),
    /// A number was taken by somebody else, or is out of turn.
    #[error("lot {0} is not the next one: ask for the next number and render again")]
    LotTaken(LotId),
    /// A card cannot be rendered outside a lot.
    #[error("card {0} has no place in a lot: render it in one first")]
    NoPlace(CardId),
    /// A lot without cards, or whose count is not that of its cards.
    #[error("lot {0} does not count its cards rightly: a lot holds at least one card")]
    LotCount(LotId),
    /// The name of a PDF is a path.
    #[error("`{0}` is not a plain file name: give the name inside the folder of lots")]
    FileName(String),
    /// Not the SHA-256 of a file.
    #[error("a file's digest is 64 lower-case hexadecimal digits")]
    Digest,
    /// A reason that is no short code.
    #[error(
        "a reason is a short code of lower-case letters, digits and hyphens, such as `too-old`"
    )]
    ReasonForm,
    /// A decision that says no why.
    #[error("say in words why this is decided")]
    NoReason,
    /// `received` is not `accepted + rejected`, or `unchanged` is more than was accepted.
    #[error("the counts of drop `{0}` do not add up: received is accepted and rejected together")]
    Counts(String),
    /// The drop was finished before.
    #[error("drop `{0}` was finished before: it is not counted twice")]
    DropFinished(String),
    /// Somebody else has approved the batch.
    #[error("batch `{0}` was approved before: look at it again before it is sent")]
    BatchApproved(String),
    /// Nothing waits for its back.
    #[error("no card of printer `{0}` waits for its back")]
    NoStack(String),
    #[error("there is no lot {0}: `kia-station status` lists the lots")]
    NoLot(LotId),
    /// A print job that is not where this step begins, or whose name is taken or not its card's.
    #[error("print job `{0}` cannot take this step: look at its card's history")]
    Job(String),
    /// Only an unconfirmed card is settled.
    #[error("card {0} is not unconfirmed: nothing is to be settled")]
    NotUnconfirmed(CardId),
    /// Of a card printed side by side one side is done: it is neither good nor unprinted.
    #[error(
        "only the front of card {0} came out, or may have: print its back, or say that it is spoiled"
    )]
    HalfPrinted(CardId),
    /// A card that never came out cannot be spoiled or made again.
    #[error("card {0} did not come out, or is no good any more: look at its history")]
    NotOut(CardId),
    /// The evidence does not prove the reason.
    #[error(
        "this evidence does not fit: a lost card needs a police letter, any other the old card"
    )]
    Evidence,
    /// A step that takes two persons.
    #[error(
        "a second person must agree, who is another than the first: at the console --second NAME"
    )]
    SecondPerson,
    /// There is no scan of this person's to take back.
    #[error("there is no scan to take back")]
    NoScan,
    /// Not a blank's serial, or a range of them that does not ascend.
    #[error(
        "a serial is 1 to 32 letters, digits and hyphens; a range ascends and is of one length"
    )]
    SerialForm,
    /// A packet holds as many blanks as it has serials.
    #[error("these serials are {serials} blanks, not {count}: check the packet and the count")]
    SerialCount {
        /// As many as there are serials.
        serials: u64,
        /// As many as were entered.
        count: u32,
    },
    /// A serial belongs to one card, and a card to one serial.
    #[error("the serial, or another one for this card, was read before: see card {0}")]
    SerialTaken(CardId),
    /// Serials are received once.
    #[error("some of these serials were received before: check the packet")]
    SerialsKnown,
    /// Stock is accounted for from its first receipt on.
    #[error("no `{0}` was ever received: enter what there is with `stock receive`")]
    NoStock(String),
    /// More than there is.
    #[error("of `{media}` there are only {at_most} for this by the books: count them")]
    StockShort {
        /// Which blanks, or the ribbon.
        media: String,
        /// How many there are.
        at_most: i64,
    },
    /// What an event says of the balance is not what the log adds up to.
    #[error("the balance is another by now: look again")]
    Balance,
    /// A closed day is never reopened.
    #[error("{0} was closed already: what happens now belongs to the next day")]
    DayClosed(jiff::civil::Date),
    /// The count differs and nobody says why.
    #[error(
        "there must be {computed} blanks and {counted} were counted: count again, or close with an explanation that a second person countersigns"
    )]
    Difference { computed: i64, counted: u32 },
    /// Minutes without witnesses, without anything destroyed, or out of turn.
    #[error("a destruction needs something to destroy and at least one witness")]
    Minutes,
    /// Only a spoiled or void card that still lies there is destroyed.
    #[error(
        "card {0} is not to be destroyed: it is not spoiled, nor void here, or was destroyed before"
    )]
    NotToDestroy(CardId),
    /// The photo of a card is changed before it is in a PDF only.
    #[error(
        "the photo of card {0} cannot be changed: it has none, or is in a PDF already; hold the card first"
    )]
    PhotoFixed(CardId),
    /// The picture is another child's.
    #[error("this picture is that of card {0}, another child's")]
    PhotoShared(CardId),
    /// Not a user's name.
    #[error(
        "`{0}` is no user name: 2 to 32 lower-case letters, digits, dots, hyphens or underscores, the first a letter"
    )]
    UserName(String),
    /// The name belongs to somebody.
    #[error("there is an account `{0}` already")]
    UserTaken(String),
    #[error("there is no account `{0}`")]
    NoUser(String),
    /// The sender has a token.
    #[error("there is a sender `{0}` already; close it first, then it gets another token")]
    SenderTaken(String),
    /// No such open sender.
    #[error("there is no open sender `{0}`")]
    NoSender(String),
    /// Somebody must be able to decide.
    #[error("the station needs at least one open account of a supervisor; the first is one")]
    NoSupervisor,
    /// A step of the handover that is refused.
    #[error(transparent)]
    Pack(#[from] PackRefusal),
    /// What an event says of the log's head is not so, or a key signed it that the log does not know.
    #[error("what is stated of the log's head does not fit the log: run `ledger verify`")]
    Checkpoint,
    /// A range of events that is not in the log.
    #[error("the log has events 1 to {0}: choose a range of them")]
    Range(u64),
    /// The clock is far ahead of what happened last.
    #[error(
        "the clock jumped far ahead of {0}, when something happened last: set it right, or if it is right run `kia-station purge --clock-is-right`"
    )]
    Clock(jiff::Timestamp),
    /// What was to be written could not be.
    #[error("the file cannot be written: look at the disk")]
    Output(#[source] std::io::Error),
    /// The ledger has its first event already, or lacks it.
    #[error("the first event, and only the first, creates the station")]
    Genesis,
}

impl Error {
    /// What the person reads when what was asked for was wrong; `None` for a fault of the ledger
    /// or the machine.
    pub fn refusal(&self) -> Option<Text> {
        let id = match self {
            Self::Erased(card) => format!("data pribadi kartu {card} sudah dihapus; kirim lagi rekamannya"),
            Self::NoCard(card) => format!("tidak ada kartu {card}; periksa nomornya"),
            Self::NoReason => "tuliskan alasan keputusan ini".to_owned(),
            Self::NoLot(lot) => format!("tidak ada lot {lot}"),
            Self::Move { card, source } => format!(
                "kartu {card} {}, tidak bisa menjadi {}",
                source.from.text().id,
                source.to.text().id
            ),
            Self::LiveCard(card) => format!("kartu {card} anak ini masih berlaku"),
            Self::NotUnconfirmed(card) => format!("kartu {card} tidak menunggu kepastian"),
            Self::HalfPrinted(card) => {
                format!("baru sisi depan kartu {card} yang keluar; cetak sisi belakangnya, atau nyatakan rusak")
            }
            Self::NotOut(card) => format!("kartu {card} belum keluar, atau sudah tidak berlaku"),
            Self::Evidence => "bukti tidak cocok: kartu hilang perlu surat polisi, selain itu kartu lama".to_owned(),
            Self::SecondPerson => "perlu persetujuan orang kedua, bukan orang yang sama; di konsol: --second NAMA".to_owned(),
            Self::NoStack(printer) => {
                format!("tidak ada kartu printer `{printer}` yang menunggu sisi belakang")
            }
            Self::NoScan => "tidak ada pindaian yang bisa dibatalkan".to_owned(),
            Self::SerialForm => "nomor seri terdiri dari 1-32 huruf, angka dan tanda hubung; rentang harus naik dan sama panjang".to_owned(),
            Self::SerialCount { serials, count } => {
                format!("rentang nomor seri ini {serials} lembar, bukan {count}; periksa kemasannya")
            }
            Self::SerialTaken(card) => format!("nomor seri sudah dipakai; lihat kartu {card}"),
            Self::SerialsKnown => "sebagian nomor seri ini sudah pernah diterima; periksa kemasannya".to_owned(),
            Self::NoStock(media) => format!("`{media}` belum pernah diterima; catat penerimaannya dulu"),
            Self::StockShort { media, at_most } => {
                format!("menurut buku `{media}` hanya ada {at_most}; hitung lagi")
            }
            Self::DayClosed(date) => format!("{date} sudah ditutup; yang sekarang masuk hari berikutnya"),
            Self::Difference { computed, counted } => format!(
                "menurut buku {computed}, dihitung {counted}: hitung lagi, atau tutup dengan penjelasan yang disetujui orang kedua"
            ),
            Self::Minutes => "pemusnahan perlu sesuatu yang dimusnahkan dan paling sedikit satu saksi".to_owned(),
            Self::PhotoFixed(card) => format!(
                "foto kartu {card} tidak bisa diubah: tidak ada, atau sudah masuk PDF; tahan kartunya dulu"
            ),
            Self::PhotoShared(card) => format!("foto ini milik kartu {card}, anak lain"),
            Self::UserName(name) => format!(
                "`{name}` bukan nama pengguna: 2-32 huruf kecil, angka, titik, tanda hubung atau garis bawah, diawali huruf"
            ),
            Self::UserTaken(name) => format!("akun `{name}` sudah ada"),
            Self::NoUser(name) => format!("tidak ada akun `{name}`"),
            Self::SenderTaken(name) => format!(
                "pengirim `{name}` sudah ada; tutup dahulu, lalu ia mendapat token lain"
            ),
            Self::NoSender(name) => format!("tidak ada pengirim `{name}` yang terbuka"),
            Self::Pack(refusal) => return Some(refusal.text()),
            Self::NoSupervisor => "harus selalu ada satu akun penyelia yang terbuka".to_owned(),
            Self::BatchApproved(batch) => {
                format!("kiriman `{batch}` sudah disetujui; periksa lagi sebelum dikirim")
            }
            Self::Clock(last) => format!(
                "jam stasiun melompat jauh dari {last}, kejadian terakhir; betulkan jamnya, atau bila sudah benar jalankan `kia-station purge --clock-is-right`"
            ),
            Self::Range(last) => format!("log berisi peristiwa 1 sampai {last}; pilih di antaranya"),
            Self::Exists(..)
            | Self::Missing(..)
            | Self::File { .. }
            | Self::Randomness
            | Self::KeyForm(..)
            | Self::WrongKey(..)
            | Self::Newer { .. }
            | Self::Older { .. }
            | Self::Damaged(..)
            | Self::Database(..)
            | Self::Rebuild(..)
            | Self::Event(..)
            | Self::Person(..)
            | Self::StillNeeded(..)
            | Self::Busy
            | Self::Interrupted
            | Self::Replaces(..)
            | Self::LotTaken(..)
            | Self::NoPlace(..)
            | Self::LotCount(..)
            | Self::FileName(..)
            | Self::Digest
            | Self::ReasonForm
            | Self::Counts(..)
            | Self::DropFinished(..)
            | Self::Job(..)
            | Self::Balance
            | Self::NotToDestroy(..)
            | Self::Checkpoint
            | Self::Output(..)
            | Self::Genesis => return None,
        };
        Some(Text {
            id: id.into(),
            en: chain(self).into(),
        })
    }
}

impl Error {
    /// Whether the same may succeed later: another process wrote, the disk was full or failed, or the
    /// clock is to be set.
    /// Nothing of the transaction was written.
    pub fn passes(&self) -> bool {
        match self {
            Self::Busy | Self::Interrupted | Self::Clock(_) => true,
            Self::Database(error) => matches!(
                error.sqlite_error_code(),
                Some(ErrorCode::SystemIoFailure | ErrorCode::ReadOnly | ErrorCode::CannotOpen)
            ),
            _ => false,
        }
    }
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy,
            Some(ErrorCode::DiskFull) => Self::Interrupted,
            _ => Self::Database(error),
        }
    }
}

/// The result of a ledger operation.
pub type Result<T, E = Error> = std::result::Result<T, E>;

#[cfg(test)]
mod tests {
    use rusqlite::ffi;

    use super::*;

    #[test]
    fn what_the_disk_did_passes_and_damage_does_not() {
        let error = |code| Error::from(rusqlite::Error::SqliteFailure(ffi::Error::new(code), None));
        for code in [
            ffi::SQLITE_BUSY,
            ffi::SQLITE_FULL,
            ffi::SQLITE_IOERR_FSYNC,
            ffi::SQLITE_IOERR_WRITE,
            ffi::SQLITE_CANTOPEN,
            ffi::SQLITE_READONLY,
        ] {
            assert!(error(code).passes(), "{code}");
        }
        for code in [
            ffi::SQLITE_CORRUPT,
            ffi::SQLITE_NOTADB,
            ffi::SQLITE_CONSTRAINT,
        ] {
            assert!(!error(code).passes(), "{code}");
        }
    }
}
