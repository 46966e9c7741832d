-- why: entries left out of a delivery are named one by one with a reason, and signatories hear what became of the letter
-- up
alter table letter_left_out add column reason text not null default '';
alter table letter_left_out alter column reason drop default;
alter table letter_left_out add constraint letter_left_out_reason_check check (length(reason) <= 300);

create table letter_news (
  id uuid primary key,
  letter_id uuid not null constraint letter_news_letter_fkey references letters (id),
  kind text not null constraint letter_news_kind_check check (kind in ('delivered', 'answered')),
  told_until uuid,
  created_at timestamptz not null,
  finished_at timestamptz
);
comment on table letter_news is 'what signatories are told about their letter; told_until: the last signature whose signatory was told, in the order of ids';
create index letter_news_letter_idx on letter_news (letter_id);
create index letter_news_open_idx on letter_news (created_at) where finished_at is null;

-- down
drop table letter_news;
alter table letter_left_out drop constraint letter_left_out_reason_check;
alter table letter_left_out drop column reason;
