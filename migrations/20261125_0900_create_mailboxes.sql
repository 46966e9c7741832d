-- why: mail goes out through several mailboxes, each with its own limits and standing, and one switch stops all outreach
-- up
create table mailboxes (
  id uuid primary key,
  kind text not null default 'account' constraint mailboxes_kind_check check (kind in ('settings', 'account')),
  name text not null,
  from_email text not null,
  from_name text,
  smtp_host text,
  smtp_port integer constraint mailboxes_smtp_port_check check (smtp_port between 1 and 65535),
  smtp_security text constraint mailboxes_smtp_security_check check (smtp_security in ('tls', 'starttls', 'none')),
  smtp_user text,
  smtp_password bytea,
  imap_host text,
  imap_port integer constraint mailboxes_imap_port_check check (imap_port between 1 and 65535),
  imap_security text constraint mailboxes_imap_security_check check (imap_security in ('tls', 'starttls', 'none')),
  imap_user text,
  imap_password bytea,
  imap_folder text not null default 'INBOX',
  dkim_domain text,
  dkim_selector text,
  dkim_key bytea,
  bounce_domain text,
  foreign_envelope boolean not null default true,
  cap_day integer constraint mailboxes_cap_day_check check (cap_day > 0),
  cap_minute integer constraint mailboxes_cap_minute_check check (cap_minute > 0),
  state text not null default 'active' constraint mailboxes_state_check check (state in ('active', 'paused')),
  paused_reason text,
  paused_at timestamptz,
  created_by uuid constraint mailboxes_created_by_fkey references staff (id),
  created_at timestamptz not null,
  archived_at timestamptz,
  row_version integer not null default 1,
  constraint mailboxes_account_check check (kind = 'settings' or (smtp_host is not null and smtp_port is not null and smtp_security is not null)),
  constraint mailboxes_paused_check check ((state = 'paused') = (paused_reason is not null and paused_at is not null)),
  constraint mailboxes_dkim_check check ((dkim_key is null) = (dkim_selector is null) and (dkim_key is null) = (dkim_domain is null))
);
create unique index mailboxes_settings_idx on mailboxes (kind) where kind = 'settings';
create index mailboxes_created_by_idx on mailboxes (created_by);
comment on column mailboxes.kind is 'settings: its server stands in SMTP_URL, without one its mail is captured';
comment on column mailboxes.smtp_password is 'sealed with SECRET_KEY, as the other passwords and keys here';
comment on column mailboxes.foreign_envelope is 'false where the provider refuses an envelope sender other than the account';
comment on column mailboxes.cap_day is 'outreach mails in any 24 hours; null: no limit';
comment on column mailboxes.cap_minute is 'outreach mails in any 60 seconds; null: no limit';

-- One row. What it lacks is read as: nothing stopped, no limit, not armed.
create table sending_control (
  id boolean primary key default true constraint sending_control_one_check check (id),
  stopped_at timestamptz,
  stopped_by uuid constraint sending_control_stopped_by_fkey references staff (id),
  stopped_reason text,
  cap_domain_day integer constraint sending_control_cap_domain_day_check check (cap_domain_day > 0),
  cap_domain_minute integer constraint sending_control_cap_domain_minute_check check (cap_domain_minute > 0),
  environment text,
  epoch bigint not null default 0,
  system_identifier text,
  timeline integer,
  armed_at timestamptz,
  armed_by uuid constraint sending_control_armed_by_fkey references staff (id),
  time_mark timestamptz,
  row_version integer not null default 1
);
create index sending_control_stopped_by_idx on sending_control (stopped_by);
create index sending_control_armed_by_idx on sending_control (armed_by);
comment on column sending_control.stopped_at is 'the one switch: since then no outreach goes out';
comment on column sending_control.environment is 'the environment that may send from this database; a copy elsewhere may not';
comment on column sending_control.time_mark is 'the latest time at which this database was asked for due mail';

create sequence send_commits;
alter table messages
  add column mailbox_id uuid constraint messages_mailbox_fkey references mailboxes (id),
  add column recipient_domain text generated always as (split_part(to_email, '@', 2)) stored,
  add column held_reason text,
  add column envelope_from text,
  add column in_reply_to text,
  add column thread_references text[] not null default '{}',
  add column commit_number bigint,
  add constraint messages_held_check check (held_reason is null or state in ('draft', 'approved', 'queued', 'blocked'));
comment on column messages.held_reason is 'waits until somebody or something lets it go on; it is not due meanwhile and does not expire';
comment on column messages.commit_number is 'rises with every commit point; a restored copy is found out by it';
drop index messages_due_idx;
create index messages_due_idx on messages (due_at, id) where state = 'queued' and held_reason is null;
create index messages_held_idx on messages (held_reason) where held_reason is not null;
create index messages_mailbox_sent_idx on messages (mailbox_id, sending_at) where sending_at is not null;
create index messages_domain_sent_idx on messages (recipient_domain, sending_at) where sending_at is not null;
create index messages_enrolment_idx on messages (enrolment_id) where state in ('draft', 'approved', 'queued', 'blocked');

-- down
drop index messages_enrolment_idx;
drop index messages_domain_sent_idx;
drop index messages_mailbox_sent_idx;
drop index messages_held_idx;
drop index messages_due_idx;
create index messages_due_idx on messages (due_at, id) where state = 'queued';
alter table messages
  drop constraint messages_held_check,
  drop column commit_number,
  drop column thread_references,
  drop column in_reply_to,
  drop column envelope_from,
  drop column held_reason,
  drop column recipient_domain,
  drop column mailbox_id;
drop sequence send_commits;
drop table sending_control;
drop table mailboxes;
