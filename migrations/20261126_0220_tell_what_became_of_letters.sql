-- why: the public reads what became of a letter: the answer, dates, milestones, an official note
-- up
alter table letters add column official_note text not null default '';

create table letter_answers (
  letter_id uuid primary key constraint letter_answers_letter_fkey references letters (id),
  answered_on date not null,
  summary text not null,
  body_md text not null,
  language text not null,
  translation_md text not null default '',
  translation_language text,
  recorded_at timestamptz not null,
  recorded_by uuid constraint letter_answers_recorded_by_fkey references staff (id),
  constraint letter_answers_translation_check check ((translation_md = '') = (translation_language is null))
);
create index letter_answers_recorded_by_idx on letter_answers (recorded_by);

create table letter_events (
  id uuid primary key,
  letter_id uuid not null constraint letter_events_letter_fkey references letters (id),
  happens_on date not null,
  title text not null,
  outcome text not null default '',
  created_at timestamptz not null
);
create index letter_events_letter_idx on letter_events (letter_id, happens_on);

create table letter_milestones (
  id uuid primary key,
  letter_id uuid not null constraint letter_milestones_letter_fkey references letters (id),
  target integer not null constraint letter_milestones_target_check check (target > 0),
  created_at timestamptz not null
);
create unique index letter_milestones_target_idx on letter_milestones (letter_id, target);

create table milestone_events (
  id uuid primary key,
  milestone_id uuid not null constraint milestone_events_milestone_fkey references letter_milestones (id),
  kind text not null constraint milestone_events_kind_check check (kind in ('reached', 'unreached')),
  signed integer not null,
  at timestamptz not null
);
create index milestone_events_milestone_idx on milestone_events (milestone_id, at);
create trigger milestone_events_append_only before update or delete on milestone_events
  for each statement execute function refuse_rewrite();

-- down
drop table milestone_events;
drop table letter_milestones;
drop table letter_events;
drop table letter_answers;
alter table letters drop column official_note;
