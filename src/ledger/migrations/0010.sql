-- The trail of what people did, which is read newest first among millions of events of cards. The
-- condition is that of the reader's, word by word; a kind that joins them takes a new index.
CREATE INDEX events_of_trail ON events (seq) WHERE json_extract(body, '$.kind') IN (
    'audited', 'account-set', 'password-set', 'sender-set', 'exception-allowed', 'batch-approved',
    'reprint-granted', 'photo-changed', 'stock-moved', 'stock-counted', 'day-closed', 'destroyed',
    'pack-closed', 'pack-sent', 'pack-received', 'pack-file-attached', 'checkpoint-made',
    'restored');
