-- why: outreach can be held for a contact, an organisation, a sequence, a mailbox or a letter, and chosen by kept filters
-- up
create table outreach_holds (
  id uuid primary key,
  scope text not null constraint outreach_holds_scope_check check (scope in ('contact', 'organisation', 'sequence', 'mailbox', 'letter')),
  subject_id uuid not null,
  reason text,
  until timestamptz,
  created_by uuid constraint outreach_holds_created_by_fkey references staff (id),
  created_at timestamptz not null,
  ended_by uuid constraint outreach_holds_ended_by_fkey references staff (id),
  ended_at timestamptz
);
create unique index outreach_holds_one_live_idx on outreach_holds (scope, subject_id) where ended_at is null;
create index outreach_holds_until_idx on outreach_holds (until) where ended_at is null;
create index outreach_holds_created_by_idx on outreach_holds (created_by);
create index outreach_holds_ended_by_idx on outreach_holds (ended_by);
comment on column outreach_holds.subject_id is 'the row of its scope''s table; no foreign key can say which';
comment on column outreach_holds.until is 'ends by itself then; null: until somebody ends it';

create table segments (
  id uuid primary key,
  name text not null,
  filter jsonb not null default '{}',
  created_by uuid constraint segments_created_by_fkey references staff (id),
  created_at timestamptz not null,
  archived_at timestamptz,
  row_version integer not null default 1
);
create unique index segments_name_idx on segments (lower(name)) where archived_at is null;
create index segments_created_by_idx on segments (created_by);

-- down
drop table segments;
drop table outreach_holds;
