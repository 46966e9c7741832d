-- why: a name on the public list is found whatever its accents, case, punctuation or script, also among 50,000
-- up
-- What a name is searched by: compatibility forms taken apart, marks and punctuation dropped, Cyrillic, Greek and Arabic
-- letters written in Latin ones, and spellings that differ by custom only (c and k, y and i, ph and f, doubled letters)
-- made equal. Chinese, Japanese and Korean characters stay. Only letters, digits and single spaces come out, so that the
-- key can stand in a LIKE pattern as it is.
create function search_key(name text) returns text language sql immutable strict parallel safe as $$
  with
  plain as (
    select regexp_replace(left(normalize(lower(normalize(left(name, 300), NFKD) collate "und-x-icu"), NFKD), 400),
      '[\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\u200b-\u200f.''’‘`´ʹʺ]', '', 'g') as t
  ),
  digraphs as (
    select replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(
      replace(replace(replace(replace(t,
      '&', ' and '), 'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), 'þ', 'th'), 'ж', 'zh'), 'ч', 'ch'), 'ш', 'sh'), 'щ', 'sh'), 'ц', 'ts'),
      'ю', 'iu'), 'я', 'ia'), 'θ', 'th'), 'ξ', 'ks'), 'ψ', 'ps'), 'ش', 'sh'), 'چ', 'ch'), 'ژ', 'zh') as t
    from plain
  ),
  latin as (
    select translate(t,
      'øłđðħıŋŧəабвгдеёзийіїклмнопрстуўфхыэєґαβγδεζηικλμνορσςτυφχωπابتثجحخدذرزسصضطظغفقكکلمنهةويیىپگع۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩ъьء',
      'olddhinteabvgdeeziiiiklmnoprstuufhieegabgdeziiklmnorsstifhopabttjhhddrzssdtzgfkkklmnhhviiipga01234567890123456789') as t
    from digraphs
  ),
  customs as (
    select translate(replace(replace(replace(replace(t, 'ph', 'f'), 'kh', 'h'), 'ck', 'k'), 'x', 'ks'), 'cqyw', 'kkiv') as t
    from latin
  )
  select btrim(regexp_replace(regexp_replace(t, '[^[:alnum:]]+' collate "und-x-icu", ' ', 'g'), '(\D)\1+', '\1', 'g'))
  from customs
$$;
comment on function search_key is 'what a name is searched by: without accents, case, punctuation and differences of script';

alter table signatures add column search_key text not null generated always as (search_key(display_name)) stored;
create index signatures_search_idx on signatures using gin (search_key gin_trgm_ops)
  where state in ('published', 'needs_reaffirmation', 'held', 'withdrawn') and visibility = 'public' and kind = 'signature';
create index organisation_names_search_idx on organisation_names using gin (search_key(name) gin_trgm_ops);

-- The list by name as it is shown, and the entries of one organisation on it, without looking at all others.
drop index signatures_public_idx;
create index signatures_public_idx on signatures (letter_id, display_name collate "und-x-icu", id)
  where state in ('published', 'needs_reaffirmation', 'held', 'withdrawn') and visibility = 'public' and kind = 'signature';
create index signatures_public_organisation_idx on signatures (organisation_id, letter_id, id)
  where state in ('published', 'needs_reaffirmation', 'held', 'withdrawn') and visibility = 'public' and kind = 'signature';

-- down
drop index signatures_public_organisation_idx;
drop index signatures_public_idx;
create index signatures_public_idx on signatures (letter_id, lower(display_name), id)
  where state in ('published', 'needs_reaffirmation', 'held', 'withdrawn') and visibility = 'public' and kind = 'signature';
drop index organisation_names_search_idx;
drop index signatures_search_idx;
alter table signatures drop column search_key;
drop function search_key(text);
