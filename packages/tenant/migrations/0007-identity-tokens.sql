-- What a provider gave with a sign-in, to ask it for more in its user's name. Apart from `identities`, so that nothing that reads users reads it by the
-- way: only whoever asks for one user with the scope read:user_idp_tokens.
CREATE TABLE identity_tokens (
  provider text COLLATE "C" NOT NULL,
  identity_id text COLLATE "C" NOT NULL,
  -- as Auth0 shows them within the identity: access_token, refresh_token, expires_in
  tokens jsonb NOT NULL,
  PRIMARY KEY (provider, identity_id),
  FOREIGN KEY (provider, identity_id) REFERENCES identities ON DELETE CASCADE ON UPDATE CASCADE
);
