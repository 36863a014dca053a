-- A card that a newer record made void while it lay in the office lies there still, until it is
-- destroyed. One that a person said was lost does not.
ALTER TABLE cards ADD COLUMN lies_here INTEGER NOT NULL DEFAULT 0;
UPDATE cards SET lies_here = 1 WHERE state = 'void' AND card IN (
    SELECT CAST(substr(card, 2, instr(card, '-') - 2) AS INTEGER) FROM (
        SELECT card, json_extract(body, '$.to') AS now, json_extract(body, '$.evidence') AS evidence,
            lag(json_extract(body, '$.to')) OVER (PARTITION BY card ORDER BY seq) AS before
        FROM events WHERE json_extract(body, '$.kind') = 'card-moved')
    WHERE now = 'void' AND evidence = 'import'
        AND before IN ('printed', 'verified', 'packed', 'returned'));
CREATE INDEX cards_lying_here ON cards (card) WHERE lies_here AND minutes IS NULL;
