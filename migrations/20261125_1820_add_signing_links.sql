-- why: an officer attests, a signatory manages, and a half-filled form is handed on by links of their own
-- up
do $$
declare
  known text := (select pg_get_constraintdef(oid) from pg_constraint where conname = 'links_purpose_check');
begin
  alter table links drop constraint links_purpose_check;
  execute 'alter table links add constraint links_purpose_check '
    || replace(known, ']', ', ''attest''::text, ''manage''::text, ''draft''::text]');
end $$;

-- down
delete from links where purpose in ('attest', 'manage', 'draft');
do $$
declare
  known text := (select pg_get_constraintdef(oid) from pg_constraint where conname = 'links_purpose_check');
begin
  alter table links drop constraint links_purpose_check;
  execute 'alter table links add constraint links_purpose_check '
    || replace(known, ', ''attest''::text, ''manage''::text, ''draft''::text', '');
end $$;
