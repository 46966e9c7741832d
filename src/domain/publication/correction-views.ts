import type { Ctx } from "../../platform/context.js";
import { publicly } from "./views.js";

/** Something about a letter that was put right in public. */
export type Correction =
  /** The wording of the text, with its meaning unchanged. */
  | { kind: "wording"; at: Date; version: number; reason: string }
  /** The legal name of an entry that stands. */
  | { kind: "name"; at: Date; organisation: string }
  /** An entry that had been in public was taken off the list; its name is told nowhere any more (ruling 17). */
  | { kind: "removed"; at: Date };

/** Every public correction of a letter, the latest first; an entry that was taken off and put back is none. */
export async function listCorrections(ctx: Ctx, letterId: string): Promise<Correction[]> {
  const { rows } = await ctx.db.raw<{
    rows: { kind: Correction["kind"]; at: Date; version: number; reason: string; organisation: string }[];
  }>(
    `select 'wording' as kind, v.created_at as at, v.number as version, v.reason, null as organisation
       from letter_versions v where v.letter_id = :letterId and v.number > 1 and not v.material
     union all
     select 'name', c.decided_at, null, null, s.display_name
       from signature_statements c join signatures s on s.id = c.signature_id
      where s.letter_id = :letterId and c.kind = 'legal_name' and c.state = 'approved' and c.decided_at > s.published_at
        and s.state <> 'withdrawn' and ${publicly(ctx)}
     union all
     select 'removed', max(h.at), null, null, null
       from signatures s join signature_history h on h.signature_id = s.id and h.to_state = 'invalidated'
      where s.letter_id = :letterId and s.state = 'invalidated' and s.visibility = 'public' and s.kind = 'signature'
        and s.published_at is not null
      group by s.id
     order by at desc, kind limit 500`,
    { letterId },
  );
  return rows.map(({ kind, at, version, reason, organisation }): Correction => {
    if (kind === "wording") return { kind, at, version, reason };
    return kind === "name" ? { kind, at, organisation } : { kind, at };
  });
}
