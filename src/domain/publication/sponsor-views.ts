import type { Ctx } from "../../platform/context.js";
import { LETTER_STATES, publicStanding, standingState } from "../letters/letter.js";

/** Who runs letters that are public, as they name themselves, with those letters. */
export interface Sponsor {
  name: string;
  postalAddress: string;
  email: string;
  letters: { slug: string; title: string; language: string; takesSignatures: boolean }[];
}

interface Row {
  sponsor_name: string;
  sponsor_address: string;
  sponsor_email: string;
  slug: string;
  state: string;
  launch_at: Date | null;
  title: string;
  language: string;
}

/** The sponsors of all letters that are public, those of the newest letter first; titles in `language` where there is one. */
export async function publicSponsors(ctx: Ctx, language: string): Promise<Sponsor[]> {
  const shown = LETTER_STATES.filter((state) => publicStanding(state) === "shown");
  const { rows } = await ctx.db.raw<{ rows: Row[] }>(
    `select l.sponsor_name, l.sponsor_address, l.sponsor_email, l.slug, l.state, l.launch_at, t.title, t.language
       from letters l
       join lateral (select id from letter_versions where letter_id = l.id order by number desc limit 1) v on true
       join lateral (select title, language from letter_translations where version_id = v.id
                      order by language = :language desc, language = l.default_language desc, language limit 1) t on true
      where l.state = any(:shown::text[]) or (l.state in ('approved', 'gathering') and l.launch_at <= :at)
      order by l.created_at desc, l.slug`,
    { language, shown, at: ctx.clock.now() },
  );
  const isOpen = (row: Row) => standingState(row, ctx.clock.now()) === "open";
  const sponsors = new Map<string, Sponsor>();
  for (const row of rows) {
    const key = `${row.sponsor_email}\n${row.sponsor_name}\n${row.sponsor_address}`;
    const known = sponsors.get(key) ?? {
      name: row.sponsor_name,
      postalAddress: row.sponsor_address.split(/\s*\n\s*/).join(", "),
      email: row.sponsor_email,
      letters: [],
    };
    const { slug, title, language: titleLanguage } = row;
    known.letters.push({ slug, title, language: titleLanguage, takesSignatures: isOpen(row) });
    sponsors.set(key, known);
  }
  return [...sponsors.values()];
}
