-- why: who works on the letters, how they sign in, and a record of every act that nobody can rewrite
-- up
create table staff (
  id uuid primary key,
  email text not null,
  name text not null,
  role text not null constraint staff_role_check check (role in ('admin', 'editor', 'outreach', 'reviewer', 'viewer')),
  active boolean not null default true,
  row_version integer not null default 1,
  created_at timestamptz not null
);
create unique index staff_email_idx on staff (lower(email));

create table sessions (
  id uuid primary key,
  staff_id uuid not null constraint sessions_staff_fkey references staff (id),
  token_hash bytea not null,
  created_at timestamptz not null,
  last_seen_at timestamptz not null,
  expires_at timestamptz not null,
  revoked_at timestamptz
);
create unique index sessions_token_hash_idx on sessions (token_hash);
create index sessions_staff_idx on sessions (staff_id);

create table api_tokens (
  id uuid primary key,
  name text not null,
  token_hash bytea not null,
  scopes text[] not null,
  created_by uuid constraint api_tokens_created_by_fkey references staff (id),
  created_at timestamptz not null,
  last_used_at timestamptz,
  revoked_at timestamptz
);
create unique index api_tokens_token_hash_idx on api_tokens (token_hash);
create index api_tokens_created_by_idx on api_tokens (created_by);

-- A link is a secret address for one purpose. Only the hash is kept; the secret is derived again when a mail goes out.
create table links (
  id uuid primary key,
  purpose text not null constraint links_purpose_check
    check (purpose in ('sign_in', 'invitation', 'confirm', 'unsubscribe')),
  subject_id uuid not null,
  generation integer not null default 1,
  token_hash bytea not null,
  created_at timestamptz not null,
  expires_at timestamptz,
  acted_at timestamptz,
  revoked_at timestamptz
);
create unique index links_token_hash_idx on links (token_hash);
create index links_subject_idx on links (purpose, subject_id);

create table activity (
  id uuid primary key,
  at timestamptz not null,
  actor_kind text not null constraint activity_actor_kind_check
    check (actor_kind in ('staff', 'token', 'company', 'public', 'system')),
  actor_id uuid,
  actor_name text,
  action text not null,
  letter_id uuid,
  organisation_id uuid,
  contact_id uuid,
  subject_id uuid,
  detail jsonb not null default '{}'
);
create index activity_organisation_idx on activity (organisation_id, at desc);
create index activity_letter_idx on activity (letter_id, at desc);
create index activity_at_idx on activity (at desc, id desc);
comment on table activity is 'append-only: who did what to which row, without personal data';

create function refuse_rewrite() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only', tg_table_name using errcode = 'insufficient_privilege';
end $$;
create trigger activity_append_only before update or delete on activity
  for each statement execute function refuse_rewrite();

-- down
drop table activity;
drop function refuse_rewrite();
drop table links;
drop table api_tokens;
drop table sessions;
drop table staff;
