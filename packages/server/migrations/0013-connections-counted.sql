-- How many users each connection has is counted in an index that holds nothing else: it is a sixteenth as large as the one that lists them, and in the
-- order of the table.
CREATE INDEX users_connections ON users (connection);
