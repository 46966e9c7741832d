-- why: what became public is kept in a log that anybody can check and nobody can rewrite unseen
-- up
create table log_origins (
  letter_id uuid primary key constraint log_origins_letter_fkey references letters (id),
  origin text not null,
  created_at timestamptz not null
);
comment on table log_origins is 'append-only: the name of a letter''s log (C2SP tlog-checkpoint), which stays when the public address changes';
create unique index log_origins_origin_idx on log_origins (origin);

create table log_leaves (
  letter_id uuid not null constraint log_leaves_letter_fkey references log_origins (letter_id),
  position integer not null constraint log_leaves_position_check check (position >= 0),
  leaf text not null,
  hash bytea not null constraint log_leaves_hash_check check (hash = sha256('\x00'::bytea || convert_to(leaf, 'UTF8'))),
  source_kind text not null constraint log_leaves_source_kind_check check (source_kind in ('signature', 'amendment', 'letter', 'text', 'notice')),
  source_id uuid not null,
  source_part text not null default '',
  subject_id uuid,
  entry integer,
  added_at timestamptz not null,
  primary key (letter_id, position)
);
comment on table log_leaves is 'append-only: the leaves of each letter''s Merkle tree (RFC 6962) and the event each was made of';
create unique index log_leaves_source_idx on log_leaves (source_kind, source_id, source_part);
create index log_leaves_subject_idx on log_leaves (subject_id) where subject_id is not null;

create table log_nodes (
  letter_id uuid not null constraint log_nodes_letter_fkey references log_origins (letter_id),
  level smallint not null constraint log_nodes_level_check check (level > 0),
  position integer not null,
  hash bytea not null constraint log_nodes_hash_check check (length(hash) = 32),
  primary key (letter_id, level, position)
);
comment on table log_nodes is 'append-only: roots of the complete subtrees above the leaves, so that a proof reads a few rows';

create table log_checkpoints (
  id uuid primary key,
  letter_id uuid not null constraint log_checkpoints_letter_fkey references log_origins (letter_id),
  size integer not null,
  root bytea not null constraint log_checkpoints_root_check check (length(root) = 32),
  note text not null,
  signed_at timestamptz not null
);
comment on table log_checkpoints is 'append-only: every tree head that was ever signed (C2SP signed-note)';
create index log_checkpoints_newest_idx on log_checkpoints (letter_id, signed_at desc, id desc);

create table log_cosignatures (
  letter_id uuid not null constraint log_cosignatures_letter_fkey references log_origins (letter_id),
  size integer not null,
  witness text not null,
  line text not null,
  received_at timestamptz not null,
  primary key (letter_id, size, witness)
);
comment on table log_cosignatures is 'append-only: what configured witnesses signed (C2SP tlog-cosignature)';

create table log_keys (
  public_key bytea primary key constraint log_keys_public_key_check check (length(public_key) = 32),
  first_used_at timestamptz not null
);
comment on table log_keys is 'append-only: every Ed25519 key that ever signed a checkpoint; old ones stay verifiable';

create table log_salts (
  letter_id uuid not null,
  position integer not null,
  field text not null constraint log_salts_field_check check (field in ('organisation', 'country', 'sector', 'signatory_name', 'signatory_title')),
  salt bytea not null constraint log_salts_salt_check check (length(salt) >= 16),
  primary key (letter_id, position, field),
  constraint log_salts_leaf_fkey foreign key (letter_id, position) references log_leaves (letter_id, position)
);
comment on table log_salts is 'what opens the commitments in the leaves; a salt is deleted when the person is erased, and the leaf stays';

create table log_erasures (
  letter_id uuid not null constraint log_erasures_letter_fkey references log_origins (letter_id),
  position integer not null,
  field text not null,
  at timestamptz not null,
  primary key (letter_id, position, field)
);
comment on table log_erasures is 'append-only: which salts were erased; copied to a file outside the database, from which a restored copy erases them again';

-- What other concepts hand to the log, in their own transaction.
create table log_notices (
  id uuid primary key,
  letter_id uuid not null constraint log_notices_letter_fkey references letters (id),
  kind text not null constraint log_notices_kind_check check (kind in ('delivery')),
  detail jsonb not null default '{}',
  at timestamptz not null
);
comment on table log_notices is 'append-only: events that only their concept knows, until the integrator makes a leaf of them';
create index log_notices_letter_idx on log_notices (letter_id);

do $$
declare
  frozen text;
begin
  foreach frozen in array array['log_origins', 'log_leaves', 'log_nodes', 'log_checkpoints', 'log_cosignatures', 'log_keys', 'log_erasures', 'log_notices'] loop
    execute format('create trigger %I before update or delete on %I for each statement execute function refuse_rewrite()', frozen || '_append_only', frozen);
    execute format('create trigger %I before truncate on %I for each statement execute function refuse_rewrite()', frozen || '_no_truncate', frozen);
  end loop;
end $$;

create index signature_history_public_idx on signature_history (at, id)
  where to_state in ('published', 'withdrawn') or from_state in ('published', 'needs_reaffirmation');
create index activity_letter_states_idx on activity (at, id) where action = 'letter.state_changed';

-- down
drop index activity_letter_states_idx;
drop index signature_history_public_idx;
drop table log_notices;
drop table log_erasures;
drop table log_salts;
drop table log_keys;
drop table log_cosignatures;
drop table log_checkpoints;
drop table log_nodes;
drop table log_leaves;
drop table log_origins;
