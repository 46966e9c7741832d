-- why: reports that nobody confirmed could be sent in by the thousand; staff hear of so many about one entry, and one network is heard so often
-- up
alter table entry_reports add column network_hash bytea, add column told_at timestamptz;
comment on column entry_reports.network_hash is 'keyed hash of the first part of the network address that sent the report (/24, /56); erased after a day';
comment on column entry_reports.told_at is 'when staff were told; empty for what is one too many and has not been confirmed';
update entry_reports set told_at = at;
create index entry_reports_network_idx on entry_reports (network_hash, at) where network_hash is not null;

-- down
alter table entry_reports drop column told_at, drop column network_hash;
