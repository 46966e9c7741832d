-- why: what a company answers: an invitation, then a signature, a pledge, a decline, or "not the right person"
-- up
create table tasks (
  id uuid primary key,
  kind text not null constraint tasks_kind_check check (kind in (
    'find_contact', 'review_forward', 'left_company', 'review_signature', 'uncertain_message', 'blocked_message', 'expired_message', 'other')),
  letter_id uuid constraint tasks_letter_fkey references letters (id),
  organisation_id uuid constraint tasks_organisation_fkey references organisations (id),
  contact_id uuid constraint tasks_contact_fkey references contacts (id),
  subject_id uuid,
  detail jsonb not null default '{}',
  due_at timestamptz not null,
  created_at timestamptz not null,
  done_at timestamptz,
  done_by uuid constraint tasks_done_by_fkey references staff (id)
);
create index tasks_due_idx on tasks (due_at) where done_at is null;
create unique index tasks_one_open_idx on tasks (kind, subject_id) where done_at is null and subject_id is not null;
create index tasks_letter_idx on tasks (letter_id);
create index tasks_organisation_idx on tasks (organisation_id);
create index tasks_contact_idx on tasks (contact_id);
create index tasks_done_by_idx on tasks (done_by);

create table invitations (
  id uuid primary key,
  letter_id uuid not null constraint invitations_letter_fkey references letters (id),
  organisation_id uuid not null constraint invitations_organisation_fkey references organisations (id),
  contact_id uuid not null constraint invitations_contact_fkey references contacts (id),
  link_id uuid not null constraint invitations_link_fkey references links (id),
  answer text constraint invitations_answer_check check (answer in ('signature', 'pledge', 'decline', 'wrong_contact', 'left_company')),
  answered_at timestamptz,
  created_at timestamptz not null
);
create unique index invitations_contact_idx on invitations (letter_id, contact_id);
create unique index invitations_link_idx on invitations (link_id);
create index invitations_organisation_idx on invitations (organisation_id);
create index invitations_by_contact_idx on invitations (contact_id);

create table signatures (
  id uuid primary key,
  letter_id uuid not null constraint signatures_letter_fkey references letters (id),
  version_id uuid not null constraint signatures_version_fkey references letter_versions (id),
  content_hash bytea not null,
  organisation_id uuid not null constraint signatures_organisation_fkey references organisations (id),
  invitation_id uuid constraint signatures_invitation_fkey references invitations (id),
  kind text not null constraint signatures_kind_check check (kind in ('signature', 'pledge')),
  visibility text not null constraint signatures_visibility_check check (visibility in ('public', 'confidential')),
  state text not null constraint signatures_state_check check (state in (
    'submitted', 'email_confirmed', 'awaiting_authority', 'attested', 'in_review', 'needs_information', 'accepted',
    'published', 'held', 'disputed', 'needs_reaffirmation', 'standing', 'expired', 'rejected', 'invalidated',
    'withdrawn', 'rescinded', 'superseded')),
  scope text not null constraint signatures_scope_check check (scope in ('entity', 'group')),
  display_name text not null,
  country char(2) not null,
  sector text not null,
  signatory_name text not null,
  signatory_title text not null,
  signatory_email text not null,
  contact_name text,
  contact_email text,
  quote text,
  quote_approved boolean not null default false,
  help_offered text,
  language text not null,
  condition_count integer,
  condition_class text constraint signatures_condition_class_check check (condition_class in ('any', 'sector', 'country')),
  condition_deadline date,
  rejection_code text,
  rejection_note text,
  submitted_at timestamptz not null,
  confirmed_at timestamptz,
  accepted_at timestamptz,
  published_at timestamptz,
  withdrawn_at timestamptz,
  reviewed_by uuid constraint signatures_reviewed_by_fkey references staff (id),
  row_version integer not null default 1,
  constraint signatures_condition_check check ((kind = 'pledge') = (condition_count is not null and condition_class is not null)),
  constraint signatures_rejection_check check ((state = 'rejected') = (rejection_code is not null)),
  constraint signatures_confirmed_check check (confirmed_at is not null or state in ('submitted', 'expired', 'rejected', 'superseded')),
  constraint signatures_published_check check (published_at is not null or state not in ('published', 'withdrawn'))
);
create unique index signatures_one_live_idx on signatures (letter_id, organisation_id)
  where state not in ('expired', 'rejected', 'invalidated', 'withdrawn', 'rescinded', 'superseded');
create index signatures_review_idx on signatures (letter_id, confirmed_at) where state = 'in_review';
create index signatures_public_idx on signatures (letter_id, lower(display_name), id) where state in ('published', 'withdrawn') and visibility = 'public' and kind = 'signature';
create index signatures_organisation_idx on signatures (organisation_id);
create index signatures_version_idx on signatures (version_id);
create index signatures_invitation_idx on signatures (invitation_id);
create index signatures_reviewed_by_idx on signatures (reviewed_by);

