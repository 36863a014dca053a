-- Packs: the cards that go to one school. `destination` tells two schools apart; the counts say how
-- many cards are in the pack, are under way, arrived, and came back.
CREATE TABLE packs (
    pack        INTEGER PRIMARY KEY,
    code        TEXT NOT NULL UNIQUE,
    destination TEXT NOT NULL,
    npsn        TEXT,
    sekolah     TEXT,
    kecamatan   TEXT,
    desa        TEXT,
    stage       TEXT NOT NULL,
    cards       INTEGER NOT NULL,
    outstanding INTEGER NOT NULL,
    received    INTEGER NOT NULL,
    returned    INTEGER NOT NULL,
    made_at     TEXT NOT NULL,
    closed_seq  INTEGER,
    carrier     TEXT,
    shipment    TEXT,
    sent_on     TEXT,
    received_on TEXT
) STRICT;
CREATE UNIQUE INDEX one_open_pack ON packs (destination) WHERE stage = 'open';
CREATE INDEX packs_under_way ON packs (sent_on) WHERE outstanding > 0;

-- Every card that ever lay in a pack, and how it left; no card lies in two.
CREATE TABLE pack_cards (
    pack        INTEGER NOT NULL REFERENCES packs (pack),
    card        INTEGER NOT NULL REFERENCES cards (card),
    moved       INTEGER NOT NULL,
    waived      INTEGER NOT NULL,
    unclaimed   INTEGER NOT NULL,
    put_at      TEXT NOT NULL,
    received_at TEXT,
    left_how    TEXT,
    left_why    TEXT,
    left_stage  TEXT,
    left_at     TEXT,
    PRIMARY KEY (pack, card)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX one_pack ON pack_cards (card) WHERE left_how IS NULL;
CREATE INDEX packs_of_card ON pack_cards (card, pack);

-- Scans of signed papers, in the folder of handovers.
CREATE TABLE pack_files (
    pack   INTEGER NOT NULL REFERENCES packs (pack),
    sha256 TEXT NOT NULL,
    name   TEXT NOT NULL,
    bytes  INTEGER NOT NULL,
    at     TEXT NOT NULL,
    PRIMARY KEY (pack, sha256)
) STRICT, WITHOUT ROWID;
