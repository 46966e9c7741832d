-- why: an enrolment can wait for a date, such as the end of somebody's holidays
-- up
alter table enrolments
  add column paused_until timestamptz,
  add constraint enrolments_paused_until_check check (paused_until is null or state = 'paused');
create index enrolments_paused_until_idx on enrolments (paused_until) where state = 'paused';

-- down
drop index enrolments_paused_until_idx;
alter table enrolments drop constraint enrolments_paused_until_check, drop column paused_until;
