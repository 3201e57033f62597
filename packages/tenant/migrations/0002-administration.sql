-- What the whole of user administration stands on: organizations, factors, tickets, blocks, jobs, logs, and settings of every kind.

ALTER TABLE users
  -- the factors someone has enrolled, as Auth0 lists them; null: none
  ADD COLUMN multifactor text[],
  ADD COLUMN multifactor_last_modified timestamptz(3);

ALTER TABLE sessions
  ADD COLUMN last_ip text,
  ADD COLUMN last_user_agent text,
  -- what administrators noted about it
  ADD COLUMN metadata jsonb;

ALTER TABLE refresh_token_families
  ADD COLUMN initial_ip text,
  ADD COLUMN initial_user_agent text,
  ADD COLUMN last_exchanged_at timestamptz(3),
  ADD COLUMN metadata jsonb;

ALTER TABLE connections ADD COLUMN updated_at timestamptz(3) NOT NULL DEFAULT now();
CREATE TABLE organizations (
  id text COLLATE "C" PRIMARY KEY,
  name text COLLATE "C" NOT NULL UNIQUE,
  display_name text,
  -- branding, metadata, token_quota, … under Auth0's names
  settings jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz(3) NOT NULL DEFAULT now()
);

-- A role of the tenant, or one that a single organization keeps for itself.
ALTER TABLE roles
  ADD COLUMN owner_id text COLLATE "C" REFERENCES organizations ON DELETE CASCADE,
  DROP CONSTRAINT roles_name_key;
CREATE UNIQUE INDEX roles_name ON roles (name, coalesce(owner_id, ''));

-- The applications that an organization's people may use.
CREATE TABLE organization_clients (
  organization_id text COLLATE "C" NOT NULL REFERENCES organizations ON DELETE CASCADE,
  client_id text COLLATE "C" NOT NULL REFERENCES clients ON DELETE CASCADE,
  use_for_member_access boolean NOT NULL DEFAULT false,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (organization_id, client_id)
);

-- The connections whose people may sign in to an organization.
CREATE TABLE organization_connections (
  organization_id text COLLATE "C" NOT NULL REFERENCES organizations ON DELETE CASCADE,
  connection_id text COLLATE "C" NOT NULL REFERENCES connections ON DELETE CASCADE,
  assign_membership_on_login boolean NOT NULL DEFAULT false,
  -- show_as_button, is_signup_enabled, … under Auth0's names
  settings jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (organization_id, connection_id)
);

CREATE TABLE organization_members (
  organization_id text COLLATE "C" NOT NULL REFERENCES organizations ON DELETE CASCADE,
  user_id text COLLATE "C" NOT NULL REFERENCES users ON DELETE CASCADE,
  added_at timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (organization_id, user_id)
);
CREATE INDEX organization_members_added ON organization_members (organization_id, added_at, user_id);
CREATE INDEX organization_members_of_user ON organization_members (user_id);

CREATE TABLE organization_member_roles (
  organization_id text COLLATE "C" NOT NULL,
  user_id text COLLATE "C" NOT NULL,
  role_id text COLLATE "C" NOT NULL REFERENCES roles ON DELETE CASCADE,
  PRIMARY KEY (organization_id, user_id, role_id),
  FOREIGN KEY (organization_id, user_id) REFERENCES organization_members ON DELETE CASCADE
);

CREATE TABLE organization_invitations (
  id text COLLATE "C" PRIMARY KEY,
  organization_id text COLLATE "C" NOT NULL REFERENCES organizations ON DELETE CASCADE,
  -- what the link in the mail carries, hashed
  ticket_hash bytea NOT NULL UNIQUE,
  -- the same once more, sealed: the link is shown again to whoever may read invitations
  ticket_sealed bytea NOT NULL,
  -- client_id, inviter, invitee, connection_id, app_metadata, user_metadata, roles, … under Auth0's names
  settings jsonb NOT NULL,
  created_at timestamptz(3) NOT NULL,
  expires_at timestamptz(3) NOT NULL
);
CREATE INDEX organization_invitations_of ON organization_invitations (organization_id, created_at);

CREATE TABLE organization_client_grants (
  organization_id text COLLATE "C" NOT NULL REFERENCES organizations ON DELETE CASCADE,
  grant_id text COLLATE "C" NOT NULL REFERENCES client_grants ON DELETE CASCADE,
  PRIMARY KEY (organization_id, grant_id)
);

-- What a person agreed that an application of somebody else may do.
CREATE TABLE consents (
  id text COLLATE "C" PRIMARY KEY,
  user_id text COLLATE "C" NOT NULL REFERENCES users ON DELETE CASCADE,
  client_id text COLLATE "C" NOT NULL REFERENCES clients ON DELETE CASCADE,
  -- '' : no API, only who they are
  audience text COLLATE "C" NOT NULL DEFAULT '',
  scope text[] NOT NULL DEFAULT '{}',
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  UNIQUE (user_id, client_id, audience)
);

