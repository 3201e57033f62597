-- Everything the tenant knows, in the schema it is given. Identifiers are compared byte by byte (COLLATE "C"); moments keep
-- the milliseconds that travel on the wire and no more, so that what a client read can be used to ask for what follows.

CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public;

CREATE TABLE signing_keys (
  kid text COLLATE "C" PRIMARY KEY,
  -- 'next' is published before it signs; 'previous' still verifies; 'revoked' is published no more
  status text NOT NULL CHECK (status IN ('next', 'current', 'previous', 'revoked')),
  private_key_sealed bytea NOT NULL,
  public_jwk jsonb NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX signing_keys_one_current ON signing_keys (status) WHERE status IN ('next', 'current');

CREATE TABLE clients (
  client_id text COLLATE "C" PRIMARY KEY,
  name text NOT NULL,
  client_secret_sealed bytea,
  -- every other member of Auth0's client object, under Auth0's names
  settings jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  updated_at timestamptz(3) NOT NULL DEFAULT now()
);

CREATE TABLE resource_servers (
  id text COLLATE "C" PRIMARY KEY,
  identifier text COLLATE "C" NOT NULL UNIQUE,
  name text NOT NULL,
  -- the Management API itself: its scopes belong to the code and it cannot be deleted
  is_system boolean NOT NULL DEFAULT false,
  -- [{ value, description }]
  scopes jsonb NOT NULL DEFAULT '[]',
  -- token_lifetime, enforce_policies, token_dialect, … under Auth0's names
  settings jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz(3) NOT NULL DEFAULT now()
);

CREATE TABLE client_grants (
  id text COLLATE "C" PRIMARY KEY,
  client_id text COLLATE "C" NOT NULL REFERENCES clients ON DELETE CASCADE,
  audience text COLLATE "C" NOT NULL REFERENCES resource_servers (identifier) ON DELETE CASCADE,
  scope text[] NOT NULL DEFAULT '{}',
  settings jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  UNIQUE (client_id, audience)
);

CREATE TABLE connections (
  id text COLLATE "C" PRIMARY KEY,
  name text COLLATE "C" NOT NULL UNIQUE,
  strategy text NOT NULL,
  options jsonb NOT NULL DEFAULT '{}',
  enabled_clients text[] NOT NULL DEFAULT '{}',
  settings jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz(3) NOT NULL DEFAULT now()
);

-- A person. Who they are elsewhere stands in `identities`; the one at position 0 gave them their user_id.
CREATE TABLE users (
  user_id text COLLATE "C" PRIMARY KEY,
  email text COLLATE "C",
  email_verified boolean NOT NULL DEFAULT false,
  username text COLLATE "C",
  phone_number text COLLATE "C",
  phone_verified boolean,
  name text COLLATE "C",
  nickname text COLLATE "C",
  given_name text COLLATE "C",
  family_name text COLLATE "C",
  picture text,
  -- null: never set, and then absent from answers; Auth0 tells that from false
  blocked boolean,
  -- the primary identity's, kept here so that a list can be filtered and sorted by it
  connection text COLLATE "C" NOT NULL,
  user_metadata jsonb,
  app_metadata jsonb,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  updated_at timestamptz(3) NOT NULL DEFAULT now(),
  last_login timestamptz(3),
  last_ip text,
  logins_count integer NOT NULL DEFAULT 0,
  last_password_reset timestamptz(3)
) WITH (fillfactor = 90);
CREATE INDEX users_created ON users (created_at DESC, user_id DESC);
CREATE INDEX users_last_login ON users (last_login DESC NULLS LAST, user_id DESC);
CREATE INDEX users_logins_count ON users (logins_count DESC, user_id DESC);
CREATE INDEX users_email ON users (lower(email), user_id);
CREATE INDEX users_name ON users (lower(name), user_id);
CREATE INDEX users_connection ON users (connection, created_at DESC);
CREATE INDEX users_app_metadata ON users USING gin (app_metadata jsonb_path_ops) WITH (gin_pending_list_limit = 512);
CREATE INDEX users_user_metadata ON users USING gin (user_metadata jsonb_path_ops) WITH (gin_pending_list_limit = 512);

CREATE TABLE identities (
  provider text COLLATE "C" NOT NULL,
  -- without the provider's prefix
  identity_id text COLLATE "C" NOT NULL,
  user_id text COLLATE "C" NOT NULL REFERENCES users ON DELETE CASCADE,
  position smallint NOT NULL DEFAULT 0,
  connection text COLLATE "C" NOT NULL,
  is_social boolean NOT NULL DEFAULT false,
  -- what a database or passwordless connection signs in with; lower-cased; unique within the connection
  login_email text COLLATE "C",
  login_username text COLLATE "C",
  -- PHC string; null: this identity has no password of ours
  password_hash text,
  profile_data jsonb,
  PRIMARY KEY (provider, identity_id)
);
CREATE UNIQUE INDEX identities_of_user ON identities (user_id, position);
CREATE UNIQUE INDEX identities_login_email ON identities (connection, login_email) WHERE login_email IS NOT NULL;
CREATE UNIQUE INDEX identities_login_username ON identities (connection, login_username) WHERE login_username IS NOT NULL;

-- What substring search reads: narrow, so that a scan stays in few pages, and touched by no sign-in.
CREATE TABLE user_search (
  created_at timestamptz(3) NOT NULL,
  user_id text COLLATE "C" PRIMARY KEY,
  -- lower-cased, a line each: a match cannot reach across two of them
  txt text COLLATE "C" NOT NULL
);
-- A larger pending list is flushed inside some unlucky person's statement; none at all halves an import.
CREATE INDEX user_search_trigrams ON user_search USING gin (txt public.gin_trgm_ops)
  WITH (fastupdate = on, gin_pending_list_limit = 1024);
CREATE INDEX user_search_created ON user_search (created_at DESC, user_id DESC) INCLUDE (txt);

CREATE FUNCTION user_search_text(email text, name text, nickname text, username text, phone_number text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT lower(concat_ws(E'\n', email, name, nickname, username, phone_number))
$$;

CREATE FUNCTION users_keep_search() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    DELETE FROM user_search WHERE user_id = OLD.user_id;
    RETURN NULL;
  END IF;
  INSERT INTO user_search (created_at, user_id, txt)
  VALUES (NEW.created_at, NEW.user_id, user_search_text(NEW.email, NEW.name, NEW.nickname, NEW.username, NEW.phone_number))
  ON CONFLICT (user_id) DO UPDATE SET created_at = excluded.created_at, txt = excluded.txt;
  RETURN NULL;
END $$;
CREATE TRIGGER users_search_insert_delete AFTER INSERT OR DELETE ON users FOR EACH ROW EXECUTE FUNCTION users_keep_search();
CREATE TRIGGER users_search_update AFTER UPDATE OF email, name, nickname, username, phone_number, created_at ON users
FOR EACH ROW WHEN (
  (OLD.email, OLD.name, OLD.nickname, OLD.username, OLD.phone_number, OLD.created_at)
  IS DISTINCT FROM (NEW.email, NEW.name, NEW.nickname, NEW.username, NEW.phone_number, NEW.created_at)
) EXECUTE FUNCTION users_keep_search();

-- The exact number of users without counting them: counting a million takes 70 ms, summing these takes none. Several slots, so
-- that two sessions that write at once seldom wait for each other.
CREATE TABLE user_count (
  slot smallint PRIMARY KEY,
  users bigint NOT NULL
) WITH (fillfactor = 50);
INSERT INTO user_count SELECT slot, 0 FROM generate_series(0, 15) AS slot;

CREATE FUNCTION users_keep_count() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  change bigint;
BEGIN
  IF TG_OP = 'TRUNCATE' THEN
    UPDATE user_count SET users = 0;
    RETURN NULL;
  ELSIF TG_OP = 'INSERT' THEN
    SELECT count(*) INTO change FROM added;
  ELSE
    SELECT -count(*) INTO change FROM removed;
  END IF;
  IF change <> 0 THEN
    UPDATE user_count SET users = users + change WHERE slot = pg_backend_pid() % 16;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER users_count_insert AFTER INSERT ON users REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION users_keep_count();
CREATE TRIGGER users_count_delete AFTER DELETE ON users REFERENCING OLD TABLE AS removed
FOR EACH STATEMENT EXECUTE FUNCTION users_keep_count();
CREATE TRIGGER users_count_truncate AFTER TRUNCATE ON users FOR EACH STATEMENT EXECUTE FUNCTION users_keep_count();

CREATE TABLE roles (
  id text COLLATE "C" PRIMARY KEY,
  name text NOT NULL UNIQUE,
  description text,
  created_at timestamptz(3) NOT NULL DEFAULT now()
);

CREATE TABLE role_permissions (
  role_id text COLLATE "C" NOT NULL REFERENCES roles ON DELETE CASCADE,
  resource_server_identifier text COLLATE "C" NOT NULL REFERENCES resource_servers (identifier) ON DELETE CASCADE,
  permission_name text COLLATE "C" NOT NULL,
  PRIMARY KEY (role_id, resource_server_identifier, permission_name)
);

CREATE TABLE user_roles (
  user_id text COLLATE "C" NOT NULL REFERENCES users ON DELETE CASCADE,
  role_id text COLLATE "C" NOT NULL REFERENCES roles ON DELETE CASCADE,
  assigned_at timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (user_id, role_id)
);
CREATE INDEX user_roles_members ON user_roles (role_id, assigned_at, user_id);

CREATE TABLE user_permissions (
  user_id text COLLATE "C" NOT NULL REFERENCES users ON DELETE CASCADE,
  resource_server_identifier text COLLATE "C" NOT NULL REFERENCES resource_servers (identifier) ON DELETE CASCADE,
  permission_name text COLLATE "C" NOT NULL,
  PRIMARY KEY (user_id, resource_server_identifier, permission_name)
);
CREATE INDEX user_permissions_holders ON user_permissions (resource_server_identifier, permission_name);

-- Below: what a sign-in leaves behind. Whatever a caller presents (cookie, code, token) is kept as its SHA-256 only.

-- An /authorize request that waits for a person at the sign-in page.
CREATE TABLE login_transactions (
  id_hash bytea PRIMARY KEY,
  request jsonb NOT NULL,
  expires_at timestamptz(3) NOT NULL
);

CREATE TABLE sessions (
  -- the public `sid`
  session_id text COLLATE "C" PRIMARY KEY,
  cookie_hash bytea NOT NULL UNIQUE,
  user_id text COLLATE "C" NOT NULL REFERENCES users ON DELETE CASCADE,
  client_ids text[] NOT NULL DEFAULT '{}',
  ip text,
  user_agent text,
  authenticated_at timestamptz(3) NOT NULL,
  last_interacted_at timestamptz(3) NOT NULL,
  idle_expires_at timestamptz(3) NOT NULL,
  expires_at timestamptz(3) NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now()
);
CREATE INDEX sessions_of_user ON sessions (user_id);

-- One grant of offline access. Its refresh tokens follow one another; a used one that comes back ends them all.
CREATE TABLE refresh_token_families (
  id text COLLATE "C" PRIMARY KEY,
  client_id text COLLATE "C" NOT NULL REFERENCES clients ON DELETE CASCADE,
  user_id text COLLATE "C" NOT NULL REFERENCES users ON DELETE CASCADE,
  session_id text COLLATE "C",
  audience text,
  scope text NOT NULL,
  -- RFC 7638 thumbprint of the key that a public client proved (RFC 9449)
  dpop_jkt text,
  authenticated_at timestamptz(3) NOT NULL,
  expires_at timestamptz(3),
  revoked_at timestamptz(3),
  created_at timestamptz(3) NOT NULL DEFAULT now()
);
CREATE INDEX refresh_token_families_of_user ON refresh_token_families (user_id);
CREATE INDEX refresh_token_families_of_session ON refresh_token_families (session_id);

CREATE TABLE refresh_tokens (
  token_hash bytea PRIMARY KEY,
  family_id text COLLATE "C" NOT NULL REFERENCES refresh_token_families ON DELETE CASCADE,
  used_at timestamptz(3),
  idle_expires_at timestamptz(3),
  created_at timestamptz(3) NOT NULL DEFAULT now()
);
CREATE INDEX refresh_tokens_of_family ON refresh_tokens (family_id);

CREATE TABLE authorization_codes (
  code_hash bytea PRIMARY KEY,
  client_id text COLLATE "C" NOT NULL REFERENCES clients ON DELETE CASCADE,
  user_id text COLLATE "C" NOT NULL REFERENCES users ON DELETE CASCADE,
  session_id text COLLATE "C" NOT NULL,
  -- redirect_uri, scope, audience, nonce, code_challenge, dpop_jkt, … of the request
  request jsonb NOT NULL,
  -- a code that comes back after its use ends the family it gave (RFC 6749 §4.1.2)
  used_at timestamptz(3),
  replayed_at timestamptz(3),
  family_id text COLLATE "C",
  expires_at timestamptz(3) NOT NULL
);
CREATE INDEX authorization_codes_expiry ON authorization_codes (expires_at);

-- Access tokens without an audience: opaque, good for /userinfo only.
CREATE TABLE opaque_access_tokens (
  token_hash bytea PRIMARY KEY,
  client_id text COLLATE "C" NOT NULL,
  user_id text COLLATE "C" NOT NULL REFERENCES users ON DELETE CASCADE,
  scope text NOT NULL,
  dpop_jkt text,
  expires_at timestamptz(3) NOT NULL
);
CREATE INDEX opaque_access_tokens_expiry ON opaque_access_tokens (expires_at);

-- Identifiers that may be seen once: DPoP proofs (RFC 9449 §11.1), client assertions (RFC 7523 §3).
CREATE TABLE seen_once (
  purpose text NOT NULL,
  id_hash bytea NOT NULL,
  expires_at timestamptz(3) NOT NULL,
  PRIMARY KEY (purpose, id_hash)
);
CREATE INDEX seen_once_expiry ON seen_once (expires_at);

-- What went wrong at the sign-in page of late, by account and by address, hashed.
CREATE TABLE login_failures (
  subject_hash bytea NOT NULL,
  failed_at timestamptz(3) NOT NULL
);
CREATE INDEX login_failures_recent ON login_failures (subject_hash, failed_at);
CREATE INDEX login_failures_expiry ON login_failures (failed_at);
