-- why: whom we write to: organisations and their contacts, and the addresses we never write to again
-- up
create extension if not exists pg_trgm;

create table organisations (
  id uuid primary key,
  name text not null,
  legal_name text,
  name_key text not null,
  country char(2),
  sector text not null default 'other' constraint organisations_sector_check check (sector in (
    'satellite_operator', 'ground_segment', 'ssa_data', 'launch_provider', 'manufacturer', 'in_orbit_services',
    'insurer', 'broker', 'investor', 'trade_association', 'telecom_user', 'academia', 'ngo', 'other')),
  website text,
  domain text,
  active_satellites integer,
  metrics_as_of date,
  source text not null default '',
  external_id text,
  owner_id uuid constraint organisations_owner_fkey references staff (id),
  created_at timestamptz not null,
  updated_at timestamptz not null,
  row_version integer not null default 1
);
create unique index organisations_name_key_idx on organisations (name_key, coalesce(country, ''));
create index organisations_name_trgm_idx on organisations using gin (name gin_trgm_ops);
create index organisations_name_idx on organisations (lower(name), id);
create index organisations_country_idx on organisations (country);
create index organisations_sector_idx on organisations (sector);
create index organisations_domain_idx on organisations (domain);
create index organisations_owner_idx on organisations (owner_id);

create table contacts (
  id uuid primary key,
  organisation_id uuid not null constraint contacts_organisation_fkey references organisations (id),
  name text,
  title text,
  email text,
  address_hash bytea,
  phone text,
  language text,
  lawful_basis text not null constraint contacts_lawful_basis_check check (lawful_basis in (
    'published_address', 'legitimate_interest', 'consent', 'existing_relationship')),
  source text not null,
  source_at timestamptz not null,
  status text not null default 'active' constraint contacts_status_check check (status in (
    'active', 'wrong_person', 'left', 'address_invalid', 'removed')),
  notes text,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  row_version integer not null default 1,
  constraint contacts_reachable_check check ((email is null) = (address_hash is null))
);
create unique index contacts_email_idx on contacts (email);
create index contacts_organisation_idx on contacts (organisation_id);
create index contacts_address_hash_idx on contacts (address_hash);

create table suppressions (
  id uuid primary key,
  address_hash bytea not null,
  letter_id uuid constraint suppressions_letter_fkey references letters (id),
  reason text not null constraint suppressions_reason_check check (reason in (
    'unsubscribed', 'declined', 'wrong_person', 'complaint', 'staff')),
  source text not null,
  created_at timestamptz not null
);
comment on column suppressions.letter_id is 'null: for every letter';
create unique index suppressions_address_idx on suppressions (address_hash, coalesce(letter_id, '00000000-0000-0000-0000-000000000000'));
create index suppressions_letter_idx on suppressions (letter_id);

-- down
drop table suppressions;
drop table contacts;
drop table organisations;
