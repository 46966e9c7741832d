-- why: a domain proves something only since a person or a list said that it is the organisation's own
-- up
create table organisation_domains (
  id uuid primary key,
  organisation_id uuid not null constraint organisation_domains_organisation_fkey references organisations (id),
  domain text not null constraint organisation_domains_domain_check check (domain = lower(domain) and domain like '%.%'),
  source text not null constraint organisation_domains_source_check check (source in ('import', 'staff', 'earlier')),
  note text not null default '',
  confirmed_at timestamptz not null,
  confirmed_by uuid constraint organisation_domains_confirmed_by_fkey references staff (id),
  retired_at timestamptz,
  retired_by uuid constraint organisation_domains_retired_by_fkey references staff (id)
);
comment on column organisation_domains.domain is 'the registrable part in ASCII; rows from before this table as they were';
create unique index organisation_domains_standing_idx on organisation_domains (organisation_id, domain) where retired_at is null;
create index organisation_domains_organisation_idx on organisation_domains (organisation_id);
create index organisation_domains_domain_idx on organisation_domains (domain) where retired_at is null;
create index organisation_domains_confirmed_by_idx on organisation_domains (confirmed_by);
create index organisation_domains_retired_by_idx on organisation_domains (retired_by);

insert into organisation_domains (id, organisation_id, domain, source, note, confirmed_at)
select gen_random_uuid(), o.id, lower(o.domain),
       case when exists (select from import_rows r where r.organisation_id = o.id and r.applied_at is not null) then 'import' else 'earlier' end,
       o.source, o.created_at
  from organisations o
 where o.domain like '%.%';

-- down
drop table organisation_domains;
