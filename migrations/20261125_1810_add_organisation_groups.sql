-- why: organisations belong to groups, had other names, and have figures that are as good as their source and date
-- up
alter table organisations add column parent_id uuid constraint organisations_parent_fkey references organisations (id);
alter table organisations add column group_root_id uuid constraint organisations_group_root_fkey references organisations (id);
alter table organisations add constraint organisations_parent_check check (parent_id <> id and (parent_id is null) = (group_root_id is null));
comment on column organisations.group_root_id is 'the topmost parent; null: the organisation is its own';
create index organisations_parent_idx on organisations (parent_id);
create index organisations_group_root_idx on organisations (group_root_id);

create table organisation_metrics (
  organisation_id uuid not null constraint organisation_metrics_organisation_fkey references organisations (id) on delete cascade,
  metric text not null constraint organisation_metrics_metric_check check (metric in ('active_satellites', 'employees', 'premium_volume', 'launches')),
  value numeric not null constraint organisation_metrics_value_check check (value >= 0),
  as_of date not null,
  source text not null,
  recorded_at timestamptz not null,
  primary key (organisation_id, metric, as_of, source)
);
create index organisation_metrics_rank_idx on organisation_metrics (metric, as_of desc, value desc);
insert into organisation_metrics (organisation_id, metric, value, as_of, source, recorded_at)
  select id, 'active_satellites', active_satellites, coalesce(metrics_as_of, created_at::date),
         case when source = '' then 'unknown' else source end, created_at
    from organisations where active_satellites is not null;

-- down
drop table organisation_metrics;
alter table organisations drop constraint organisations_parent_check;
alter table organisations drop column group_root_id;
alter table organisations drop column parent_id;
