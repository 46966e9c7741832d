-- why: a colleague or a token may be there for some letters only, and the database shows them no others (decision 0031)
-- up
alter table staff
  add column all_letters boolean not null default true,
  add constraint staff_admin_letters_check check (role <> 'admin' or all_letters),
  add constraint staff_letters_key unique (id, all_letters);

-- The column all_letters and its key let the database refuse a list of letters for somebody who has all of them.
create table staff_letters (
  staff_id uuid not null,
  letter_id uuid not null constraint staff_letters_letter_fkey references letters (id) on delete cascade,
  all_letters boolean not null default false constraint staff_letters_listed_check check (not all_letters),
  primary key (staff_id, letter_id),
  constraint staff_letters_staff_fkey foreign key (staff_id, all_letters) references staff (id, all_letters)
);
create index staff_letters_staff_idx on staff_letters (staff_id, all_letters);
create index staff_letters_letter_idx on staff_letters (letter_id);

alter table api_tokens
  add column all_letters boolean not null default true,
  add constraint api_tokens_letters_key unique (id, all_letters);

create table api_token_letters (
  token_id uuid not null,
  letter_id uuid not null constraint api_token_letters_letter_fkey references letters (id) on delete cascade,
  all_letters boolean not null default false constraint api_token_letters_listed_check check (not all_letters),
  primary key (token_id, letter_id),
  constraint api_token_letters_token_fkey foreign key (token_id, all_letters) references api_tokens (id, all_letters)
);
create index api_token_letters_token_idx on api_token_letters (token_id, all_letters);
create index api_token_letters_letter_idx on api_token_letters (letter_id);

-- Migrations change tables that the views of by_letter stand on: it goes before them and comes back after them.
create function before_migrations() returns void language sql as $$
  drop schema if exists by_letter cascade
$$;

-- Makes a view of the same name for each table that is about a letter, or about something that is. A connection whose
-- search_path begins with by_letter sees only the letters of its setting countersign.letters, whatever it asks.
create function after_migrations() returns void language plpgsql as $$
declare
  -- What belongs to no letter and may be seen: the rest without a letter is hidden.
  shared constant text[] := array['suppressions', 'tasks', 'templates', 'imports', 'activity'];
  -- What all letters share, although a row may remember the import or the mail it came from.
  common constant text[] := array['organisations', 'contacts', 'organisation_names', 'organisation_metrics',
    'organisation_domains', 'organisation_merges', 'mailboxes', 'staff', 'sessions', 'api_tokens', 'suppressions_log'];
  -- What names its subject by a bare id.
  pointing constant text[] := array['tasks', 'activity', 'outreach_holds'];
  waiting text[];
  made text[] := '{}';
  aside text;
  t text;
  rule text;
  reader text;
begin
  perform before_migrations();
  create schema by_letter;
  create function by_letter.mine() returns uuid[] language sql stable
    as 'select string_to_array(current_setting(''countersign.letters'', true), '','')::uuid[]';

  with recursive tables as (
    select c.oid, c.relname::text as name,
      exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'letter_id' and not a.attisdropped) as has_letter
    from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
  ), scoped as (
    select oid, name from tables where has_letter or name in ('letters', 'outreach_holds')
    union
    select child.oid, child.name from scoped
      join pg_constraint f on f.contype = 'f' and f.confrelid = scoped.oid
      join tables child on child.oid = f.conrelid
    where not child.name = any (common)
  )
  select array_agg(name order by name) into waiting from scoped;

  while cardinality(waiting) > 0 loop
    select w into t from unnest(waiting) as w
    order by (select count(*) from pg_constraint f join pg_class p on p.oid = f.confrelid
      where f.contype = 'f' and f.conrelid = format('public.%I', w)::regclass
        and p.relname <> w and p.relname::text = any (waiting)), w
    limit 1;
    select string_agg(condition, ' and ') into rule from (
      select format('(%s exists (select from by_letter.%I as p where %s))',
        (select string_agg(format('t.%I is null or', a.attname), ' ') from unnest(f.conkey) k
           join pg_attribute a on a.attrelid = f.conrelid and a.attnum = k where not a.attnotnull),
        parent.relname,
        (select string_agg(format('p.%I = t.%I', pa.attname, a.attname), ' and ')
           from unnest(f.conkey, f.confkey) as k(own, theirs)
           join pg_attribute a on a.attrelid = f.conrelid and a.attnum = k.own
           join pg_attribute pa on pa.attrelid = f.confrelid and pa.attnum = k.theirs)) as condition
      from pg_constraint f join pg_class parent on parent.oid = f.confrelid
      where f.contype = 'f' and f.conrelid = format('public.%I', t)::regclass and parent.relname::text = any (made)
        and not exists (select from pg_attribute a where a.attrelid = f.conrelid and a.attname = 'letter_id' and not a.attisdropped)
    ) as conditions;
    if t = 'letters' then
      rule := 't.id = any ((select by_letter.mine())::uuid[])';
    elsif exists (select from pg_attribute a where a.attrelid = format('public.%I', t)::regclass
        and a.attname = 'letter_id' and not a.attisdropped) then
      rule := 't.letter_id = any ((select by_letter.mine())::uuid[])';
      if t = any (shared) then
        rule := format('(%s or t.letter_id is null)', rule);
      end if;
    end if;
    if t = any (pointing) then
      rule := concat_ws(' and ', rule, '(t.subject_id is null or not by_letter.elsewhere(t.subject_id))');
    end if;
    -- The function comes last, since it looks at the views.
    if t = any (pointing) and to_regprocedure('by_letter.elsewhere(uuid)') is null then
      create function by_letter.elsewhere(uuid) returns boolean language sql stable as 'select false';
    end if;
    execute format('create view by_letter.%I as select t.* from public.%I as t where %s', t, t, coalesce(rule, 'true'));
    made := made || t;
    waiting := array_remove(waiting, t);
  end loop;

  select string_agg(format('exists (select from public.%I where id = $1) and not exists (select from by_letter.%I where id = $1)', m, m), ' or ')
    into aside from unnest(made) as m
  where not m = any (pointing) and exists (select from pg_attribute a where a.attrelid = format('public.%I', m)::regclass
    and a.attname = 'id' and a.atttypid = 'uuid'::regtype and not a.attisdropped);
  execute format('create or replace function by_letter.elsewhere(uuid) returns boolean language sql stable as %L',
    'select ' || aside);

  -- The application may do with a view what it may do with the table; triggers hold what is append-only.
  for reader in select distinct grantee::text from information_schema.role_table_grants
      where table_schema = 'public' and table_name = 'letters' and privilege_type = 'INSERT' and grantee <> current_user loop
    execute format('grant usage on schema by_letter to %I', reader);
    for t in select unnest(made) loop
      execute (select format('grant %s on by_letter.%I to %I', string_agg(g.privilege_type, ', '), t, reader)
        from information_schema.role_table_grants g
        where g.table_schema = 'public' and g.table_name = t and g.grantee = reader
          and g.privilege_type in ('SELECT', 'INSERT', 'UPDATE', 'DELETE'));
    end loop;
  end loop;
end $$;

-- down
select before_migrations();
drop function after_migrations();
drop function before_migrations();
drop table api_token_letters;
alter table api_tokens drop constraint api_tokens_letters_key, drop column all_letters;
drop table staff_letters;
alter table staff
  drop constraint staff_letters_key,
  drop constraint staff_admin_letters_check,
  drop column all_letters;
