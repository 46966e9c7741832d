-- why: some countries' laws ask for consent before a first mail; staff can set what holds where
-- up
create table country_policies (
  country char(2) primary key,
  first_contact text not null constraint country_policies_first_contact_check
    check (first_contact in ('allowed', 'approve_each', 'forbidden')),
  first_contact_person text not null constraint country_policies_first_contact_person_check
    check (first_contact_person in ('allowed', 'approve_each', 'forbidden')),
  why text not null,
  source text not null,
  changed_by uuid constraint country_policies_changed_by_fkey references staff (id),
  changed_at timestamptz not null,
  row_version integer not null default 1
);
create index country_policies_changed_by_idx on country_policies (changed_by);
comment on table country_policies is 'what staff set instead of data/country-policies.json; ZZ: country not known';
comment on column country_policies.first_contact is 'the first mail to a role address such as info@';
comment on column country_policies.first_contact_person is 'the first mail to a person';

-- down
drop table country_policies;
