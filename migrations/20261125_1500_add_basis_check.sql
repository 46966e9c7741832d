-- why: what lets us write to somebody grows old and has to be looked at again; and a person can ask to be erased
-- up
alter table contacts
  add column basis_checked_at timestamptz,
  add column basis_ended_at timestamptz,
  add column basis_note text,
  add column erased_at timestamptz;
alter table contacts add constraint contacts_erased_check
  check (erased_at is null or (name is null and title is null and email is null and phone is null and notes is null and status = 'removed'));
comment on column contacts.basis_checked_at is 'when somebody last looked whether the lawful basis still holds; null: not since source_at';
comment on column contacts.basis_ended_at is 'the lawful basis no longer holds: consent taken back, address no longer published';
comment on column contacts.erased_at is 'the person asked to be erased; the row stays for what refers to it';
create index contacts_basis_idx on contacts ((coalesce(basis_checked_at, source_at)))
  where lawful_basis <> 'consent' and status = 'active' and email is not null;
do $$
declare
  known text := (select pg_get_constraintdef(oid) from pg_constraint where conname = 'tasks_kind_check');
begin
  alter table tasks drop constraint tasks_kind_check;
  execute 'alter table tasks add constraint tasks_kind_check ' || replace(known, ']', ', ''recheck_basis''::text]');
end $$;

-- down
delete from tasks where kind = 'recheck_basis';
do $$
declare
  known text := (select pg_get_constraintdef(oid) from pg_constraint where conname = 'tasks_kind_check');
begin
  alter table tasks drop constraint tasks_kind_check;
  execute 'alter table tasks add constraint tasks_kind_check ' || replace(known, ', ''recheck_basis''::text', '');
end $$;
drop index contacts_basis_idx;
alter table contacts
  drop constraint contacts_erased_check,
  drop column erased_at,
  drop column basis_note,
  drop column basis_ended_at,
  drop column basis_checked_at;
