-- Addresses that more than one user has, or had: whoever asks looks at the users themselves, and is spared looking at all of them.
CREATE TABLE shared_emails (
  email_key text COLLATE "C" PRIMARY KEY
);
INSERT INTO shared_emails SELECT email_key FROM users WHERE email_key IS NOT NULL GROUP BY email_key HAVING count(*) > 1;

-- Whose address was this? Whose account at the provider?
CREATE INDEX users_last_ip ON users (last_ip);
CREATE INDEX users_identities ON users USING gin (identities jsonb_path_ops) WITH (gin_pending_list_limit = 512);
