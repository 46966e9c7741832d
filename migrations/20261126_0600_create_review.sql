-- why: several reviewers share one queue: they take entries, ask back, reject with reasons that staff can word, and leave notes
-- up
create table rejection_reasons (
  code text primary key constraint rejection_reasons_code_check check (code ~ '^[a-z][a-z0-9_]{1,59}$'),
  position integer not null,
  needs_note boolean not null default false,
  archived_at timestamptz,
  row_version integer not null default 1
);
comment on table rejection_reasons is 'reference: why a signature may be rejected; staff add and archive, a code that was used is never deleted';
create table rejection_reason_texts (
  reason_code text not null constraint rejection_reason_texts_reason_fkey references rejection_reasons (code) on delete cascade,
  language text not null constraint rejection_reason_texts_language_check check (language ~ '^[a-z]{2,3}(-[A-Z]{2})?$'),
  sentence text not null,
  primary key (reason_code, language)
);
comment on table rejection_reason_texts is 'reference: the sentence of a reason that a signatory reads, in each language';
insert into rejection_reasons (code, position, needs_note) values
  ('not_authorised', 1, false), ('not_an_organisation', 2, false), ('wrong_organisation', 3, false), ('duplicate', 4, false),
  ('unverifiable', 5, false), ('out_of_scope', 6, false), ('other', 99, true);
insert into rejection_reason_texts (reason_code, language, sentence) values
  ('not_authorised', 'en', 'The signatory may not bind the organisation'),
  ('not_an_organisation', 'en', 'This is not an organisation'),
  ('wrong_organisation', 'en', 'The entry names the wrong organisation'),
  ('duplicate', 'en', 'The organisation is on the list already'),
  ('unverifiable', 'en', 'We could not verify it'),
  ('out_of_scope', 'en', 'The letter is not meant for this kind of organisation'),
  ('other', 'en', 'Another reason'),
  ('not_authorised', 'fr', 'La personne qui signe ne peut pas engager l’organisation'),
  ('not_an_organisation', 'fr', 'Il ne s’agit pas d’une organisation'),
  ('wrong_organisation', 'fr', 'La signature désigne la mauvaise organisation'),
  ('duplicate', 'fr', 'L’organisation figure déjà sur la liste'),
  ('unverifiable', 'fr', 'Nous n’avons pas pu la vérifier'),
  ('out_of_scope', 'fr', 'La lettre ne s’adresse pas à ce type d’organisation'),
  ('other', 'fr', 'Autre raison');
alter table signatures add constraint signatures_rejection_code_fkey foreign key (rejection_code) references rejection_reasons (code);
create index signatures_rejection_code_idx on signatures (rejection_code) where rejection_code is not null;

create table review_claims (
  signature_id uuid primary key constraint review_claims_signature_fkey references signatures (id) on delete cascade,
  holder_id uuid not null,
  holder_name text not null,
  taken_at timestamptz not null
);
comment on column review_claims.holder_id is 'a staff member or an API token';

create table review_times (
  letter_id uuid primary key constraint review_times_letter_fkey references letters (id) on delete cascade,
  working_days integer not null constraint review_times_working_days_check check (working_days between 1 and 30),
  row_version integer not null default 1
);

create table information_requests (
  id uuid primary key,
  signature_id uuid not null constraint information_requests_signature_fkey references signatures (id) on delete cascade,
  question text not null,
  asked_by uuid constraint information_requests_asked_by_fkey references staff (id),
  asked_at timestamptz not null,
  answer text,
  answered_at timestamptz,
  constraint information_requests_answer_check check (answered_at is not null or answer is null)
);
create index information_requests_signature_idx on information_requests (signature_id, asked_at);
create index information_requests_asked_by_idx on information_requests (asked_by);

create table review_notes (
  signature_id uuid primary key constraint review_notes_signature_fkey references signatures (id) on delete cascade,
  note text not null,
  tags text[] not null default '{}',
  changed_by uuid constraint review_notes_changed_by_fkey references staff (id),
  changed_at timestamptz not null,
  row_version integer not null default 1
);
create index review_notes_changed_by_idx on review_notes (changed_by);
create index review_notes_tags_idx on review_notes using gin (tags);

-- down
drop table review_notes;
drop table information_requests;
drop table review_times;
drop table review_claims;
drop index signatures_rejection_code_idx;
alter table signatures drop constraint signatures_rejection_code_fkey;
drop table rejection_reason_texts;
drop table rejection_reasons;
