-- why: in an emergency the public site is closed at once, while the console goes on working
-- up
alter table site_switch add column closed boolean not null default false;

-- down
alter table site_switch drop column closed;
