-- why: a search of the public list also looks at the names of those whom a parent's signature covers, however many there are
-- up
create index organisations_covered_search_idx on organisations using gin (search_key(name) gin_trgm_ops)
  where parent_id is not null;
comment on table delivery_entries is 'which public entries went along; left_out is true in old rows only, those left out stand in letter_left_out';

-- down
comment on table delivery_entries is 'which entries went along, and which were still in review and were left out';
drop index organisations_covered_search_idx;
