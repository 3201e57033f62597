-- What people meet on their way in: several steps of one sign-in, mail, codes by mail, second factors, other devices.

-- How far someone has come: who they have shown to be, and how.
ALTER TABLE login_transactions ADD COLUMN progress jsonb NOT NULL DEFAULT '{}';

-- How the person of a session has proven who they are (RFC 8176: pwd, otp, mfa).
ALTER TABLE sessions ADD COLUMN amr text[] NOT NULL DEFAULT '{}';

-- The organization that someone signed in to; a token renewed is a token of the same.
ALTER TABLE refresh_token_families ADD COLUMN organization_id text COLLATE "C" REFERENCES organizations ON DELETE CASCADE;

ALTER TABLE tickets
  DROP CONSTRAINT tickets_kind_check,
  ADD CONSTRAINT tickets_kind_check CHECK (kind IN ('password_change', 'email_verification', 'unblock'));

-- Mail that was not sent, because there is no server to send it by: whoever runs the tenant reads it at /mailbox.
CREATE TABLE mails (
  id text COLLATE "C" PRIMARY KEY,
  -- verify_email, reset_email, … as Auth0 names its templates; sms for a text message
  kind text NOT NULL,
  recipient text NOT NULL,
  subject text NOT NULL,
  body text NOT NULL,
  position bigint GENERATED ALWAYS AS IDENTITY,
  created_at timestamptz(3) NOT NULL
);
CREATE INDEX mails_position ON mails (position);
CREATE INDEX mails_created ON mails (created_at);

-- Codes short enough to be typed in. They are kept as a keyed hash: of a million possible ones a plain hash hides none.
CREATE TABLE one_time_codes (
  -- connection, application and address, hashed
  subject_hash bytea PRIMARY KEY,
  code_hash bytea NOT NULL,
  attempts_left smallint NOT NULL,
  expires_at timestamptz(3) NOT NULL
);
CREATE INDEX one_time_codes_expiry ON one_time_codes (expires_at);

-- Someone whose password was right, and who still owes a second factor to an application that asks for it itself.
CREATE TABLE mfa_tokens (
  token_hash bytea PRIMARY KEY,
  client_id text COLLATE "C" NOT NULL REFERENCES clients ON DELETE CASCADE,
  user_id text COLLATE "C" NOT NULL REFERENCES users ON DELETE CASCADE,
  -- audience, scope, … of the request that is answered once the factor is shown
  request jsonb NOT NULL,
  expires_at timestamptz(3) NOT NULL
);
CREATE INDEX mfa_tokens_expiry ON mfa_tokens (expires_at);

-- A device without a keyboard that waits for someone elsewhere to let it in (RFC 8628).
CREATE TABLE device_codes (
  device_code_hash bytea PRIMARY KEY,
  user_code_hash bytea NOT NULL UNIQUE,
  client_id text COLLATE "C" NOT NULL REFERENCES clients ON DELETE CASCADE,
  scope text NOT NULL,
  audience text,
  status text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'approved', 'denied')),
  user_id text COLLATE "C" REFERENCES users ON DELETE CASCADE,
  session_id text COLLATE "C",
  polled_at timestamptz(3),
  expires_at timestamptz(3) NOT NULL
);
CREATE INDEX device_codes_expiry ON device_codes (expires_at);

-- What an application asked for beforehand, over a channel of its own (RFC 9126).
CREATE TABLE pushed_requests (
  request_uri_hash bytea PRIMARY KEY,
  client_id text COLLATE "C" NOT NULL REFERENCES clients ON DELETE CASCADE,
  parameters jsonb NOT NULL,
  expires_at timestamptz(3) NOT NULL
);
CREATE INDEX pushed_requests_expiry ON pushed_requests (expires_at);

-- When a key signed for the last time: once nothing it signed can be good any more, it is published no more.
ALTER TABLE signing_keys ADD COLUMN retired_at timestamptz(3);

-- Names are folded as every language folds them, not a to z alone, which is all that a column compared byte by byte would do.
CREATE OR REPLACE FUNCTION user_search_text(email text, name text, nickname text, username text, phone_number text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT lower(concat_ws(E'\n', email, name, nickname, username, phone_number) COLLATE "default")
$$;
UPDATE user_search SET txt = lower(txt COLLATE "default") WHERE txt <> lower(txt COLLATE "default");
DROP INDEX users_name;
CREATE INDEX users_name ON users (lower(name COLLATE "default"), user_id);
-- By name from the other end, those without one last.
CREATE INDEX users_name_descending ON users (lower(name COLLATE "default") DESC NULLS LAST, user_id DESC);
