/** How many statements a piece of work sends to the database, so that a loop around one is found out. */
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
