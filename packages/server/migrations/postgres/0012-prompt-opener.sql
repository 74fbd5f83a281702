-- The page that opened the prompt first: the hash of its secret, which the answer needs.
ALTER TABLE consent_requests ADD COLUMN opener_hash text;
