-- why: signs of fraud are hints for a reviewer; lists of staff say whom to trust and whom to look at
-- up
alter table signatures add column network_hash bytea;
comment on column signatures.network_hash is 'keyed hash of the first part of the network address that sent the form in (/24, /56); erased after 90 days';
create index signatures_network_idx on signatures (network_hash, submitted_at) where network_hash is not null;
create index signatures_signatory_email_idx on signatures (lower(signatory_email), submitted_at);
create index signatures_email_domain_idx on signatures (lower(split_part(signatory_email, '@', 2)), submitted_at);

create index signatures_display_name_trgm_idx on signatures using gin (display_name gin_trgm_ops);
create index signatures_signatory_name_trgm_idx on signatures using gin (signatory_name gin_trgm_ops);

create table screening_rules (
  id uuid primary key,
  verdict text not null constraint screening_rules_verdict_check check (verdict in ('allow', 'hold')),
  kind text not null constraint screening_rules_kind_check check (kind in ('domain', 'address', 'network')),
  pattern text not null,
  note text not null default '',
  created_by uuid constraint screening_rules_created_by_fkey references staff (id),
  created_at timestamptz not null
);
create unique index screening_rules_pattern_idx on screening_rules (kind, pattern);
create index screening_rules_created_by_idx on screening_rules (created_by);

create table screened_entries (
  signature_id uuid primary key constraint screened_entries_signature_fkey references signatures (id) on delete cascade,
  hints text[] not null,
  looked_at timestamptz not null
);
do $$
declare
  known text := (select pg_get_constraintdef(oid) from pg_constraint where conname = 'tasks_kind_check');
begin
  alter table tasks drop constraint tasks_kind_check;
  execute 'alter table tasks add constraint tasks_kind_check ' || replace(known, ']', ', ''suspicious_entry''::text]');
end $$;

-- down
delete from tasks where kind = 'suspicious_entry';
do $$
declare
  known text := (select pg_get_constraintdef(oid) from pg_constraint where conname = 'tasks_kind_check');
begin
  alter table tasks drop constraint tasks_kind_check;
  execute 'alter table tasks add constraint tasks_kind_check ' || replace(known, ', ''suspicious_entry''::text', '');
end $$;
drop table screened_entries;
drop table screening_rules;
drop index signatures_signatory_name_trgm_idx;
drop index signatures_display_name_trgm_idx;
drop index signatures_email_domain_idx;
drop index signatures_signatory_email_idx;
alter table signatures drop column network_hash;
