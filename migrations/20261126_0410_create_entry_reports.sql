-- why: whoever sees an entry that should not be there can say so without a link of ours
-- up
create table entry_reports (
  id uuid primary key,
  letter_id uuid not null constraint entry_reports_letter_fkey references letters (id),
  signature_id uuid constraint entry_reports_signature_fkey references signatures (id),
  entry_name text not null,
  reporter_name text,
  reporter_role text,
  reporter_email text,
  address_hash bytea not null,
  said text,
  language text not null,
  at timestamptz not null,
  confirmed_at timestamptz,
  suspended_at timestamptz
);
create index entry_reports_letter_idx on entry_reports (letter_id, at desc);
create index entry_reports_signature_idx on entry_reports (signature_id);
create index entry_reports_address_idx on entry_reports (address_hash, at);

do $$
declare
  purposes text := (select pg_get_constraintdef(oid) from pg_constraint where conname = 'links_purpose_check');
  kinds text := (select pg_get_constraintdef(oid) from pg_constraint where conname = 'tasks_kind_check');
begin
  alter table links drop constraint links_purpose_check;
  execute 'alter table links add constraint links_purpose_check ' || replace(purposes, ']', ', ''report''::text]');
  alter table tasks drop constraint tasks_kind_check;
  execute 'alter table tasks add constraint tasks_kind_check '
    || replace(kinds, ']', ', ''review_statement''::text, ''correct_name''::text, ''settle_dispute''::text, ''entry_reported''::text]');
end $$;

-- down
delete from links where purpose = 'report';
delete from tasks where kind in ('review_statement', 'correct_name', 'settle_dispute', 'entry_reported');
do $$
declare
  purposes text := (select pg_get_constraintdef(oid) from pg_constraint where conname = 'links_purpose_check');
  kinds text := (select pg_get_constraintdef(oid) from pg_constraint where conname = 'tasks_kind_check');
begin
  alter table links drop constraint links_purpose_check;
  execute 'alter table links add constraint links_purpose_check ' || replace(purposes, ', ''report''::text', '');
  alter table tasks drop constraint tasks_kind_check;
  execute 'alter table tasks add constraint tasks_kind_check '
    || replace(replace(replace(replace(kinds, ', ''review_statement''::text', ''), ', ''correct_name''::text', ''),
       ', ''settle_dispute''::text', ''), ', ''entry_reported''::text', '');
end $$;
drop table entry_reports;
