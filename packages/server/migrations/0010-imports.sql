-- Users from a file: an import, its rows as the file has them, whom each is to become, and the pieces they are sent to the tenant in.

CREATE TABLE imports (
  import_id uuid PRIMARY KEY,
  seq bigint NOT NULL GENERATED ALWAYS AS IDENTITY UNIQUE,
  -- the tenant's origin
  tenant text NOT NULL,
  actor_id text COLLATE "C" NOT NULL,
  -- what its audit entries have in common: { actorKind, ip, userAgent, requestId, tenant }
  origin jsonb NOT NULL,
  file_name text NOT NULL,
  format text NOT NULL CHECK (format IN ('csv', 'json', 'ndjson')),
  bytes bigint NOT NULL,
  connection_id text NOT NULL,
  connection text COLLATE "C" NOT NULL,
  mode text NOT NULL CHECK (mode IN ('skip', 'upsert')),
  -- [{ column, to, as, samples }]
  columns jsonb NOT NULL,
  phase text NOT NULL DEFAULT 'checking' CHECK (phase IN ('checking', 'checked', 'running', 'paused', 'done', 'cancelled', 'failed')),
  -- counts up when the plan is changed: a check of an earlier one is of no use
  plan_no integer NOT NULL DEFAULT 1,
  rows integer NOT NULL,
  looked integer NOT NULL DEFAULT 0,
  invalid integer NOT NULL DEFAULT 0,
  skipped integer NOT NULL DEFAULT 0,
  to_create integer NOT NULL DEFAULT 0,
  to_update integer NOT NULL DEFAULT 0,
  done integer NOT NULL DEFAULT 0,
  failed integer NOT NULL DEFAULT 0,
  unknown integer NOT NULL DEFAULT 0,
  created integer NOT NULL DEFAULT 0,
  updated integer NOT NULL DEFAULT 0,
  findings jsonb,
  -- why it stands still: { code, message, at }
  problem jsonb,
  -- whether nothing is left here of what the file held of people, but what tells its lines apart
  is_wiped boolean NOT NULL DEFAULT false,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  started_at timestamptz(3),
  ended_at timestamptz(3),
  -- how fast it goes is told since it last began, and by how many had ended then
  resumed_at timestamptz(3),
  ended_before integer NOT NULL DEFAULT 0
);
CREATE INDEX imports_newest ON imports (tenant, seq DESC);
CREATE INDEX imports_unfinished ON imports (phase) WHERE NOT is_wiped;

-- As the file has them: of CSV an array of its cells, else an object. Gone once the import is started. No foreign key, here and below: a million
-- rows would each be checked for it.
CREATE TABLE import_rows (
  import_id uuid NOT NULL,
  place integer NOT NULL,
  line integer NOT NULL,
  content text,
  -- why it cannot even be read
  fault text,
  PRIMARY KEY (import_id, place)
);

CREATE TABLE import_users (
  import_id uuid NOT NULL,
  place integer NOT NULL,
  line integer NOT NULL,
  state text COLLATE "C" NOT NULL CHECK (state IN ('invalid', 'skipped', 'waiting', 'done', 'failed', 'unknown')),
  email text COLLATE "C",
  -- as the directory compares it
  email_key text COLLATE "C",
  username text COLLATE "C",
  -- without the prefix of its provider, where the file has one
  user_id text COLLATE "C",
  -- the id that it is given otherwise: sent twice, it is taken once
  new_id text COLLATE "C",
  -- whom the directory has in their place
  there_id text COLLATE "C",
  -- the JSON that is sent; gone once it has been
  content text,
  code text COLLATE "C",
  message text,
  PRIMARY KEY (import_id, place)
);
CREATE INDEX import_users_troubled ON import_users (import_id, state, place) WHERE state IN ('invalid', 'skipped', 'failed', 'unknown');

-- What goes to the tenant as one job: those who wait of the places from the first to the last. Written down before it is sent.
CREATE TABLE import_chunks (
  import_id uuid NOT NULL REFERENCES imports ON DELETE CASCADE,
  chunk integer NOT NULL,
  first_place integer NOT NULL,
  last_place integer NOT NULL,
  users integer NOT NULL,
  state text NOT NULL DEFAULT 'sending' CHECK (state IN ('sending', 'sent', 'settled')),
  -- how often it may have come to the tenant
  attempts integer NOT NULL DEFAULT 0,
  -- the tenant's
  job_id text COLLATE "C",
  first_sent_at timestamptz(3),
  PRIMARY KEY (import_id, chunk)
);
CREATE INDEX import_chunks_open ON import_chunks (import_id) WHERE state <> 'settled';
