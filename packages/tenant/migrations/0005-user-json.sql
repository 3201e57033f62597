-- Every user as the Management API shows them, ready to be sent: lists and exports read this and build nothing. Written by the triggers below in
-- the transaction that changes a user, so it is never behind. A user comes with an identity, and has a row from then on.
CREATE TABLE user_json (
  user_id text COLLATE "C" PRIMARY KEY REFERENCES users ON DELETE CASCADE,
  -- JSON, with the character U+0001 where the tenant's own address goes: JSON holds no such character as it is
  body text NOT NULL
) WITH (fillfactor = 90);

CREATE FUNCTION user_moment(moment timestamptz) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT to_char(moment AT TIME ZONE 'UTC', '\"YYYY-MM-DD"T"HH24:MI:SS.MS"Z"\"')
$$;

-- In PL/pgSQL, and about one user: so it is planned once in a session, and not by each statement that calls it.
-- A member that a user lacks is NULL here, and concat leaves it out.
CREATE FUNCTION user_json_of(id text) RETURNS text LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
  RETURN (
    SELECT concat(
      '{"created_at":', user_moment(u.created_at),
      ',"email":' || to_json(u.email)::text,
      CASE WHEN u.email IS NOT NULL THEN ',"email_verified":' || u.email_verified::text END,
      ',"identities":', coalesce((
        SELECT '[' || string_agg(concat(
          '{"connection":', to_json(i.connection)::text, ',"user_id":', to_json(i.identity_id)::text, ',"provider":', to_json(i.provider)::text,
          ',"isSocial":', i.is_social::text, ',"profileData":' || i.profile_data::text, '}'), ',' ORDER BY i.position) || ']'
        FROM identities i WHERE i.user_id = u.user_id), 'null'),
      ',"name":' || to_json(u.name)::text,
      ',"nickname":' || to_json(u.nickname)::text,
      -- a picture of ours stands in the table without the tenant's address
      ',"picture":' || CASE WHEN u.picture LIKE '/avatars/%' THEN E'"\x01' || substr(to_json(u.picture)::text, 2) ELSE to_json(u.picture)::text END,
      ',"updated_at":', user_moment(u.updated_at),
      ',"user_id":', to_json(u.user_id)::text,
      ',"username":' || to_json(u.username)::text,
      ',"phone_number":' || to_json(u.phone_number)::text,
      ',"phone_verified":' || u.phone_verified::text,
      ',"given_name":' || to_json(u.given_name)::text,
      ',"family_name":' || to_json(u.family_name)::text,
      ',"user_metadata":' || u.user_metadata::text,
      ',"app_metadata":' || u.app_metadata::text,
      ',"blocked":' || u.blocked::text,
      ',"last_password_reset":' || user_moment(u.last_password_reset),
      ',"last_ip":' || to_json(u.last_ip)::text,
      ',"last_login":' || user_moment(u.last_login),
      ',"logins_count":' || nullif(u.logins_count, 0)::text,
      ',"multifactor":' || to_json(u.multifactor)::text,
      ',"multifactor_last_modified":' || user_moment(u.multifactor_last_modified),
      '}')
    FROM users u WHERE u.user_id = id);
END $$;

CREATE FUNCTION users_keep_json() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  changed text;
BEGIN
  FOREACH changed IN ARRAY CASE
    WHEN TG_OP = 'INSERT' THEN ARRAY[NEW.user_id]
    WHEN TG_OP = 'DELETE' THEN ARRAY[OLD.user_id]
    WHEN NEW.user_id = OLD.user_id THEN ARRAY[NEW.user_id]
    -- everybody locks two users in the same order
    ELSE ARRAY[least(NEW.user_id, OLD.user_id), greatest(NEW.user_id, OLD.user_id)] END
  LOOP
    -- One after the other: of two who change a user and an identity of theirs at once, neither would see what the other writes.
    IF TG_TABLE_NAME = 'identities' THEN
      PERFORM FROM users u WHERE u.user_id = changed FOR NO KEY UPDATE;
    END IF;
    INSERT INTO user_json (user_id, body) SELECT u.user_id, user_json_of(changed) FROM users u WHERE u.user_id = changed
    ON CONFLICT (user_id) DO UPDATE SET body = excluded.body;
  END LOOP;
  RETURN NULL;
END $$;

CREATE TRIGGER users_json_update AFTER UPDATE ON users FOR EACH ROW
WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION users_keep_json();
CREATE TRIGGER identities_json_insert_delete AFTER INSERT OR DELETE ON identities FOR EACH ROW EXECUTE FUNCTION users_keep_json();
CREATE TRIGGER identities_json_update AFTER UPDATE ON identities FOR EACH ROW
WHEN (
  (OLD.user_id, OLD.position, OLD.provider, OLD.identity_id, OLD.connection, OLD.is_social, OLD.profile_data)
  IS DISTINCT FROM (NEW.user_id, NEW.position, NEW.provider, NEW.identity_id, NEW.connection, NEW.is_social, NEW.profile_data)
) EXECUTE FUNCTION users_keep_json();

INSERT INTO user_json (user_id, body) SELECT user_id, user_json_of(user_id) FROM users;
