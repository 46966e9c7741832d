-- why: a page that shows a delivery is rendered anew once it is recorded
-- up
create trigger deliveries_announce after insert on deliveries for each row execute function announce_by_letter();

-- down
drop trigger deliveries_announce on deliveries;
