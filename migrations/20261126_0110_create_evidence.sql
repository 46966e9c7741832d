-- why: what was checked about a signature is kept as rows, and an officer who did not fill in the form attests by a link of their own
-- up
create table signature_officers (
  id uuid primary key,
  signature_id uuid not null constraint signature_officers_signature_fkey references signatures (id),
  place smallint not null constraint signature_officers_place_check check (place in (1, 2)),
  name text,
  title text,
  email text,
  state text not null constraint signature_officers_state_check check (state in (
    'asked', 'waits_for_staff', 'attested', 'delegated', 'refused', 'turned_down')),
  delegation smallint not null default 0 constraint signature_officers_delegation_check check (delegation between 0 and 2),
  delegated_from uuid constraint signature_officers_from_fkey references signature_officers (id),
  asked_at timestamptz not null,
  answered_at timestamptz,
  approved_by uuid constraint signature_officers_approved_by_fkey references staff (id),
  declined_at timestamptz,
  erased_at timestamptz,
  constraint signature_officers_named_check check (erased_at is not null or (name is not null and title is not null and email is not null))
);
comment on table signature_officers is 'who was asked to attest by a link of their own, and whom they handed it on to';
create unique index signature_officers_one_idx on signature_officers (signature_id, place)
  where state in ('asked', 'waits_for_staff', 'attested', 'refused');
create index signature_officers_signature_idx on signature_officers (signature_id);
create unique index signature_officers_from_idx on signature_officers (delegated_from);
create index signature_officers_approved_by_idx on signature_officers (approved_by);
create index signature_officers_email_idx on signature_officers (email);

create table evidence_files (
  id uuid primary key,
  signature_id uuid not null constraint evidence_files_signature_fkey references signatures (id),
  name text not null,
  media_type text not null constraint evidence_files_media_type_check check (media_type in (
    'application/pdf', 'application/vnd.etsi.asic-e+zip', 'application/xml', 'text/plain')),
  bytes bytea not null constraint evidence_files_size_check check (octet_length(bytes) between 1 and 10485760),
  sha256 bytea not null,
  uploaded_by uuid not null constraint evidence_files_uploaded_by_fkey references staff (id),
  uploaded_at timestamptz not null
);
comment on table evidence_files is 'private: qualified electronic signatures and the reports of their validators';
create index evidence_files_signature_idx on evidence_files (signature_id);
create index evidence_files_uploaded_by_idx on evidence_files (uploaded_by);

create table signature_evidence (
  id uuid primary key,
  signature_id uuid not null constraint signature_evidence_signature_fkey references signatures (id),
  kind text not null constraint signature_evidence_kind_check check (kind in (
    'address_confirmed', 'own_domain', 'attested', 'officer_attested', 'staff_check', 'qualified_file', 'validator_report')),
  source text not null constraint signature_evidence_source_check check (source in ('company', 'staff', 'system')),
  at timestamptz not null,
  staff_id uuid constraint signature_evidence_staff_fkey references staff (id),
  officer_id uuid constraint signature_evidence_officer_fkey references signature_officers (id),
  file_id uuid constraint signature_evidence_file_fkey references evidence_files (id),
  detail jsonb not null default '{}',
  constraint signature_evidence_staff_check check ((source = 'staff') = (staff_id is not null)),
  constraint signature_evidence_by_staff_check check ((kind in ('staff_check', 'qualified_file', 'validator_report')) = (source = 'staff')),
  constraint signature_evidence_file_check check ((kind in ('qualified_file', 'validator_report')) = (file_id is not null))
);
comment on table signature_evidence is 'each thing that was checked about a signature; the rows stand still but for the erasure of a person';
create index signature_evidence_signature_idx on signature_evidence (signature_id, kind);
-- Two checks, or a file and its report, are always by two different staff members.
create unique index signature_evidence_two_checkers_idx on signature_evidence (signature_id, staff_id) where kind = 'staff_check';
create unique index signature_evidence_two_filers_idx on signature_evidence (signature_id, staff_id)
  where kind in ('qualified_file', 'validator_report');
create index signature_evidence_staff_idx on signature_evidence (staff_id);
create index signature_evidence_officer_idx on signature_evidence (officer_id);
create index signature_evidence_file_idx on signature_evidence (file_id);
create trigger signature_evidence_append_only before update or delete on signature_evidence
  for each statement execute function refuse_rewrite_unless_erasing();

