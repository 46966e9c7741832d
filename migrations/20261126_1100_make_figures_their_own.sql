-- why: a figure is as good as its source and date, so it has one home with a history; and a letter says of which total its signatories are a share
-- up
alter table organisation_metrics drop constraint organisation_metrics_pkey;
alter table organisation_metrics add column id uuid not null default gen_random_uuid() constraint organisation_metrics_pkey primary key;
alter table organisation_metrics add column source_url text;
alter table organisation_metrics add column recorded_by uuid constraint organisation_metrics_recorded_by_fkey references staff (id);
alter table organisation_metrics add column ended_at timestamptz;
comment on column organisation_metrics.ended_at is 'when staff found that it was wrong; the row stays for the history';
comment on column organisation_metrics.recorded_by is 'null: it came with a list';
create index organisation_metrics_newest_idx on organisation_metrics (organisation_id, metric, as_of desc, recorded_at desc);
create index organisation_metrics_recorded_by_idx on organisation_metrics (recorded_by);
insert into organisation_metrics (organisation_id, metric, value, as_of, source, recorded_at)
  select o.id, 'active_satellites', o.active_satellites, coalesce(o.metrics_as_of, o.updated_at::date), 'imported', o.updated_at
    from organisations o
   where o.active_satellites is not null and not exists (
     select from organisation_metrics m where m.organisation_id = o.id and m.metric = 'active_satellites'
        and m.value = o.active_satellites and m.as_of >= coalesce(o.metrics_as_of, m.as_of));
alter table organisations drop column active_satellites;
alter table organisations drop column metrics_as_of;

create table letter_totals (
  id uuid primary key,
  letter_id uuid not null constraint letter_totals_letter_fkey references letters (id),
  metric text not null constraint letter_totals_metric_check check (metric = 'active_satellites'),
  value numeric not null constraint letter_totals_value_check check (value > 0),
  as_of date not null,
  source text not null,
  source_url text,
  recorded_at timestamptz not null,
  recorded_by uuid constraint letter_totals_recorded_by_fkey references staff (id),
  ended_at timestamptz
);
comment on table letter_totals is 'all there is of something, by which the coverage of a letter is a share; the one recorded last holds';
create index letter_totals_letter_idx on letter_totals (letter_id, recorded_at desc);
create index letter_totals_recorded_by_idx on letter_totals (recorded_by);

create trigger letter_totals_announce after insert or update or delete on letter_totals
  for each row execute function announce_by_letter();
create trigger organisation_metrics_announce after insert or update or delete on organisation_metrics
  for each statement execute function announce_all();
create trigger organisations_announce_group after update of parent_id, merged_into_id on organisations
  for each row when (old.parent_id is distinct from new.parent_id or old.merged_into_id is distinct from new.merged_into_id)
  execute function announce_all();

-- down
drop trigger organisations_announce_group on organisations;
drop trigger organisation_metrics_announce on organisation_metrics;
drop table letter_totals;
alter table organisations add column active_satellites integer;
alter table organisations add column metrics_as_of date;
update organisations o set (active_satellites, metrics_as_of) = (
  select m.value::integer, m.as_of from organisation_metrics m
   where m.organisation_id = o.id and m.metric = 'active_satellites' and m.ended_at is null
   order by m.as_of desc, m.recorded_at desc limit 1);
drop index organisation_metrics_newest_idx;
delete from organisation_metrics where ended_at is not null;
delete from organisation_metrics m using organisation_metrics n
  where m.organisation_id = n.organisation_id and m.metric = n.metric and m.as_of = n.as_of and m.source = n.source
    and (m.recorded_at, m.id) < (n.recorded_at, n.id);
alter table organisation_metrics drop column ended_at;
alter table organisation_metrics drop column recorded_by;
alter table organisation_metrics drop column source_url;
alter table organisation_metrics drop constraint organisation_metrics_pkey;
alter table organisation_metrics drop column id;
alter table organisation_metrics add constraint organisation_metrics_pkey primary key (organisation_id, metric, as_of, source);
