-- why: a sponsor can say something about a letter on its page without touching the text
-- up
alter table letters add column official_note text not null default '';

-- down
alter table letters drop column official_note;
