-- why: a search over names, legal names and domains has to stay fast with 100,000 organisations
-- up
create index organisations_legal_name_trgm_idx on organisations using gin (legal_name gin_trgm_ops);
create index organisations_domain_trgm_idx on organisations using gin (domain gin_trgm_ops);

-- down
drop index organisations_domain_trgm_idx;
drop index organisations_legal_name_trgm_idx;
