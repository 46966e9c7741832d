-- why: a mailbox whose mail is taken for spam is stopped before it spoils the name of its domain
-- up
create table mailbox_faults (
  id uuid primary key,
  mailbox_id uuid not null constraint mailbox_faults_mailbox_fkey references mailboxes (id),
  message_id uuid constraint mailbox_faults_message_fkey references messages (id),
  at timestamptz not null,
  source text not null constraint mailbox_faults_source_check check (source in ('reply', 'report')),
  detail text
);
create index mailbox_faults_mailbox_idx on mailbox_faults (mailbox_id, at);
create unique index mailbox_faults_message_idx on mailbox_faults (message_id);
comment on table mailbox_faults is 'refusals for our own standing: policy, blocklist, authentication, spam; one counts for each message';
comment on column mailbox_faults.source is 'reply: said while we sent. report: said in a delivery report later';
alter table mailboxes add column resumed_at timestamptz;
comment on column mailboxes.resumed_at is 'faults before it are no longer counted';
alter table tasks drop constraint tasks_kind_check;
alter table tasks add constraint tasks_kind_check check (kind in (
  'find_contact', 'review_forward', 'left_company', 'review_signature', 'uncertain_message', 'blocked_message', 'expired_message',
  'mailbox_paused', 'other'));

-- down
delete from tasks where kind = 'mailbox_paused';
alter table tasks drop constraint tasks_kind_check;
alter table tasks add constraint tasks_kind_check check (kind in (
  'find_contact', 'review_forward', 'left_company', 'review_signature', 'uncertain_message', 'blocked_message', 'expired_message', 'other'));
alter table mailboxes drop column resumed_at;
drop table mailbox_faults;
