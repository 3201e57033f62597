-- A function in SQL with a query inside is planned anew by each statement that calls it, which took several times as long as what it does. One in
-- PL/pgSQL is planned once in a session; and so is a statement about one user, where one about any number of them is not.
DROP FUNCTION user_json_of(users);

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

CREATE OR REPLACE FUNCTION users_keep_json() RETURNS trigger LANGUAGE plpgsql AS $$
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
