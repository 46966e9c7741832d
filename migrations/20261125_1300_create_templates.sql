-- why: a mail's texts stand by themselves, in several languages, and a version once pinned never changes
-- up
create table templates (
  id uuid primary key,
  name text not null,
  library boolean not null default true,
  letter_id uuid constraint templates_letter_fkey references letters (id),
  created_by uuid constraint templates_created_by_fkey references staff (id),
  created_at timestamptz not null,
  archived_at timestamptz,
  row_version integer not null default 1
);
create index templates_letter_idx on templates (letter_id);
create index templates_created_by_idx on templates (created_by);
create index templates_library_idx on templates (created_at desc, id desc) where library and archived_at is null;
comment on column templates.library is 'false: belongs to one mailing or one step, and is in no list';

create table template_versions (
  id uuid primary key,
  template_id uuid not null constraint template_versions_template_fkey references templates (id),
  number integer not null,
  created_by uuid constraint template_versions_created_by_fkey references staff (id),
  created_at timestamptz not null
);
create unique index template_versions_number_idx on template_versions (template_id, number);
create index template_versions_created_by_idx on template_versions (created_by);
comment on table template_versions is 'append-only: what a step has pinned reads the same for ever';
create trigger template_versions_append_only before update or delete on template_versions
  for each statement execute function refuse_rewrite();

create table template_texts (
  version_id uuid not null constraint template_texts_version_fkey references template_versions (id),
  language text not null,
  subject text not null,
  body_md text not null,
  primary key (version_id, language)
);
comment on table template_texts is 'append-only: the words of a version, one row for each language';
create trigger template_texts_append_only before update or delete on template_texts
  for each statement execute function refuse_rewrite();

-- down
drop table template_texts;
drop table template_versions;
drop table templates;
