-- why: every mail is a row that carries its own sending state, so that a crash can never send it twice
-- up
create table sequences (
  id uuid primary key,
  letter_id uuid not null constraint sequences_letter_fkey references letters (id),
  name text not null,
  kind text not null default 'one_off' constraint sequences_kind_check check (kind in ('one_off', 'sequence')),
  state text not null default 'draft' constraint sequences_state_check check (state in ('draft', 'waiting', 'queued', 'stopped')),
  recipients jsonb not null default '{}',
  created_by uuid constraint sequences_created_by_fkey references staff (id),
  created_at timestamptz not null,
  queued_by uuid constraint sequences_queued_by_fkey references staff (id),
  queued_at timestamptz,
  approved_by uuid constraint sequences_approved_by_fkey references staff (id),
  approved_at timestamptz,
  row_version integer not null default 1
);
comment on column sequences.state is 'waiting: a second person has to approve before anything goes out';
comment on column sequences.recipients is 'the filter, or the contacts, that choose who is written to';
create index sequences_letter_idx on sequences (letter_id);
create index sequences_created_by_idx on sequences (created_by);
create index sequences_queued_by_idx on sequences (queued_by);
create index sequences_approved_by_idx on sequences (approved_by);
create index sequences_created_idx on sequences (created_at desc, id desc);

create table steps (
  id uuid primary key,
  sequence_id uuid not null constraint steps_sequence_fkey references sequences (id),
  position integer not null,
  step_key text not null,
  subject text not null,
  body_md text not null,
  language text not null
);
create unique index steps_position_idx on steps (sequence_id, position, language);

create table enrolments (
  id uuid primary key,
  sequence_id uuid not null constraint enrolments_sequence_fkey references sequences (id),
  contact_id uuid not null constraint enrolments_contact_fkey references contacts (id),
  round integer not null default 1,
  state text not null default 'active' constraint enrolments_state_check check (state in (
    'pending', 'active', 'paused', 'finished')),
  state_reason text,
  created_at timestamptz not null,
  finished_at timestamptz
);
create unique index enrolments_contact_idx on enrolments (sequence_id, contact_id, round);
create index enrolments_by_contact_idx on enrolments (contact_id);

-- One row is one mail to one address. Once `sending` is committed only evidence or a person may queue it again.
create table messages (
  id uuid primary key,
  purpose text not null constraint messages_purpose_check check (purpose in ('outreach', 'transactional', 'test')),
  send_key text not null,
  template text not null,
  data jsonb not null default '{}',
  language text not null,
  letter_id uuid constraint messages_letter_fkey references letters (id),
  organisation_id uuid constraint messages_organisation_fkey references organisations (id),
  contact_id uuid constraint messages_contact_fkey references contacts (id),
  enrolment_id uuid constraint messages_enrolment_fkey references enrolments (id),
  step_id uuid constraint messages_step_fkey references steps (id),
  to_email text not null,
  to_name text,
  address_hash bytea not null,
  message_id text not null,
  headers jsonb not null default '{}',
  state text not null constraint messages_state_check check (state in (
    'draft', 'approved', 'queued', 'claimed', 'sending', 'sent', 'failed', 'uncertain', 'cancelled', 'suppressed',
    'expired', 'blocked')),
  state_reason text,
  due_at timestamptz not null,
  expires_at timestamptz not null,
  claim_token uuid,
  lease_until timestamptz,
  attempts integer not null default 0,
  subject text,
  body_text text,
  body_html text,
  body_hash bytea,
  transport text constraint messages_transport_check check (transport in ('smtp', 'capture')),
  smtp_reply text,
  sending_at timestamptz,
  finished_at timestamptz,
  created_by uuid constraint messages_created_by_fkey references staff (id),
  created_at timestamptz not null,
  row_version integer not null default 1,
  constraint messages_claimed_check check ((claim_token is not null and lease_until is not null) or state not in ('claimed', 'sending')),
  constraint messages_rendered_check check (body_hash is not null or state not in ('sending', 'sent', 'uncertain')),
  constraint messages_outreach_check check (purpose <> 'outreach' or (enrolment_id is not null and step_id is not null and letter_id is not null and contact_id is not null))
);
comment on column messages.headers is 'sender, reply address and list headers as rendered; links stand as placeholders, as in the bodies';
comment on column messages.send_key is 'what this mail is: no two mails of one purpose with the same key ever go out';
create unique index messages_send_key_idx on messages (purpose, send_key);
create unique index messages_message_id_idx on messages (message_id);
create unique index messages_step_idx on messages (enrolment_id, step_id) where enrolment_id is not null;
create index messages_due_idx on messages (due_at, id) where state = 'queued';
create index messages_lease_idx on messages (lease_until) where state in ('claimed', 'sending');
create index messages_state_idx on messages (state, created_at desc);
create index messages_created_idx on messages (created_at desc, id desc);
create index messages_letter_idx on messages (letter_id);
create index messages_organisation_idx on messages (organisation_id, created_at desc);
create index messages_contact_idx on messages (contact_id);
create index messages_address_hash_idx on messages (address_hash);
create index messages_step_id_idx on messages (step_id);
create index messages_created_by_idx on messages (created_by);

create table message_events (
  id uuid primary key,
  message_id uuid not null constraint message_events_message_fkey references messages (id),
  place bigint generated always as identity,
  at timestamptz not null,
  kind text not null,
  detail jsonb not null default '{}'
);
create index message_events_message_idx on message_events (message_id, place);
comment on table message_events is 'append-only: each change of state of a message, with its evidence';
create trigger message_events_append_only before update or delete on message_events
  for each statement execute function refuse_rewrite();

-- down
drop table message_events;
drop table messages;
drop table enrolments;
drop table steps;
drop table sequences;
