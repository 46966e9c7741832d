-- why: what comes back is kept once, with what it was taken for, whom it is about and what was done because of it
-- up
create table inbound_mails (
  id uuid primary key,
  mailbox_id uuid constraint inbound_mails_mailbox_fkey references mailboxes (id),
  hash bytea not null constraint inbound_mails_hash_check check (length(hash) = 32),
  raw bytea,
  size integer not null,
  cut boolean not null default false,
  internet_id text,
  reply_to text,
  from_name text,
  from_email text,
  subject text not null default '',
  headers jsonb not null default '[]',
  body_text text not null default '',
  reply_text text not null default '',
  sent_at timestamptz,
  received_at timestamptz not null,
  taken_in_at timestamptz not null,
  class text not null constraint inbound_mails_class_check check (class in (
    'address_dead', 'mailbox_full', 'temporary', 'greylisted', 'delayed', 'sender_fault', 'content', 'org_down',
    'delivered', 'relayed', 'complaint', 'auto_reply', 'challenge_response', 'unsubscribe_request', 'human_reply',
    'unclassified')),
  understood jsonb not null default '{}',
  message_id uuid constraint inbound_mails_message_fkey references messages (id),
  contact_id uuid constraint inbound_mails_contact_fkey references contacts (id),
  organisation_id uuid constraint inbound_mails_organisation_fkey references organisations (id),
  letter_id uuid constraint inbound_mails_letter_fkey references letters (id),
  match_kind text constraint inbound_mails_match_kind_check check (match_kind in (
    'verp', 'returned_id', 'thread', 'sender', 'domain', 'staff')),
  actions jsonb not null default '[]',
  handled_at timestamptz,
  handled_by uuid constraint inbound_mails_handled_by_fkey references staff (id),
  row_version integer not null default 1
);
comment on table inbound_mails is 'mail that came in, each once';
comment on column inbound_mails.hash is 'SHA-256 of what was read: the same mail again changes nothing';
comment on column inbound_mails.raw is 'as it came, for 90 days; null afterwards';
comment on column inbound_mails.cut is 'too large: only its beginning was read';
comment on column inbound_mails.reply_text is 'what is new in it, without quotes and signature';
create unique index inbound_mails_hash_idx on inbound_mails (hash);
create index inbound_mails_mailbox_idx on inbound_mails (mailbox_id);
create index inbound_mails_message_idx on inbound_mails (message_id);
create index inbound_mails_contact_idx on inbound_mails (contact_id, received_at);
create index inbound_mails_organisation_idx on inbound_mails (organisation_id, received_at desc);
create index inbound_mails_letter_idx on inbound_mails (letter_id);
create index inbound_mails_handled_by_idx on inbound_mails (handled_by);
create index inbound_mails_received_idx on inbound_mails (received_at desc, id desc);
create index inbound_mails_open_idx on inbound_mails (received_at, id) where handled_at is null;
create index inbound_mails_raw_idx on inbound_mails (taken_in_at) where raw is not null;

-- How far each mailbox has been read, and which worker reads it.
create table inbound_cursors (
  mailbox_id uuid primary key constraint inbound_cursors_mailbox_fkey references mailboxes (id),
  since timestamptz not null,
  uid_validity bigint,
  last_uid bigint not null default 0,
  lease_token uuid,
  lease_until timestamptz,
  state text not null default 'new' constraint inbound_cursors_state_check check (state in (
    'new', 'reading', 'waiting', 'paused')),
  state_reason text,
  paused_settings bytea,
  last_read_at timestamptz
);
comment on column inbound_cursors.since is 'older mail is none of our business and is not read';
comment on column inbound_cursors.paused_settings is 'keyed hash of the settings that were refused: reading goes on once they are others';

-- Matching by registrable domain: an address below it is found by the beginning of its reversed domain.
create index contacts_domain_reversed_idx on contacts (reverse(split_part(email, '@', 2)) text_pattern_ops)
  where email is not null;
create index organisations_domain_reversed_idx on organisations (reverse(domain) text_pattern_ops)
  where domain is not null;

-- The kinds of tasks that are there stay, whichever migrations have added them.
do $$
declare
  known text := (select pg_get_constraintdef(oid) from pg_constraint where conname = 'tasks_kind_check');
begin
  alter table tasks drop constraint tasks_kind_check;
  execute 'alter table tasks add constraint tasks_kind_check ' || replace(known, ']',
    ', ''answer_reply''::text, ''mail_refused''::text, ''organisation_unreachable''::text, ''complaint''::text, '
    '''answer_challenge''::text, ''reading_paused''::text]');
end $$;

-- down
delete from tasks where kind in ('answer_reply', 'mail_refused', 'organisation_unreachable', 'complaint',
  'answer_challenge', 'reading_paused');
do $$
declare
  known text := (select pg_get_constraintdef(oid) from pg_constraint where conname = 'tasks_kind_check');
begin
  alter table tasks drop constraint tasks_kind_check;
  execute 'alter table tasks add constraint tasks_kind_check ' || replace(known,
    ', ''answer_reply''::text, ''mail_refused''::text, ''organisation_unreachable''::text, ''complaint''::text, '
    '''answer_challenge''::text, ''reading_paused''::text', '');
end $$;
drop index organisations_domain_reversed_idx;
drop index contacts_domain_reversed_idx;
drop table inbound_cursors;
drop table inbound_mails;
