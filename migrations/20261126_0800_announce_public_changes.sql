-- why: every web process hears at once what changed on a public page, and renders a page once per change instead of asking again and again
-- up
create function announce_public_change(slug text) returns void language sql as $$
  select pg_notify('countersign_public', coalesce(slug, '*'));
$$;
comment on function announce_public_change(text) is 'tells web processes that the pages of this letter say something else now; *: those of every letter';

create function announce_letter() returns trigger language plpgsql as $$
begin
  if tg_op <> 'INSERT' then perform announce_public_change(old.slug); end if;
  if tg_op <> 'DELETE' then perform announce_public_change(new.slug); end if;
  return null;
end $$;
create trigger letters_announce after insert or update or delete on letters
  for each row execute function announce_letter();

create function announce_by_letter() returns trigger language plpgsql as $$
begin
  perform announce_public_change(
    (select slug from letters where id = case when tg_op = 'DELETE' then old.letter_id else new.letter_id end));
  return null;
end $$;
create trigger letter_versions_announce after insert or update or delete on letter_versions
  for each row execute function announce_by_letter();

create function announce_by_version() returns trigger language plpgsql as $$
begin
  perform announce_public_change(
    (select l.slug from letter_versions v join letters l on l.id = v.letter_id
      where v.id = case when tg_op = 'DELETE' then old.version_id else new.version_id end));
  return null;
end $$;
create trigger letter_translations_announce after insert or update or delete on letter_translations
  for each row execute function announce_by_version();

-- Most of what happens to a signature is nobody's business: only what a public page shows is announced.
create trigger signatures_announce after update on signatures
  for each row when (
    (old.visibility = 'public' and old.state in ('published', 'withdrawn', 'needs_reaffirmation'))
    or (new.visibility = 'public' and new.state in ('published', 'withdrawn', 'needs_reaffirmation')))
  execute function announce_by_letter();

-- Tables that say something on the pages of several letters, or of one that is not named in the row.
create function announce_all() returns trigger language plpgsql as $$
begin
  perform announce_public_change('*');
  return null;
end $$;

-- down
drop trigger signatures_announce on signatures;
drop trigger letter_translations_announce on letter_translations;
drop trigger letter_versions_announce on letter_versions;
drop trigger letters_announce on letters;
drop function announce_all();
drop function announce_by_version();
drop function announce_by_letter();
drop function announce_letter();
drop function announce_public_change(text);
