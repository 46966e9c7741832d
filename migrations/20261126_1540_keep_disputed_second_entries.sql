-- why: a second entry that its people dispute waits for a person as any disputed one does, and looks to them like one; it stands nowhere, so its state stays
-- up
alter table signatures add column disputed_at timestamptz;
comment on column signatures.disputed_at is 'when its people disputed an entry that was parked';

-- down
alter table signatures drop column disputed_at;
