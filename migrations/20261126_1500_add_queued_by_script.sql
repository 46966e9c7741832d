-- why: what a script writes now carries the colleague who answers for it; that it was a script has to stay known, for two scripts are no two persons
-- up
alter table sequences add column queued_by_script boolean not null default false;
update sequences set queued_by_script = true where queued_at is not null and queued_by is null;
alter table enrolment_batches add column by_script boolean not null default false;
update enrolment_batches set by_script = true where created_by is null;

-- down
alter table enrolment_batches drop column by_script;
alter table sequences drop column queued_by_script;
