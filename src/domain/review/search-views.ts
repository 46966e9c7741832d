import type { Ctx } from "../../platform/context.js";
import { readCursor, writeCursor } from "../../platform/cursor.js";
import { isUuid } from "../../platform/ids.js";
import type { Page } from "../../platform/schema.js";
import type { SignatureState } from "../signatures/signature.js";

/** An entry as staff find it. */
export interface FoundEntry {
  id: string;
  letter: string;
  organisation_id: string;
  organisation: string;
  display_name: string;
  country: string;
  sector: string;
  kind: "signature" | "pledge";
  visibility: "public" | "confidential";
  state: SignatureState;
  signatory_name: string;
  signatory_title: string;
  signatory_email: string;
  rejection_code: string | null;
  door: "invitation" | "public";
  submitted_at: Date;
  published_at: Date | null;
  tags: string[];
}

/** What staff look for. */
export interface Search {
  q?: string | undefined;
  letter?: string | undefined;
  state?: string | undefined;
  tag?: string | undefined;
  cursor?: string | undefined;
  limit: number;
}

/**
 * Entries by the name of the organisation or the signatory, a whole address in any case, a domain (`@example.org`), an
 * id, a letter or a tag; newest first. The caller checks who may see them.
 */
export async function searchEntries(ctx: Ctx, search: Search): Promise<Page<FoundEntry>> {
  const query = ctx
    .db("signatures as s")
    .join("letters as l", "l.id", "s.letter_id")
    .leftJoin("organisations as o", "o.id", "s.organisation_id")
    .leftJoin("review_notes as n", "n.signature_id", "s.id")
    .orderBy("s.submitted_at", "desc")
    .orderBy("s.id", "desc")
    .limit(search.limit + 1)
    .select("s.id", "l.slug as letter", "s.organisation_id", "s.display_name")
    .select(ctx.db.raw("coalesce(o.name, s.display_name) as organisation"))
    .select("s.country", "s.sector", "s.kind", "s.visibility", "s.state", "s.signatory_name")
    .select("s.signatory_title", "s.signatory_email", "s.rejection_code", "s.submitted_at", "s.published_at")
    .select(ctx.db.raw("case when s.invitation_id is null then 'public' else 'invitation' end as door"))
    .select(ctx.db.raw("coalesce(n.tags, '{}') as tags"));
  if (search.letter) void query.where("l.slug", search.letter);
  if (search.state) void query.where("s.state", search.state);
  if (search.tag) void query.whereRaw("n.tags @> array[?]::text[]", [search.tag]);
  if (search.q) {
    const [sql, values] = wordsOf(search.q.trim());
    void query.whereRaw(sql, values);
  }
  const start = readCursor(search.cursor);
  if (start) void query.whereRaw("(s.submitted_at, s.id) < (?, ?)", [start.at, start.id]);
  const found = (await query) as FoundEntry[];
  const items = found.slice(0, search.limit);
  const last = items.at(-1);
  return {
    items,
    next: found.length > search.limit && last ? writeCursor(last.submitted_at, last.id) : null,
  };
}

/** How the words are looked for: an id, an address, a domain, or a part of a name. */
function wordsOf(q: string): [string, readonly string[]] {
  if (isUuid(q)) return ["(s.id = ?::uuid or s.organisation_id = ?::uuid)", [q, q]];
  const domain = /^@([a-z0-9.-]+)$/i.exec(q)?.[1];
  if (domain) return ["lower(split_part(s.signatory_email, '@', 2)) = lower(?)", [domain]];
  if (/^\S+@\S+$/.test(q)) {
    return [
      "(lower(s.signatory_email) = lower(?) or lower(s.contact_email) = lower(?) or lower(s.submitter_email) = lower(?))",
      [q, q, q],
    ];
  }
  const like = `%${q.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;
  return [
    `s.id in (select id from signatures where display_name ilike ?
       union select id from signatures where signatory_name ilike ?
       union select n.id from signatures n join organisations p on p.id = n.organisation_id where p.name ilike ?
       union select id from signatures where lower(split_part(signatory_email, '@', 2)) = lower(?))`,
    [like, like, like, q],
  ];
}
