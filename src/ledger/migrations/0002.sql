-- A card's printed code, the blanks it was booked from, and the minutes of its destruction.
ALTER TABLE cards ADD COLUMN code_hash TEXT;
ALTER TABLE cards ADD COLUMN media TEXT;
ALTER TABLE cards ADD COLUMN minutes INTEGER REFERENCES destructions (minutes);
CREATE INDEX cards_of_code ON cards (code_hash) WHERE code_hash IS NOT NULL;
CREATE INDEX cards_without_code ON cards (card) WHERE code_hash IS NULL;
CREATE INDEX cards_to_destroy ON cards (card) WHERE state = 'spoiled' AND minutes IS NULL;

-- Which printer takes the cards of a lot.
CREATE TABLE lot_printers (
    lot     INTEGER PRIMARY KEY REFERENCES lots (lot),
    printer TEXT NOT NULL
) STRICT;
CREATE INDEX lots_of_printer ON lot_printers (printer, lot);

CREATE TABLE jobs (
    job      TEXT PRIMARY KEY,
    card     INTEGER NOT NULL REFERENCES cards (card),
    printer  TEXT NOT NULL,
    media    TEXT NOT NULL,
    side     TEXT NOT NULL,
    sha256   TEXT NOT NULL,
    stage    TEXT NOT NULL,
    id       INTEGER,
    uuid     TEXT,
    uri      TEXT,
    reasons  TEXT NOT NULL,
    begun_at TEXT NOT NULL,
    moved_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX jobs_of_card ON jobs (card, side, stage);
CREATE UNIQUE INDEX one_open_job ON jobs (card) WHERE stage IN ('begun', 'created', 'sent');
CREATE INDEX jobs_done ON jobs (printer, moved_at) WHERE stage IN ('printed', 'spoiled');

-- When a person last turned the stack of a printer that cannot turn cards.
CREATE TABLE stacks (
    printer TEXT PRIMARY KEY,
    cards   INTEGER NOT NULL,
    at      TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE printers (
    printer TEXT PRIMARY KEY,
    state   TEXT NOT NULL,
    reasons TEXT NOT NULL,
    message TEXT,
    at      TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Scans that verified or refused, by their events.
CREATE TABLE scans (
    seq     INTEGER PRIMARY KEY,
    card    INTEGER REFERENCES cards (card),
    refusal TEXT,
    undone  INTEGER NOT NULL,
    at      TEXT NOT NULL
) STRICT;
CREATE INDEX scans_of_card ON scans (card, seq);

-- Which blank became which card, for ever.
CREATE TABLE serials (
    serial TEXT PRIMARY KEY,
    card   INTEGER NOT NULL UNIQUE REFERENCES cards (card),
    at     TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- The balance of each kind of blank, a row a day; the last one is open. A kind begins with its
-- first receipt: what was printed before is not booked.
CREATE TABLE stock_days (
    media       TEXT NOT NULL,
    day         INTEGER NOT NULL,
    opening     INTEGER NOT NULL,
    received    INTEGER NOT NULL,
    returned    INTEGER NOT NULL,
    good        INTEGER NOT NULL,
    spoiled     INTEGER NOT NULL,
    test        INTEGER NOT NULL,
    lent        INTEGER NOT NULL,
    lent_out    INTEGER NOT NULL,
    faulty      INTEGER NOT NULL,
    begun_at    TEXT,
    date        TEXT,
    counted     INTEGER,
    explanation TEXT,
    second      TEXT,
    closed_seq  INTEGER,
    PRIMARY KEY (media, day)
) STRICT, WITHOUT ROWID;

CREATE TABLE stock_serials (
    first TEXT NOT NULL,
    last  TEXT NOT NULL,
    media TEXT NOT NULL,
    batch TEXT,
    PRIMARY KEY (first, last)
) STRICT, WITHOUT ROWID;

-- Ribbons on the shelf and prints left, the shelf's included.
CREATE TABLE ribbons (
    ribbon TEXT PRIMARY KEY,
    shelf  INTEGER NOT NULL,
    left   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE destructions (
    minutes   INTEGER PRIMARY KEY,
    cards     INTEGER NOT NULL,
    blanks    TEXT NOT NULL,
    witnesses TEXT NOT NULL,
    seq       INTEGER NOT NULL,
    at        TEXT NOT NULL
) STRICT;
