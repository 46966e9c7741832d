-- why: the database refuses every step of a letter that the table of changes does not have, and keeps each with its reason
-- up
create table letter_transitions (
  from_state text not null,
  to_state text not null,
  primary key (from_state, to_state)
);
comment on table letter_transitions is 'reference: the same table as LETTER_CHANGES in domain/letters/letter.ts; a test holds them together';
insert into letter_transitions (from_state, to_state) values
  ('draft', 'in_review'), ('draft', 'withdrawn_by_sponsor'), ('draft', 'removed'),
  ('in_review', 'approved'), ('in_review', 'draft'), ('in_review', 'rejected'), ('in_review', 'withdrawn_by_sponsor'), ('in_review', 'removed'),
  ('approved', 'open'), ('approved', 'gathering'), ('approved', 'draft'), ('approved', 'withdrawn_by_sponsor'), ('approved', 'removed'),
  ('gathering', 'open'), ('gathering', 'withdrawn_by_sponsor'), ('gathering', 'removed'),
  ('open', 'paused'), ('open', 'closed'), ('open', 'withdrawn_by_sponsor'), ('open', 'removed'),
  ('paused', 'open'), ('paused', 'closed'), ('paused', 'withdrawn_by_sponsor'), ('paused', 'removed'),
  ('closed', 'delivered'), ('closed', 'open'), ('closed', 'withdrawn_by_sponsor'), ('closed', 'removed'),
  ('delivered', 'answered'), ('delivered', 'concluded'), ('delivered', 'removed'),
  ('answered', 'archived'), ('answered', 'removed'),
  ('concluded', 'archived'), ('concluded', 'removed'),
  ('archived', 'removed'),
  ('withdrawn_by_sponsor', 'removed');

create function check_letter_step() returns trigger language plpgsql as $$
begin
  if new.state <> old.state and not exists (
    select from letter_transitions where from_state = old.state and to_state = new.state) then
    raise exception 'a letter does not go from % to %', old.state, new.state
      using errcode = 'check_violation', constraint = 'letters_step_check';
  end if;
  return new;
end $$;
create trigger letters_step before update of state on letters
  for each row execute function check_letter_step();

create table letter_history (
  id uuid primary key,
  letter_id uuid not null constraint letter_history_letter_fkey references letters (id),
  from_state text not null,
  to_state text not null,
  reason text not null default '' constraint letter_history_reason_check check (
    reason <> '' or to_state not in ('rejected', 'withdrawn_by_sponsor')),
  actor_kind text not null,
  actor_id uuid,
  at timestamptz not null,
  constraint letter_history_step_fkey foreign key (from_state, to_state) references letter_transitions (from_state, to_state)
);
comment on column letter_history.reason is 'public where the state is shown to the public';
create index letter_history_letter_idx on letter_history (letter_id, at);
create index letter_history_step_idx on letter_history (from_state, to_state);
create trigger letter_history_append_only before update or delete on letter_history
  for each statement execute function refuse_rewrite();

-- From this moment an approved or gathering letter is open, whether or not the worker has come by.
alter table letters add column launch_at timestamptz;
alter table letters add constraint letters_launch_check check (launch_at is null or closes_at is null or launch_at < closes_at);
create index letters_launch_idx on letters (launch_at) where launch_at is not null;

-- What an organisation signed stays word for word.
create function refuse_signed_text() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and new.version_id = old.version_id and new.language = old.language
     and new.title = old.title and new.addressee = old.addressee and new.body_md = old.body_md
     and new.content_hash = old.content_hash then
    return new;
  end if;
  if exists (select from signatures where version_id = old.version_id) then
    raise exception 'version % has been signed', old.version_id
      using errcode = 'check_violation', constraint = 'letter_translations_signed_check';
  end if;
  if tg_op = 'DELETE' then return old; end if;
  return new;
end $$;
create trigger letter_translations_signed before update or delete on letter_translations
  for each row execute function refuse_signed_text();

-- down
drop trigger letter_translations_signed on letter_translations;
drop function refuse_signed_text();
drop index letters_launch_idx;
alter table letters drop constraint letters_launch_check;
alter table letters drop column launch_at;
drop table letter_history;
drop trigger letters_step on letters;
drop function check_letter_step();
drop table letter_transitions;
