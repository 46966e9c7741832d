/** How many statements a piece of work sends to the database, so that a loop around one is found out. */
import { withClient } from "../../src/platform/database-roles.js";
import type { TestApp } from "./app.js";

/** Runs some work and answers the statements it sent, in order. */
export async function statementsOf(app: TestApp, work: () => Promise<unknown>): Promise<string[]> {
  const statements: string[] = [];
  const note = (query: { sql: string }) => void statements.push(query.sql);
  app.db.on("query", note);
  try {
    await work();
  } finally {
    app.db.removeListener("query", note);
  }
  return statements;
}

/**
 * The plans of the statements that some work sends, as PostgreSQL makes them for the values that were asked for. The
 * work is done; its statements are explained afterwards, not run again.
 */
export async function plansOf(app: TestApp, work: () => Promise<unknown>): Promise<string> {
  const sent: { sql: string; bindings: unknown[] }[] = [];
  const note = (query: { sql: string; bindings?: unknown[] }) =>
    void sent.push({ sql: query.sql, bindings: query.bindings ?? [] });
  app.db.on("query", note);
  try {
    await work();
  } finally {
    app.db.removeListener("query", note);
  }
  const plans: string[] = [];
  await withClient(app.database.appUrl, async (client) => {
    // What a page read out of order costs on a disk without moving parts.
    await client.query("set random_page_cost = 1.1");
    for (const { sql, bindings } of sent) {
      if (!/^\s*(select|update|insert|delete|with)\b/i.test(sql)) continue;
      const { rows } = await client.query<Record<string, string>>(`explain ${sql}`, bindings);
      plans.push(...rows.map((row) => row["QUERY PLAN"] ?? ""));
    }
  });
  return plans.join("\n");
}

/** The tables that a plan reads from end to end. */
export function seqScansIn(plan: string): string[] {
  return [...new Set([...plan.matchAll(/Seq Scan on (\w+)/g)].map((match) => match[1] ?? ""))].sort();
}
