-- why: a person who asked to be forgotten also leaves the words of a template; nothing else rewrites them
-- up
create function refuse_rewrite_unless_erasing() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and current_setting('countersign.erasing', true) = 'on' then
    return null;
  end if;
  raise exception '% stands still', tg_table_name using errcode = 'insufficient_privilege';
end $$;
drop trigger template_texts_append_only on template_texts;
create trigger template_texts_stand_still before update or delete on template_texts
  for each statement execute function refuse_rewrite_unless_erasing();
comment on table template_texts is 'the words of a version, one row for each language; they stand still but for the erasure of a person';

-- down
comment on table template_texts is 'append-only: the words of a version, one row for each language';
drop trigger template_texts_stand_still on template_texts;
create trigger template_texts_append_only before update or delete on template_texts
  for each statement execute function refuse_rewrite();
drop function refuse_rewrite_unless_erasing();
