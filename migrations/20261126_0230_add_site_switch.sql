-- why: one switch pauses all signing at once, and one message stands over every public page
-- up
create table site_switch (
  singleton boolean primary key default true constraint site_switch_singleton_check check (singleton),
  signing_paused boolean not null default false,
  pause_message text not null default '',
  banner text not null default '',
  changed_at timestamptz,
  row_version integer not null default 1
);
insert into site_switch default values;

-- down
drop table site_switch;
