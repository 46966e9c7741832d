-- why: checkpoints are kept as public pages are, so what a witness adds to one is announced
-- up
create trigger log_cosignatures_announce after insert on log_cosignatures
  for each row execute function announce_by_letter();

-- down
drop trigger log_cosignatures_announce on log_cosignatures;
