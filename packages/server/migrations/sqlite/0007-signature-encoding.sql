-- The encoding of the signature of a client's last request. Notifications for the client use it.
ALTER TABLE client_numbers ADD COLUMN signature_encoding TEXT;
