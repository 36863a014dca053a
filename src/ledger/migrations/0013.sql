-- A restore skips the numbers of packs and minutes too; the first restores did not.
ALTER TABLE restores ADD COLUMN packs INTEGER;
ALTER TABLE restores ADD COLUMN minutes INTEGER;

-- What is read again and again while a station works: the cards still to be printed in their order,
-- a printer's jobs of a day, and what one person scanned last. None of it grows with the ledger.
CREATE INDEX cards_rendered ON cards (lot, position) WHERE state = 'rendered';
CREATE INDEX jobs_begun ON jobs (printer, begun_at);
CREATE INDEX events_of_scan ON events (actor, seq)
    WHERE json_extract(body, '$.kind') = 'card-scanned';

-- Ribbons that moved and stacks that were turned join the trail.
DROP INDEX events_of_trail;
CREATE INDEX events_of_trail ON events (seq) WHERE json_extract(body, '$.kind') IN (
    'audited', 'account-set', 'password-set', 'sender-set', 'exception-allowed', 'batch-approved',
    'reprint-granted', 'photo-changed', 'stock-moved', 'stock-counted', 'ribbon-moved',
    'stack-turned', 'day-closed', 'destroyed', 'pack-closed', 'pack-sent', 'pack-received',
    'pack-file-attached', 'checkpoint-made', 'restored');
