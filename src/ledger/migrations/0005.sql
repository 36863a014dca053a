-- The station's public keys, its signed checkpoints, restores from a backup, and purged PDFs.
CREATE TABLE signing_keys (
    public_key TEXT PRIMARY KEY,
    at         TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE checkpoints (
    seq  INTEGER PRIMARY KEY,
    day  TEXT NOT NULL,
    -- Which of its day, from 1.
    part INTEGER NOT NULL,
    body TEXT NOT NULL,
    UNIQUE (day, part)
) STRICT;

-- Numbers up to these may have been given out after the backup was made.
CREATE TABLE restores (
    seq   INTEGER PRIMARY KEY,
    cards INTEGER NOT NULL,
    lots  INTEGER NOT NULL,
    at    TEXT NOT NULL
) STRICT;

CREATE TABLE purged_lots (
    lot INTEGER PRIMARY KEY REFERENCES lots (lot),
    at  TEXT NOT NULL
) STRICT;

CREATE INDEX persons_of_photo ON persons (photo) WHERE photo NOTNULL;
CREATE INDEX lots_of_card ON lot_cards (card, lot);
CREATE INDEX events_of_audit ON events (seq) WHERE json_extract(body, '$.kind') = 'audited';
