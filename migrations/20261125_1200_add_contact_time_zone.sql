-- why: a mail goes in the office hours of its reader, who may sit elsewhere than most of the country does
-- up
alter table contacts
  add column time_zone text constraint contacts_time_zone_check check (time_zone ~ '^[A-Za-z][A-Za-z0-9_+/-]{0,63}$');
comment on column contacts.time_zone is 'IANA name; null: the zone that the country of the organisation does business in';

-- down
alter table contacts drop column time_zone;
