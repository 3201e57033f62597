-- A user whom this side has changed and written down: to be read again only if the tenant's log does not tell the same in time.
ALTER TABLE pending ADD COLUMN awaits_log boolean NOT NULL DEFAULT false;
