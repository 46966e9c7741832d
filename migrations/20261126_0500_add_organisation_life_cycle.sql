-- why: organisations are renamed, belong to groups without going round in circles, and turn out to be one and the same
-- up
alter table organisations add column merged_into_id uuid constraint organisations_merged_into_fkey references organisations (id);
alter table organisations add constraint organisations_merged_check
  check (merged_into_id <> id and (merged_into_id is null or parent_id is null));
create index organisations_merged_into_idx on organisations (merged_into_id);
comment on column organisations.merged_into_id is 'the organisation that this one turned out to be; the row stays for its history';

create table organisation_names (
  id uuid primary key,
  organisation_id uuid not null constraint organisation_names_organisation_fkey references organisations (id),
  name text not null,
  name_key text not null,
  merge_id uuid,
  ended_at timestamptz not null
);
comment on table organisation_names is 'names an organisation had before, or under which it was known twice; found by search and by lists';
create index organisation_names_organisation_idx on organisation_names (organisation_id);
create index organisation_names_key_idx on organisation_names (name_key);
create index organisation_names_trgm_idx on organisation_names using gin (name gin_trgm_ops);

create table organisation_merges (
  id uuid primary key,
  kept_id uuid not null constraint organisation_merges_kept_fkey references organisations (id),
  merged_id uuid not null constraint organisation_merges_merged_fkey references organisations (id),
  moved jsonb not null,
  merged_at timestamptz not null,
  merged_by uuid constraint organisation_merges_merged_by_fkey references staff (id),
  undone_at timestamptz,
  undone_by uuid constraint organisation_merges_undone_by_fkey references staff (id)
);
comment on column organisation_merges.moved is 'ids of the rows that moved, by table, and what ended because of it; from this a merge is undone';
create unique index organisation_merges_one_standing_idx on organisation_merges (merged_id) where undone_at is null;
create index organisation_merges_kept_idx on organisation_merges (kept_id);
create index organisation_merges_merged_by_idx on organisation_merges (merged_by);
create index organisation_merges_undone_by_idx on organisation_merges (undone_by);
alter table organisation_names add constraint organisation_names_merge_fkey foreign key (merge_id) references organisation_merges (id);
create index organisation_names_merge_idx on organisation_names (merge_id);

-- A parent may not be below its own child, whoever writes it.
create function refuse_parent_circle() returns trigger language plpgsql as $$
begin
  if new.parent_id is not null and exists (
    with recursive above (id, parent_id) as (
      select id, parent_id from organisations where id = new.parent_id
      union
      select o.id, o.parent_id from organisations o join above a on o.id = a.parent_id
    )
    select from above where id = new.id) then
    raise exception 'an organisation is not its own parent' using errcode = 'check_violation', constraint = 'organisations_circle_check';
  end if;
  return new;
end $$;
create trigger organisations_circle before insert or update of parent_id on organisations
  for each row execute function refuse_parent_circle();

insert into signature_transitions (from_state, cause, to_state, moved_by) values ('superseded', 'unmerged', 'email_confirmed', 'system');

-- down
delete from signature_transitions where from_state = 'superseded' and cause = 'unmerged';
drop trigger organisations_circle on organisations;
drop function refuse_parent_circle();
alter table organisation_names drop constraint organisation_names_merge_fkey;
drop table organisation_merges;
drop table organisation_names;
alter table organisations drop constraint organisations_merged_check;
alter table organisations drop column merged_into_id;
