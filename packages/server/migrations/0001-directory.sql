-- Rollcall's own tables. The directory is a copy of the tenant's users that answers while somebody types; what it says of a user is never
-- more than the tenant said. All of it can be made again from the tenant, but for `views`.

CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public;

-- Who asks the tenant takes a number first. Of two answers about one user the one with the higher number stays, whichever server asked.
CREATE SEQUENCE readings;

CREATE TABLE users (
  user_id text COLLATE "C" PRIMARY KEY,
  email text COLLATE "C",
  email_verified boolean NOT NULL DEFAULT false,
  name text COLLATE "C",
  nickname text COLLATE "C",
  username text COLLATE "C",
  given_name text COLLATE "C",
  family_name text COLLATE "C",
  phone_number text COLLATE "C",
  phone_verified boolean NOT NULL DEFAULT false,
  picture text,
  -- of the primary identity
  connection text COLLATE "C",
  blocked boolean NOT NULL DEFAULT false,
  -- whether a second factor is enrolled
  mfa boolean NOT NULL DEFAULT false,
  created_at timestamptz(3) NOT NULL,
  updated_at timestamptz(3) NOT NULL,
  last_login timestamptz(3),
  last_ip text COLLATE "C",
  logins_count integer NOT NULL DEFAULT 0,
  last_password_reset timestamptz(3),
  -- as Auth0 writes them, without the providers' tokens
  identities jsonb NOT NULL DEFAULT '[]',
  user_metadata jsonb NOT NULL DEFAULT '{}',
  app_metadata jsonb NOT NULL DEFAULT '{}',
  -- folded (foldText): what is sorted by
  name_key text COLLATE "C",
  email_key text COLLATE "C",
  reading bigint NOT NULL
) WITH (fillfactor = 90);
CREATE INDEX users_created ON users (created_at DESC, user_id DESC);
CREATE INDEX users_last_login ON users (last_login DESC NULLS LAST, user_id DESC);
CREATE INDEX users_logins_count ON users (logins_count DESC, user_id DESC);
CREATE INDEX users_name ON users (name_key, user_id);
CREATE INDEX users_email ON users (email_key, user_id);
CREATE INDEX users_connection ON users (connection, created_at DESC, user_id DESC);
CREATE INDEX users_blocked ON users (created_at DESC, user_id DESC) WHERE blocked;
CREATE INDEX users_unverified ON users (created_at DESC, user_id DESC) WHERE NOT email_verified;
CREATE INDEX users_mfa ON users (created_at DESC, user_id DESC) WHERE mfa;
CREATE INDEX users_app_metadata ON users USING gin (app_metadata jsonb_path_ops) WITH (gin_pending_list_limit = 512);
CREATE INDEX users_user_metadata ON users USING gin (user_metadata jsonb_path_ops) WITH (gin_pending_list_limit = 512);

-- What substring search reads: narrow, so that a scan stays in few pages, and touched by no sign-in.
CREATE TABLE user_search (
  created_at timestamptz(3) NOT NULL,
  user_id text COLLATE "C" PRIMARY KEY,
  -- seven folded lines, always in this order, empty where there is nothing: email, name, nickname, username, phone_number, given_name,
  -- family_name. A match cannot reach across two of them.
  txt text COLLATE "C" NOT NULL
);
-- A larger pending list is flushed inside some unlucky person's statement; none at all halves a fill.
CREATE INDEX user_search_trigrams ON user_search USING gin (txt public.gin_trgm_ops, user_id public.gin_trgm_ops)
  WITH (fastupdate = on, gin_pending_list_limit = 1024);
CREATE INDEX user_search_created ON user_search (created_at DESC, user_id DESC) INCLUDE (txt);

-- The exact number of users without counting them. Several slots, so that two sessions that write at once seldom wait for each other.
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