insert into signature_evidence (id, signature_id, kind, source, at, detail)
select gen_random_uuid(), s.id, k.kind, 'company', s.confirmed_at, '{"earlier": true}'
  from signatures s cross join (values ('address_confirmed'), ('attested')) as k (kind)
 where s.confirmed_at is not null;

-- A second officer who signs together with the first, and what the signatory was told that signing means.
alter table signatures add column second_name text;
alter table signatures add column second_title text;
alter table signatures add column second_email text;
alter table signatures add constraint signatures_second_check check (
  (second_name is null) = (second_email is null) and (second_title is null) = (second_email is null)
  and (second_email is null or (lower(second_email) <> lower(signatory_email)
    and (submitter_email is null or lower(second_email) <> lower(submitter_email)))));
alter table signatures add column meaning_version text;
alter table signatures add column meaning_hash bytea;
alter table signatures add constraint signatures_meaning_check check ((meaning_version is null) = (meaning_hash is null));
comment on column signatures.meaning_hash is 'SHA-256 of the words in which the form said what signing means';

-- When the signature was last looked at for a reminder; not part of its version.
alter table signatures add column look_again_at timestamptz;
create index signatures_stuck_idx on signatures (look_again_at nulls first) where state in ('submitted', 'awaiting_authority', 'needs_information');

create table signature_reminders (
  id uuid primary key,
  signature_id uuid not null constraint signature_reminders_signature_fkey references signatures (id),
  stage text not null constraint signature_reminders_stage_check check (stage in ('submitted', 'awaiting_authority', 'needs_information')),
  since timestamptz not null,
  number smallint not null constraint signature_reminders_number_check check (number in (1, 2)),
  at timestamptz not null
);
create unique index signature_reminders_one_idx on signature_reminders (signature_id, stage, since, number);

create table signature_drafts (
  id uuid primary key,
  letter_id uuid not null constraint signature_drafts_letter_fkey references letters (id),
  invitation_id uuid constraint signature_drafts_invitation_fkey references invitations (id),
  language text not null,
  sealed bytea,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  constraint signature_drafts_size_check check (octet_length(sealed) <= 65536)
);
comment on column signature_drafts.sealed is 'the half-filled form, encrypted; null once it has ended or was deleted';
create index signature_drafts_letter_idx on signature_drafts (letter_id);
create index signature_drafts_invitation_idx on signature_drafts (invitation_id);
create index signature_drafts_expires_idx on signature_drafts (expires_at) where sealed is not null;

-- What a letter asks for before a signature goes onto its page.
alter table letters add column required_checks text[] not null default '{}';
alter table letters add constraint letters_required_checks_check check (required_checks <@ array[
  'address_confirmed', 'own_domain', 'officer_attested', 'checked_independently', 'qualified_signature']);
alter table letters add column two_officers boolean not null default false;

-- The mails that asked one signature's people for something are counted.
create index messages_of_signature_idx on messages ((data ->> 'signature')) where data ? 'signature';

do $$
declare
  known text := (select pg_get_constraintdef(oid) from pg_constraint where conname = 'tasks_kind_check');
begin
  alter table tasks drop constraint tasks_kind_check;
  execute 'alter table tasks add constraint tasks_kind_check '
    || replace(known, ']', ', ''approve_officer''::text, ''officer_refused''::text, ''signer_silent''::text]');
end $$;

-- down
update tasks set kind = 'other' where kind in ('approve_officer', 'officer_refused', 'signer_silent');
do $$
declare
  known text := (select pg_get_constraintdef(oid) from pg_constraint where conname = 'tasks_kind_check');
begin
  alter table tasks drop constraint tasks_kind_check;
  execute 'alter table tasks add constraint tasks_kind_check '
    || replace(known, ', ''approve_officer''::text, ''officer_refused''::text, ''signer_silent''::text', '');
end $$;
drop index messages_of_signature_idx;
alter table letters drop column two_officers;
alter table letters drop column required_checks;
drop table signature_drafts;
drop table signature_reminders;
alter table signatures drop column look_again_at;
alter table signatures drop column meaning_hash;
alter table signatures drop column meaning_version;
alter table signatures drop column second_email;
alter table signatures drop column second_title;
alter table signatures drop column second_name;
drop table signature_evidence;
drop table evidence_files;
drop table signature_officers;
