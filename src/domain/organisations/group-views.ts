import type { Ctx } from "../../platform/context.js";

/** An organisation in its group. */
export interface GroupLine {
  id: string;
  name: string;
  country: string | null;
  /** 0 for the topmost. */
  depth: number;
}

/** A group from its topmost organisation down, by name on each floor, at most 500; empty for one that stands alone. */
export async function groupLines(ctx: Ctx, rootId: string): Promise<GroupLine[]> {
  const { rows } = await ctx.db.raw<{ rows: GroupLine[] }>(
    `with recursive below (id, name, country, depth, place) as (
       select id, name, country, 0, array[lower(name)] from organisations where id = :rootId
       union all
       select o.id, o.name, o.country, b.depth + 1, b.place || lower(o.name)
         from organisations o join below b on o.parent_id = b.id
     ) select id, name, country, depth from below order by place, id limit 500`,
    { rootId },
  );
  return rows.length > 1 ? rows : [];
}

/** Whether an organisation stands somewhere below another. */
export async function isBelow(ctx: Ctx, id: string, aboveId: string): Promise<boolean> {
  const { rows } = await ctx.db.raw<{ rows: unknown[] }>(
    `with recursive above (id, parent_id) as (
       select id, parent_id from organisations where id = :id
       union select o.id, o.parent_id from organisations o join above a on o.id = a.parent_id
     ) select 1 from above where id = :aboveId limit 1`,
    { id, aboveId },
  );
  return rows.length > 0;
}
