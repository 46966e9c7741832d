-- why: everybody reads on the letter's page what became of it: the addressee's answer, what was aimed at, and what is to come
-- up
create table addressee_answers (
  id uuid primary key,
  letter_id uuid not null constraint addressee_answers_letter_fkey references letters (id),
  answered_on date not null,
  language text not null,
  summary text not null constraint addressee_answers_summary_check check (summary <> ''),
  body_md text not null default '',
  source_url text not null default '' constraint addressee_answers_source_check check (source_url = '' or source_url ~ '^https?://'),
  replaces uuid,
  recorded_by uuid constraint addressee_answers_recorded_by_fkey references staff (id),
  recorded_at timestamptz not null,
  constraint addressee_answers_of_letter_key unique (id, letter_id),
  constraint addressee_answers_replaces_fkey foreign key (replaces, letter_id) references addressee_answers (id, letter_id)
);
comment on column addressee_answers.replaces is 'the answer that this one is shown instead of; both stay';
create index addressee_answers_letter_idx on addressee_answers (letter_id, answered_on);
create unique index addressee_answers_replaced_idx on addressee_answers (replaces, letter_id);
create index addressee_answers_recorded_by_idx on addressee_answers (recorded_by);
create trigger addressee_answers_append_only before update or delete on addressee_answers
  for each statement execute function refuse_rewrite();

create table letter_milestones (
  id uuid primary key,
  letter_id uuid not null constraint letter_milestones_letter_fkey references letters (id),
  target integer not null constraint letter_milestones_target_check check (target between 1 and 1000000),
  created_at timestamptz not null,
  dropped_at timestamptz,
  constraint letter_milestones_target_key unique (letter_id, target),
  constraint letter_milestones_of_letter_key unique (id, letter_id)
);
comment on column letter_milestones.dropped_at is 'no longer aimed at; what happened stays';

create table letter_milestone_events (
  id uuid primary key,
  letter_id uuid not null,
  milestone_id uuid not null,
  kind text not null constraint letter_milestone_events_kind_check check (kind in ('reached', 'unreached')),
  signed integer not null,
  at timestamptz not null,
  constraint letter_milestone_events_milestone_fkey foreign key (milestone_id, letter_id) references letter_milestones (id, letter_id)
);
comment on column letter_milestone_events.signed is 'how many signatures were public then';
create index letter_milestone_events_milestone_idx on letter_milestone_events (milestone_id, letter_id, at);
create trigger letter_milestone_events_append_only before update or delete on letter_milestone_events
  for each statement execute function refuse_rewrite();

create table letter_dates (
  id uuid primary key,
  letter_id uuid not null constraint letter_dates_letter_fkey references letters (id),
  happens_on date not null,
  title text not null constraint letter_dates_title_check check (title <> ''),
  outcome text not null default '',
  created_at timestamptz not null,
  row_version integer not null default 1
);
comment on column letter_dates.title is 'in the letter''s own language';
create index letter_dates_letter_idx on letter_dates (letter_id, happens_on);

create table letter_left_out (
  letter_id uuid not null constraint letter_left_out_letter_fkey references letters (id),
  signature_id uuid not null constraint letter_left_out_signature_fkey references signatures (id) on delete cascade,
  at timestamptz not null,
  primary key (letter_id, signature_id)
);
comment on table letter_left_out is 'entries still in review when the letter was delivered without them';
create index letter_left_out_signature_idx on letter_left_out (signature_id);

-- down
drop table letter_left_out;
drop table letter_dates;
drop table letter_milestone_events;
drop table letter_milestones;
drop table addressee_answers;
