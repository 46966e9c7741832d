-- why: while nobody has confirmed a submission, the newest answers of its signatory win; so do the statements beside it
-- up
create function renew_first_statements() returns trigger language plpgsql as $$
begin
  delete from signature_statements where signature_id = new.id;
  if new.quote is not null then
    insert into signature_statements (id, signature_id, kind, body, language, state, submitted_at)
    values (gen_random_uuid(), new.id, 'quote', new.quote, new.language, 'waiting', new.submitted_at);
  end if;
  if new.reservation is not null then
    insert into signature_statements (id, signature_id, kind, clause, body, language, state, submitted_at)
    values (gen_random_uuid(), new.id, 'reservation', new.reservation_clause, new.reservation, new.language, 'waiting', new.submitted_at);
  end if;
  return null;
end $$;
create trigger signatures_renew_statements after update of quote, reservation, reservation_clause on signatures
  for each row when (old.state = 'submitted' and new.state = 'submitted' and (
    old.quote is distinct from new.quote or old.reservation is distinct from new.reservation
    or old.reservation_clause is distinct from new.reservation_clause))
  execute function renew_first_statements();

-- A parked entry can be refused by its officer and taken back by its signatory, as any that waits.
insert into signature_transitions (from_state, cause, to_state, moved_by) values
  ('parked', 'refused', 'rescinded', 'company'),
  ('parked', 'taken_back', 'rescinded', 'company');

-- down
delete from signature_transitions where from_state = 'parked' and cause in ('refused', 'taken_back');
drop trigger signatures_renew_statements on signatures;
drop function renew_first_statements();