-- Second factors and other ways in, one row each.
CREATE TABLE authentication_methods (
  id text COLLATE "C" PRIMARY KEY,
  user_id text COLLATE "C" NOT NULL REFERENCES users ON DELETE CASCADE,
  -- totp, recovery-code, phone, email, push-notification, webauthn-roaming, webauthn-platform, passkey
  type text NOT NULL,
  name text,
  confirmed boolean NOT NULL DEFAULT false,
  -- a TOTP secret or a recovery code, sealed under `authentication method <id>`
  secret_sealed bytea,
  -- the last time step a TOTP code was accepted in: a code is good once (RFC 6238 §5.2)
  last_step bigint,
  -- phone_number, email, preferred_authentication_method, key_id, public_key, … under Auth0's names
  settings jsonb NOT NULL DEFAULT '{}',
  last_auth_at timestamptz(3),
  enrolled_at timestamptz(3),
  created_at timestamptz(3) NOT NULL DEFAULT now()
);
CREATE INDEX authentication_methods_of_user ON authentication_methods (user_id);

-- Links that do one thing once: set a password, prove an address. What the link carries is kept as its hash.
CREATE TABLE tickets (
  token_hash bytea PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('password_change', 'email_verification')),
  user_id text COLLATE "C" NOT NULL REFERENCES users ON DELETE CASCADE,
  -- result_url, client_id, mark_email_as_verified, includeEmailInRedirect, email, …
  request jsonb NOT NULL DEFAULT '{}',
  expires_at timestamptz(3) NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now()
);
CREATE INDEX tickets_expiry ON tickets (expires_at);

-- Accounts that brute-force protection has shut, each for the address that tried.
CREATE TABLE user_blocks (
  -- what was typed, lower-cased: an e-mail address, username or phone number
  identifier text COLLATE "C" NOT NULL,
  ip text NOT NULL,
  connection text,
  user_id text COLLATE "C" REFERENCES users ON DELETE CASCADE,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (identifier, ip)
);
CREATE INDEX user_blocks_of_user ON user_blocks (user_id);

CREATE TABLE device_credentials (
  id text COLLATE "C" PRIMARY KEY,
  user_id text COLLATE "C" NOT NULL REFERENCES users ON DELETE CASCADE,
  client_id text COLLATE "C" NOT NULL REFERENCES clients ON DELETE CASCADE,
  -- device_name, device_id, type, value
  settings jsonb NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now()
);
CREATE INDEX device_credentials_of_user ON device_credentials (user_id);

-- What happened, in the order in which it was written down; ids are handed out under a lock, so that whoever follows them misses nothing.
CREATE SEQUENCE log_sequence;
CREATE TABLE logs (
  -- 56 digits: 900, the second (UTC) in 14, a running number
  log_id text COLLATE "C" PRIMARY KEY,
  date timestamptz(3) NOT NULL,
  type text NOT NULL,
  user_id text COLLATE "C",
  -- every other member, under Auth0's names
  body jsonb NOT NULL
);
CREATE INDEX logs_of_user ON logs (user_id, log_id) WHERE user_id IS NOT NULL;
CREATE INDEX logs_of_type ON logs (type, log_id);
CREATE INDEX logs_date ON logs (date);

CREATE TABLE jobs (
  id text COLLATE "C" PRIMARY KEY,
  type text NOT NULL CHECK (type IN ('users_import', 'users_export', 'verification_email')),
  status text NOT NULL CHECK (status IN ('pending', 'processing', 'completed', 'failed')),
  -- what Auth0 repeats of the request, under Auth0's names
  settings jsonb NOT NULL DEFAULT '{}',
  -- an import's rows, until they are done
  input jsonb,
  summary jsonb,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  finished_at timestamptz(3)
);
CREATE INDEX jobs_waiting ON jobs (created_at) WHERE status IN ('pending', 'processing');

-- The rows of an import that could not be done, and why.
CREATE TABLE job_errors (
  job_id text COLLATE "C" NOT NULL REFERENCES jobs ON DELETE CASCADE,
  position integer NOT NULL,
  row jsonb NOT NULL,
  errors jsonb NOT NULL,
  PRIMARY KEY (job_id, position)
);

-- Settings of the tenant, one document each: those that exist once under the id '', those that are many under their own.
CREATE TABLE documents (
  kind text COLLATE "C" NOT NULL,
  id text COLLATE "C" NOT NULL,
  body jsonb NOT NULL,
  position bigint GENERATED ALWAYS AS IDENTITY,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  updated_at timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (kind, id)
);
