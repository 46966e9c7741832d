import type { Db } from "../../platform/db.js";
import type { Metric } from "./figure.js";

/** A figure of an organisation as kept. */
export interface FigureRow {
  id: string;
  organisation_id: string;
  metric: Metric;
  /** A whole number, as text: the column takes any size. */
  value: string | number;
  /** The day on which it held. */
  as_of: string;
  source: string;
  source_url: string | null;
  recorded_at: Date;
  recorded_by: string | null;
  /** When it was found to be wrong. */
  ended_at: Date | null;
}

/** The newest figure of active satellites as columns of a query over organisations `o`. */
export const NEWEST_SATELLITES = (
  [
    ["value::int", "active_satellites"],
    ["as_of", "metrics_as_of"],
  ] as const
)
  .map(
    ([column, name]) => `(select m.${column} from organisation_metrics m
       where m.organisation_id = o.id and m.metric = 'active_satellites' and m.ended_at is null
       order by m.as_of desc, m.recorded_at desc, m.id desc limit 1) as ${name}`,
  )
  .join(", ");

const AT_ONCE = 2000;

/** Keeps figures; what was known before stays. */
export async function insertFigures(db: Db, rows: readonly FigureRow[]): Promise<void> {
  for (let at = 0; at < rows.length; at += AT_ONCE)
    await db<FigureRow>("organisation_metrics").insert(rows.slice(at, at + AT_ONCE));
}

/** All figures of an organisation, the one that holds first within each metric. */
export async function listFigures(db: Db, organisationId: string): Promise<FigureRow[]> {
  return db<FigureRow>("organisation_metrics")
    .where({ organisation_id: organisationId })
    .orderByRaw("metric, (ended_at is not null), as_of desc, recorded_at desc, id desc")
    .limit(500);
}

/** Says of a figure that it was wrong; undefined where there is none that still counts. */
export async function endFigure(db: Db, id: string, at: Date): Promise<FigureRow | undefined> {
  const [row] = await db<FigureRow>("organisation_metrics")
    .where({ id })
    .whereNull("ended_at")
    .update({ ended_at: at })
    .returning("*");
  return row;
}

/** Gives the figures of one organisation, or those named, to another; returns their ids. */
export async function giveFigures(
  db: Db,
  from: string,
  to: string,
  only?: readonly string[],
): Promise<string[]> {
  const query = db<FigureRow>("organisation_metrics").where({ organisation_id: from });
  if (only) void query.whereIn("id", [...only]);
  const rows = await query.update({ organisation_id: to }).returning("id");
  return rows.map(({ id }) => id);
}
