-- The log. `card` is only a way to find a card's events: it is computed from the body.
CREATE TABLE events (
    seq   INTEGER PRIMARY KEY,
    at    TEXT NOT NULL,
    actor TEXT NOT NULL,
    body  TEXT NOT NULL,
    prev  BLOB NOT NULL CHECK (length(prev) = 32),
    hash  BLOB NOT NULL CHECK (length(hash) = 32),
    card  TEXT GENERATED ALWAYS AS (json_extract(body, '$.card')) VIRTUAL
) STRICT;
CREATE INDEX events_of_card ON events (card, seq) WHERE card IS NOT NULL;

CREATE TRIGGER events_never_change BEFORE UPDATE ON events
BEGIN SELECT RAISE(ABORT, 'events are never changed'); END;
CREATE TRIGGER events_never_vanish BEFORE DELETE ON events
BEGIN SELECT RAISE(ABORT, 'events are never deleted'); END;
CREATE TRIGGER events_have_no_gap BEFORE INSERT ON events
WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM events)
BEGIN SELECT RAISE(ABORT, 'an event comes right after the last'); END;
CREATE TRIGGER events_are_chained BEFORE INSERT ON events
WHEN NEW.prev IS NOT coalesce((SELECT hash FROM events ORDER BY seq DESC LIMIT 1), zeroblob(32))
BEGIN SELECT RAISE(ABORT, 'an event carries the hash of the last'); END;

-- Projections: what the events add up to. None is written but from an event.
CREATE TABLE drops (
    drop_id   TEXT PRIMARY KEY,
    name      TEXT NOT NULL,
    received  INTEGER NOT NULL,
    accepted  INTEGER NOT NULL,
    rejected  INTEGER NOT NULL,
    unchanged INTEGER NOT NULL,
    problems  TEXT NOT NULL,
    at        TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE lots (
    lot    INTEGER PRIMARY KEY,
    kind   TEXT NOT NULL,
    layout TEXT NOT NULL,
    mode   TEXT NOT NULL,
    cards  INTEGER NOT NULL,
    pdf    TEXT NOT NULL UNIQUE,
    sha256 TEXT NOT NULL,
    bytes  INTEGER NOT NULL,
    at     TEXT NOT NULL
) STRICT;

CREATE TABLE cards (
    card         INTEGER PRIMARY KEY,
    state        TEXT NOT NULL,
    reason       TEXT,
    kind         TEXT NOT NULL,
    lot          INTEGER REFERENCES lots (lot),
    position     INTEGER,
    nik_hash     TEXT NOT NULL,
    record_hash  TEXT NOT NULL,
    content_hash TEXT NOT NULL,
    photo_hash   TEXT,
    request_hash TEXT,
    revisi       INTEGER NOT NULL,
    alasan       TEXT NOT NULL,
    npsn         TEXT,
    sekolah      TEXT,
    kelas        TEXT,
    kecamatan    TEXT NOT NULL,
    desa         TEXT NOT NULL,
    kode_wilayah TEXT,
    drop_id      TEXT NOT NULL,
    row          INTEGER,
    attempt      INTEGER NOT NULL,
    replaces     INTEGER REFERENCES cards (card),
    accepted_at  TEXT NOT NULL,
    moved_at     TEXT NOT NULL,
    printed_at   TEXT,
    erased_at    TEXT
) STRICT;
CREATE UNIQUE INDEX one_live_card ON cards (nik_hash)
    WHERE state NOT IN ('spoiled', 'cancelled', 'void');
CREATE INDEX cards_of_nik ON cards (nik_hash, card);
CREATE INDEX cards_of_photo ON cards (photo_hash) WHERE photo_hash IS NOT NULL;
CREATE INDEX cards_in_state ON cards (state, kind, moved_at);
CREATE INDEX cards_of_row ON cards (drop_id, row);

-- Which card lies where in a PDF, also after the card went elsewhere.
CREATE TABLE lot_cards (
    lot      INTEGER NOT NULL REFERENCES lots (lot),
    position INTEGER NOT NULL,
    card     INTEGER NOT NULL REFERENCES cards (card),
    PRIMARY KEY (lot, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE exceptions (
    rule     TEXT NOT NULL,
    nik_hash TEXT NOT NULL,
    reason   TEXT NOT NULL,
    at       TEXT NOT NULL,
    PRIMARY KEY (rule, nik_hash)
) STRICT, WITHOUT ROWID;

-- Personal data; besides this table only `queue` holds any. A row outlives its erasure with
-- `record`, `photo` and `token` null and `name_key` empty, to keep the card's place in the order.
CREATE TABLE persons (
    card       INTEGER PRIMARY KEY REFERENCES cards (card),
    record     TEXT,
    photo      TEXT,
    token      TEXT UNIQUE,
    school_key TEXT NOT NULL,
    class_key  TEXT NOT NULL,
    name_key   TEXT NOT NULL
) STRICT;
CREATE INDEX persons_in_order ON persons (school_key, class_key, name_key, card);

-- The cards that are accepted, in the order in which lots take them.
CREATE TABLE queue (
    kind       TEXT NOT NULL,
    school_key TEXT NOT NULL,
    class_key  TEXT NOT NULL,
    name_key   TEXT NOT NULL,
    card       INTEGER NOT NULL UNIQUE REFERENCES persons (card),
    PRIMARY KEY (kind, school_key, class_key, name_key, card)
) STRICT, WITHOUT ROWID;
