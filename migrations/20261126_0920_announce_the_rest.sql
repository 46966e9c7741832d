-- why: whatever else a public page shows is announced too: statements and their logos, checks, bands, names, the banner, the log
-- up
-- Without a public entry there is nothing to announce, and a null slug would mean every page.
create function announce_by_signature() returns trigger language plpgsql as $$
declare
  shown text := (select l.slug from signatures s join letters l on l.id = s.letter_id
    where s.id = case when tg_op = 'DELETE' then old.signature_id else new.signature_id end
      and s.visibility = 'public' and s.state in ('published', 'held', 'withdrawn', 'needs_reaffirmation'));
begin
  if shown is not null then perform announce_public_change(shown); end if;
  return null;
end $$;
create trigger signature_statements_announce after insert or update or delete on signature_statements
  for each row execute function announce_by_signature();
create trigger signature_evidence_announce after insert or update on signature_evidence
  for each row execute function announce_by_signature();
create trigger signature_officers_announce after update on signature_officers
  for each row execute function announce_by_signature();

create trigger band_publications_announce after insert or update or delete on band_publications
  for each row execute function announce_by_letter();
create trigger log_checkpoints_announce after insert on log_checkpoints
  for each row execute function announce_by_letter();

create trigger organisations_announce after update of name, legal_name on organisations
  for each row when (old.name is distinct from new.name or old.legal_name is distinct from new.legal_name)
  execute function announce_all();

-- down
drop trigger organisations_announce on organisations;
drop trigger log_checkpoints_announce on log_checkpoints;
drop trigger band_publications_announce on band_publications;
drop trigger signature_officers_announce on signature_officers;
drop trigger signature_evidence_announce on signature_evidence;
drop trigger signature_statements_announce on signature_statements;
drop function announce_by_signature();
