-- why: pages that tell what became of a letter say something else as soon as one of these tables does
-- up
create trigger addressee_answers_announce after insert or update or delete on addressee_answers
  for each row execute function announce_by_letter();
create trigger letter_milestones_announce after insert or update or delete on letter_milestones
  for each row execute function announce_by_letter();
create trigger letter_milestone_events_announce after insert or update or delete on letter_milestone_events
  for each row execute function announce_by_letter();
create trigger letter_dates_announce after insert or update or delete on letter_dates
  for each row execute function announce_by_letter();
create trigger site_switch_announce after insert or update or delete on site_switch
  for each row execute function announce_all();

-- down
drop trigger site_switch_announce on site_switch;
drop trigger letter_dates_announce on letter_dates;
drop trigger letter_milestone_events_announce on letter_milestone_events;
drop trigger letter_milestones_announce on letter_milestones;
drop trigger addressee_answers_announce on addressee_answers;
