#!/bin/sh
# Run once by the PostgreSQL image on an empty volume: the application's own role, which owns nothing.
set -eu
psql -v ON_ERROR_STOP=1 -v password="$APP_PASSWORD" --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" <<'SQL'
create role countersign_app login password :'password';
SQL
