-- why: a restored copy must not send, time that jumps stops sending, and what a dead worker left is found at once
-- up
alter table sending_control
  add column arming_id uuid,
  add column time_paused_at timestamptz,
  add column time_step_seconds bigint,
  add constraint sending_control_armed_check check ((environment is null) = (arming_id is null)),
  add constraint sending_control_time_check check ((time_paused_at is null) = (time_step_seconds is null));
comment on column sending_control.arming_id is 'tells two armings with the same epoch apart';
comment on column sending_control.system_identifier is 'PostgreSQL''s system identifier and, after a slash, the number of this database in it';
comment on column sending_control.time_paused_at is 'the time jumped to this reading; nothing is sent until somebody says it is right';
comment on column sending_control.time_step_seconds is 'how far it jumped, negative backwards';

create table send_workers (
  id uuid primary key,
  host text not null,
  boot text not null,
  namespace text not null,
  pid integer not null,
  pid_start text not null,
  environment text not null,
  mark_epoch bigint,
  mark_number bigint,
  refusal text constraint send_workers_refusal_check check (refusal in (
    'never_armed', 'other_environment', 'other_server', 'other_timeline', 'other_arming', 'behind_mark', 'copied_folder', 'time_stepped')),
  started_at timestamptz not null,
  seen_at timestamptz not null,
  stopped_at timestamptz
);
create index send_workers_seen_idx on send_workers (seen_at);
comment on table send_workers is 'the processes that send: where they run, when they were last seen, what keeps them from sending';
comment on column send_workers.pid_start is 'with boot, namespace and pid: tells whether the process still lives';
comment on column send_workers.mark_number is 'the highest commit number that this process''s data directory knows of';

alter table messages add column worker_id uuid;
comment on column messages.worker_id is 'who claimed it last (send_workers); the row there may be gone';
create unique index messages_commit_number_idx on messages (commit_number);

create table mail_log_cursors (
  host text not null,
  path text not null,
  inode text not null,
  position bigint not null,
  pending jsonb not null default '{}',
  read_at timestamptz not null,
  constraint mail_log_cursors_pkey primary key (host, path)
);
comment on column mail_log_cursors.pending is 'queue ids whose message-id line has been read and whose accepted line has not';

create table mail_log_entries (
  message_id uuid primary key constraint mail_log_entries_message_fkey references messages (id),
  queue_id text not null,
  stamp text not null,
  read_at timestamptz not null
);
comment on table mail_log_entries is 'messages that the log of the mail server shows as accepted, before we had its answer';

alter table tasks drop constraint tasks_kind_check;
alter table tasks add constraint tasks_kind_check check (kind in (
  'find_contact', 'review_forward', 'left_company', 'review_signature', 'uncertain_message', 'blocked_message',
  'expired_message', 'mailbox_paused', 'arm_sending', 'time_stepped', 'other'));

-- down
delete from tasks where kind in ('arm_sending', 'time_stepped');
alter table tasks drop constraint tasks_kind_check;
alter table tasks add constraint tasks_kind_check check (kind in (
  'find_contact', 'review_forward', 'left_company', 'review_signature', 'uncertain_message', 'blocked_message', 'expired_message',
  'mailbox_paused', 'other'));
drop table mail_log_entries;
drop table mail_log_cursors;
drop index messages_commit_number_idx;
alter table messages drop column worker_id;
drop table send_workers;
alter table sending_control
  drop constraint sending_control_time_check,
  drop constraint sending_control_armed_check,
  drop column time_step_seconds,
  drop column time_paused_at,
  drop column arming_id;
