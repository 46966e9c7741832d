-- why: a sequence has several steps and rules, and an enrolment keeps those it began with
-- up
create table sequence_versions (
  sequence_id uuid not null constraint sequence_versions_sequence_fkey references sequences (id),
  number integer not null,
  rules jsonb not null default '{}',
  created_by uuid constraint sequence_versions_created_by_fkey references staff (id),
  created_at timestamptz not null,
  primary key (sequence_id, number)
);
create index sequence_versions_created_by_idx on sequence_versions (created_by);
comment on column sequence_versions.rules is 'window, one contact per organisation, what a colleague''s answer ends, mailbox';

create table enrolment_batches (
  id uuid primary key,
  sequence_id uuid not null constraint enrolment_batches_sequence_fkey references sequences (id),
  state text not null constraint enrolment_batches_state_check check (state in ('waiting', 'approved', 'dropped')),
  enrolled integer not null,
  left_out integer not null,
  created_by uuid constraint enrolment_batches_created_by_fkey references staff (id),
  created_at timestamptz not null,
  decided_by uuid constraint enrolment_batches_decided_by_fkey references staff (id),
  decided_at timestamptz,
  constraint enrolment_batches_decided_check check (state = 'waiting' or decided_at is not null)
);
create index enrolment_batches_sequence_idx on enrolment_batches (sequence_id, created_at desc);
create index enrolment_batches_waiting_idx on enrolment_batches (created_at) where state = 'waiting';
create index enrolment_batches_created_by_idx on enrolment_batches (created_by);
create index enrolment_batches_decided_by_idx on enrolment_batches (decided_by);
comment on column enrolment_batches.state is 'waiting: more than 50 at once, a second person has to approve';

alter table sequences drop constraint sequences_state_check;
alter table sequences add constraint sequences_state_check check (
  state in ('draft', 'waiting', 'queued', 'stopped') or (state = 'active' and kind = 'sequence'));

alter table steps
  add column version integer,
  add column delay_days integer not null default 0 constraint steps_delay_check check (delay_days between 0 and 90),
  add column approval text not null default 'automatic' constraint steps_approval_check check (approval in ('automatic', 'each')),
  add column template_version_id uuid constraint steps_template_version_fkey references template_versions (id);
create index steps_template_version_idx on steps (template_version_id);
comment on column steps.delay_days is 'business days after the step before it';
comment on column steps.step_key is 'the same step in every version of its sequence';

alter table enrolments
  add column kind text,
  add column version integer,
  add column language text,
  add column letter_id uuid constraint enrolments_letter_fkey references letters (id),
  add column organisation_id uuid constraint enrolments_organisation_fkey references organisations (id),
  add column mailbox_id uuid constraint enrolments_mailbox_fkey references mailboxes (id),
  add column batch_id uuid constraint enrolments_batch_fkey references enrolment_batches (id),
  add column created_by uuid constraint enrolments_created_by_fkey references staff (id),
  add column row_version integer not null default 1;
create index enrolments_letter_idx on enrolments (letter_id);
create index enrolments_organisation_idx on enrolments (organisation_id);
create index enrolments_mailbox_idx on enrolments (mailbox_id);
create index enrolments_batch_idx on enrolments (batch_id);
create index enrolments_created_by_idx on enrolments (created_by);
create index enrolments_live_idx on enrolments (state, id) where state <> 'finished';
comment on column enrolments.language is 'the language of its first mail; later ones keep to it where they can';
comment on column enrolments.mailbox_id is 'all its mails go out from here; null: the mailbox of the settings';

-- down
alter table enrolments
  drop column row_version,
  drop column created_by,
  drop column batch_id,
  drop column mailbox_id,
  drop column organisation_id,
  drop column letter_id,
  drop column language,
  drop column version,
  drop column kind;
alter table steps
  drop column template_version_id,
  drop column approval,
  drop column delay_days,
  drop column version;
update sequences set state = 'queued' where state = 'active';
alter table sequences drop constraint sequences_state_check;
alter table sequences add constraint sequences_state_check check (state in ('draft', 'waiting', 'queued', 'stopped'));
drop table enrolment_batches;
drop table sequence_versions;