-- Who left, so that an answer asked for before cannot bring them back. Swept after a day.
CREATE TABLE departed_users (
  user_id text COLLATE "C" PRIMARY KEY,
  reading bigint NOT NULL,
  departed_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE roles (
  role_id text COLLATE "C" PRIMARY KEY,
  name text NOT NULL,
  description text
);
CREATE TABLE organizations (
  organization_id text COLLATE "C" PRIMARY KEY,
  name text NOT NULL,
  display_name text
);
-- No references to users: a member list and an export may arrive in either order.
CREATE TABLE user_roles (
  role_id text COLLATE "C" NOT NULL REFERENCES roles ON DELETE CASCADE,
  user_id text COLLATE "C" NOT NULL,
  reading bigint NOT NULL,
  PRIMARY KEY (role_id, user_id)
);
CREATE INDEX user_roles_of_user ON user_roles (user_id);
CREATE TABLE organization_members (
  organization_id text COLLATE "C" NOT NULL REFERENCES organizations ON DELETE CASCADE,
  user_id text COLLATE "C" NOT NULL,
  reading bigint NOT NULL,
  PRIMARY KEY (organization_id, user_id)
);
CREATE INDEX organization_members_of_user ON organization_members (user_id);

-- Up to which question the answers about somebody's (`user-roles`, `user-organizations`) or something's (`role`, `organization`) memberships
-- are in: an older answer that comes later adds none. Swept after a day.
CREATE TABLE membership_readings (
  kind text NOT NULL CHECK (kind IN ('user-roles', 'user-organizations', 'role', 'organization')),
  id text COLLATE "C" NOT NULL,
  reading bigint NOT NULL,
  read_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (kind, id)
);

-- Whom a fill found as they are here already: it has not written their rows, and they are in its export all the same.
CREATE TABLE fill_seen (
  user_id text COLLATE "C" PRIMARY KEY
);

-- One row: how far the copy is.
CREATE TABLE directory_state (
  id boolean PRIMARY KEY DEFAULT true CHECK (id),
  -- the tenant whose users these are; another one empties the directory
  tenant text,
  -- the log entry up to which everything was noted
  checkpoint text,
  -- the export under way: { jobId, reading, noted, startedAt, lines, users, rowsPerSecond }
  fill jsonb,
  -- when a fill was last complete; null: never, so the tenant is asked in the directory's place
  filled_at timestamptz,
  members_at timestamptz,
  -- the moment up to which every change of the tenant is known here
  followed_at timestamptz,
  -- what the follower last met: { code, message, at }
  problem jsonb
);
INSERT INTO directory_state DEFAULT VALUES;

-- What the log says has changed, and is not read again yet. Written in the transaction that moves the checkpoint on.
CREATE TABLE pending (
  kind text NOT NULL CHECK (kind IN ('user', 'user-roles', 'user-organizations', 'role', 'organization', 'roles', 'organizations', 'fill')),
  id text COLLATE "C" NOT NULL,
  -- raised each time it is noted again: one that was noted while being read stays
  noted bigint NOT NULL,
  -- the moment of which the copy still shows this; what the copy knows whole ends at the earliest
  since timestamptz NOT NULL,
  attempts integer NOT NULL DEFAULT 0,
  not_before timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (kind, id)
);
CREATE SEQUENCE pending_notes;

-- What happened on which day (UTC), from the log; kept longer than the tenant keeps its log.
CREATE TABLE activity (
  day date NOT NULL,
  kind text NOT NULL CHECK (kind IN ('sign-up', 'sign-in', 'failure', 'active')),
  connection text COLLATE "C" NOT NULL DEFAULT '',
  total integer NOT NULL,
  PRIMARY KEY (day, kind, connection)
);
-- Who is behind it: a row a user, day and kind.
CREATE TABLE user_days (
  kind text NOT NULL CHECK (kind IN ('sign-in', 'failure')),
  day date NOT NULL,
  user_id text COLLATE "C" NOT NULL,
  PRIMARY KEY (kind, day, user_id)
);
CREATE INDEX user_days_of_user ON user_days (user_id);

-- A list worth coming back to.
CREATE TABLE views (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  name text NOT NULL,
  owner_id text COLLATE "C" NOT NULL,
  is_shared boolean NOT NULL DEFAULT false,
  filter text NOT NULL,
  sort text NOT NULL,
  columns text[] NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  updated_at timestamptz(3) NOT NULL DEFAULT now()
);
CREATE INDEX views_of_owner ON views (owner_id);
