-- why: everybody who signed a letter can be told how it goes
-- up
create table signer_mails (
  id uuid primary key,
  letter_id uuid not null constraint signer_mails_letter_fkey references letters (id),
  subject text not null,
  body_md text not null,
  state text not null constraint signer_mails_state_check check (state in ('draft', 'waiting', 'sending', 'sent')),
  written_by uuid constraint signer_mails_written_by_fkey references staff (id),
  created_at timestamptz not null,
  started_by uuid constraint signer_mails_started_by_fkey references staff (id),
  started_at timestamptz,
  approved_by uuid constraint signer_mails_approved_by_fkey references staff (id),
  finished_at timestamptz,
  row_version integer not null default 1
);
create index signer_mails_letter_idx on signer_mails (letter_id, created_at);
create index signer_mails_written_by_idx on signer_mails (written_by);
create index signer_mails_started_by_idx on signer_mails (started_by);
create index signer_mails_approved_by_idx on signer_mails (approved_by);
create index signer_mails_sending_idx on signer_mails (started_at) where state = 'sending';

create table signer_mail_recipients (
  mail_id uuid not null constraint signer_mail_recipients_mail_fkey references signer_mails (id) on delete cascade,
  signature_id uuid not null constraint signer_mail_recipients_signature_fkey references signatures (id) on delete cascade,
  outcome text constraint signer_mail_recipients_outcome_check check (outcome in ('queued', 'stopped', 'left')),
  done_at timestamptz,
  primary key (mail_id, signature_id),
  constraint signer_mail_recipients_done_check check ((outcome is null) = (done_at is null))
);
create index signer_mail_recipients_signature_idx on signer_mail_recipients (signature_id);
create index signer_mail_recipients_open_idx on signer_mail_recipients (mail_id) where outcome is null;

-- down
drop table signer_mail_recipients;
drop table signer_mails;
