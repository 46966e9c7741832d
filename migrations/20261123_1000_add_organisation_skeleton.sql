-- why: a name that only looks like another one has to be found before it is taken over
-- up
alter table organisations add column name_skeleton text;
comment on column organisations.name_skeleton is 'the name with look-alike letters made equal; null: not computed yet';
create index organisations_name_skeleton_idx on organisations (name_skeleton);

-- down
alter table organisations drop column name_skeleton;
