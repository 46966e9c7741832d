-- why: pledges that hold together are found at set times, asked once more, and published together; the public sees bands of a week
-- up
alter table signatures drop constraint signatures_condition_class_check;
alter table signatures add constraint signatures_condition_class_check check (
  condition_class in ('any', 'sector', 'country', 'ten_largest'));

create table pledge_peers (
  signature_id uuid not null constraint pledge_peers_signature_fkey references signatures (id),
  place integer not null constraint pledge_peers_place_check check (place between 1 and 10),
  organisation_id uuid not null constraint pledge_peers_organisation_fkey references organisations (id),
  metric text not null,
  value numeric not null,
  as_of date not null,
  source text not null,
  pinned_at timestamptz not null,
  primary key (signature_id, place)
);
create index pledge_peers_organisation_idx on pledge_peers (organisation_id);
comment on table pledge_peers is 'append-only: the ten largest groups as they were when the pledge was given, with metric, source and date';
create trigger pledge_peers_append_only before update or delete on pledge_peers
  for each statement execute function refuse_rewrite();

create table pledge_settings (
  letter_id uuid primary key constraint pledge_settings_letter_fkey references letters (id),
  reaffirm_hours integer not null constraint pledge_settings_hours_check check (reaffirm_hours between 24 and 336)
);

create table pledge_evaluations (
  letter_id uuid not null constraint pledge_evaluations_letter_fkey references letters (id),
  slot timestamptz not null,
  at timestamptz not null,
  firm integer not null,
  considered integer not null,
  met integer not null,
  primary key (letter_id, slot)
);
comment on table pledge_evaluations is 'append-only: each set time counts once, whoever of several workers comes first';
create trigger pledge_evaluations_append_only before update or delete on pledge_evaluations
  for each statement execute function refuse_rewrite();

create table pledge_cohorts (
  id uuid primary key,
  letter_id uuid not null constraint pledge_cohorts_letter_fkey references letters (id),
  triggered_at timestamptz not null,
  reaffirm_until timestamptz not null,
  settled_at timestamptz,
  constraint pledge_cohorts_window_check check (reaffirm_until > triggered_at)
);
create index pledge_cohorts_letter_idx on pledge_cohorts (letter_id, triggered_at desc);
create index pledge_cohorts_open_idx on pledge_cohorts (reaffirm_until) where settled_at is null;

create table pledge_cohort_members (
  cohort_id uuid not null constraint pledge_cohort_members_cohort_fkey references pledge_cohorts (id),
  signature_id uuid not null constraint pledge_cohort_members_signature_fkey references signatures (id),
  reaffirmed_at timestamptz,
  reminded_at timestamptz,
  outcome text constraint pledge_cohort_members_outcome_check check (outcome in ('activated', 'set_back', 'lapsed', 'left')),
  primary key (cohort_id, signature_id)
);
create index pledge_cohort_members_signature_idx on pledge_cohort_members (signature_id);

create table band_members (
  letter_id uuid not null constraint band_members_letter_fkey references letters (id),
  kind text not null constraint band_members_kind_check check (kind in ('confidential', 'pledge')),
  root_id uuid not null constraint band_members_root_fkey references organisations (id),
  sector text not null,
  country text not null,
  primary key (letter_id, kind, root_id)
);
create index band_members_root_idx on band_members (root_id);
comment on table band_members is 'the groups that the bands tell of; never read by a page';

create table band_publications (
  letter_id uuid not null constraint band_publications_letter_fkey references letters (id),
  kind text not null constraint band_publications_kind_check check (kind in ('confidential', 'pledge')),
  slot timestamptz not null,
  class text not null constraint band_publications_class_check check (class in ('all', 'sector', 'country', 'sector_country')),
  key text not null,
  band integer not null constraint band_publications_band_check check (band in (0, 5, 10, 25, 50)),
  primary key (letter_id, kind, slot, class, key),
  constraint band_publications_all_check check (class = 'all' or band > 0)
);
comment on table band_publications is 'append-only: what the public is told, and all that public pages read of it';
create trigger band_publications_append_only before update or delete on band_publications
  for each statement execute function refuse_rewrite();

-- down
drop table band_publications;
drop table band_members;
drop table pledge_cohort_members;
drop table pledge_cohorts;
drop table pledge_evaluations;
drop table pledge_settings;
drop table pledge_peers;
alter table signatures drop constraint signatures_condition_class_check;
alter table signatures add constraint signatures_condition_class_check check (condition_class in ('any', 'sector', 'country'));
