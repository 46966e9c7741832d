-- why: a letter has versions that stand still once signed, each in one or more languages
-- up
create table letters (
  id uuid primary key,
  slug text not null,
  state text not null default 'draft' constraint letters_state_check check (state in (
    'draft', 'in_review', 'approved', 'gathering', 'open', 'paused', 'closed', 'delivered', 'answered', 'concluded',
    'archived', 'rejected', 'withdrawn_by_sponsor', 'removed')),
  default_language text not null,
  sponsor_name text not null,
  sponsor_address text not null,
  sponsor_email text not null,
  funding_note text not null default '',
  opened_at timestamptz,
  closes_at timestamptz,
  closed_at timestamptz,
  created_by uuid constraint letters_created_by_fkey references staff (id),
  created_at timestamptz not null,
  row_version integer not null default 1
);
create unique index letters_slug_idx on letters (slug);
create index letters_created_by_idx on letters (created_by);

create table letter_versions (
  id uuid primary key,
  letter_id uuid not null constraint letter_versions_letter_fkey references letters (id),
  number integer not null,
  material boolean not null default true,
  reason text not null default '',
  created_at timestamptz not null
);
create unique index letter_versions_number_idx on letter_versions (letter_id, number);

create table letter_translations (
  version_id uuid not null constraint letter_translations_version_fkey references letter_versions (id),
  language text not null,
  title text not null,
  addressee text not null,
  body_md text not null,
  summary text not null default '',
  content_hash bytea not null,
  reviewed boolean not null default true,
  primary key (version_id, language)
);

-- down
drop table letter_translations;
drop table letter_versions;
drop table letters;
