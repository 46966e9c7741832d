-- why: a list is looked at row by row before anything is taken over, and can be taken up again after a stop
-- up
create table imports (
  id uuid primary key,
  letter_id uuid constraint imports_letter_fkey references letters (id),
  file_name text not null,
  file_hash bytea not null,
  state text not null constraint imports_state_check check (state in ('reading', 'checked', 'applying', 'applied', 'refused')),
  problem text,
  problem_detail jsonb not null default '{}',
  mapping jsonb not null default '{}',
  counts jsonb not null default '{}',
  applied_rows integer not null default 0,
  created_by uuid constraint imports_created_by_fkey references staff (id),
  created_at timestamptz not null,
  applied_at timestamptz,
  row_version integer not null default 1
);
create index imports_created_idx on imports (created_at desc, id desc);
create index imports_letter_idx on imports (letter_id);
create index imports_created_by_idx on imports (created_by);

create table import_rows (
  import_id uuid not null constraint import_rows_import_fkey references imports (id) on delete cascade,
  row_number integer not null,
  verdict text not null constraint import_rows_verdict_check check (verdict in (
    'create', 'update', 'unchanged', 'duplicate', 'review', 'reject', 'skip')),
  codes text[] not null default '{}',
  organisation jsonb not null default '{}',
  contacts jsonb not null default '[]',
  match jsonb,
  diff jsonb,
  raw jsonb not null default '[]',
  organisation_id uuid constraint import_rows_organisation_fkey references organisations (id),
  applied_at timestamptz,
  primary key (import_id, row_number)
);
create index import_rows_verdict_idx on import_rows (import_id, verdict, row_number);
create index import_rows_organisation_idx on import_rows (organisation_id);

-- The same request with the same key gets the same answer for 24 hours.
create table idempotency_keys (
  token_id uuid not null constraint idempotency_keys_token_fkey references api_tokens (id),
  key text not null,
  request_hash bytea not null,
  status integer,
  answer bytea,
  created_at timestamptz not null,
  primary key (token_id, key)
);
create index idempotency_keys_created_idx on idempotency_keys (created_at);

-- down
drop table idempotency_keys;
drop table import_rows;
drop table imports;