create table signature_history (
  id uuid primary key,
  signature_id uuid not null constraint signature_history_signature_fkey references signatures (id),
  from_state text,
  to_state text not null,
  cause text not null,
  actor_kind text not null,
  actor_id uuid,
  at timestamptz not null
);
create index signature_history_signature_idx on signature_history (signature_id, at);
comment on table signature_history is 'append-only: each transition of a signature with its actor and cause';
create trigger signature_history_append_only before update or delete on signature_history
  for each statement execute function refuse_rewrite();

create table decline_reasons (
  code text primary key,
  reason_group text not null constraint decline_reasons_group_check check (reason_group in ('position', 'process', 'collective', 'fit', 'other')),
  position integer not null,
  next_ask text,
  revisit_months integer,
  archived_at timestamptz
);
comment on table decline_reasons is 'reference: the reasons a decline may have; a code is never deleted once used';
insert into decline_reasons (code, reason_group, position, next_ask, revisit_months) values
  ('political', 'position', 1, 'A7', 6), ('gov_customer', 'position', 2, 'A3', 12), ('foreign_market', 'position', 3, 'A2', 12),
  ('wording', 'position', 4, 'A4', 1), ('disagree', 'position', 5, null, null), ('backlash', 'position', 6, 'A6', 6),
  ('legal_review', 'process', 7, 'A1', 1), ('no_sign_policy', 'process', 8, 'A5', 12), ('parent_policy', 'process', 9, 'A1', 3),
  ('board_or_shareholder', 'process', 10, 'A1', 3), ('capacity', 'process', 11, 'A1', 2), ('timing', 'process', 12, 'A10', 3),
  ('antitrust', 'collective', 13, 'A5', 6), ('trade_assoc', 'collective', 14, 'A3', 3), ('already_signed', 'collective', 15, 'A9', 1),
  ('first_mover', 'collective', 16, 'A7', 3), ('not_relevant', 'fit', 17, 'A9', 24), ('too_small', 'fit', 18, 'A10', 6),
  ('distrust_sponsor', 'fit', 19, 'A5', 12), ('evidence', 'fit', 20, 'A1', 2), ('other', 'other', 99, 'A1', 6);

create table declines (
  id uuid primary key,
  letter_id uuid not null constraint declines_letter_fkey references letters (id),
  organisation_id uuid not null constraint declines_organisation_fkey references organisations (id),
  contact_id uuid constraint declines_contact_fkey references contacts (id),
  invitation_id uuid constraint declines_invitation_fkey references invitations (id),
  reason_code text not null constraint declines_reason_fkey references decline_reasons (code),
  contributing text[] not null default '{}',
  source text not null constraint declines_source_check check (source in ('written', 'oral', 'inferred', 'public_statement')),
  said_by text,
  comment text,
  revisit_on date,
  next_ask text constraint declines_next_ask_check check (next_ask in ('A1', 'A2', 'A3', 'A4', 'A5', 'A6', 'A7', 'A8', 'A9', 'A10')),
  may_ask_again text not null default 'unknown' constraint declines_may_ask_again_check check (may_ask_again in ('no', 'later', 'if_text_changes', 'unknown')),
  decided_at timestamptz not null,
  recorded_by uuid constraint declines_recorded_by_fkey references staff (id),
  created_at timestamptz not null,
  superseded_at timestamptz,
  row_version integer not null default 1,
  constraint declines_contributing_check check (cardinality(contributing) <= 3 and not (reason_code = any (contributing))),
  constraint declines_other_needs_text_check check (reason_code <> 'other' or length(trim(comment)) > 0)
);
create unique index declines_one_standing_idx on declines (letter_id, organisation_id) where superseded_at is null;
create index declines_organisation_idx on declines (organisation_id);
create index declines_contact_idx on declines (contact_id);
create index declines_invitation_idx on declines (invitation_id);
create index declines_reason_idx on declines (letter_id, reason_code);
create index declines_reason_code_idx on declines (reason_code);
create index declines_recorded_by_idx on declines (recorded_by);
create index declines_revisit_idx on declines (revisit_on) where superseded_at is null;

-- A contact who is not the right person is no decline of the organisation.
create table contact_reports (
  id uuid primary key,
  letter_id uuid not null constraint contact_reports_letter_fkey references letters (id),
  contact_id uuid not null constraint contact_reports_contact_fkey references contacts (id),
  code text not null constraint contact_reports_code_check check (code in ('wrong_contact', 'left_company', 'no_authority', 'personal_only', 'unreachable')),
  suggested_name text,
  suggested_email text,
  note text,
  at timestamptz not null
);
create index contact_reports_contact_idx on contact_reports (contact_id);
create index contact_reports_letter_idx on contact_reports (letter_id);

-- down
drop table contact_reports;
drop table declines;
drop table decline_reasons;
drop table signature_history;
drop table signatures;
drop table invitations;
drop table tasks;
