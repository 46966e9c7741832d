import { logBacklog } from "../../domain/log/verification-service.js";
import { newestHead } from "../../domain/log/views.js";
import { MINUTE } from "../../platform/clock.js";
import type { Ctx } from "../../platform/context.js";

/** An event that waits longer than this means that nobody integrates. */
const LAG = 5 * MINUTE;

/** How the public log of a letter stands, as lines of its page. */
export async function logFacts(ctx: Ctx, letter: { id: string; slug: string }) {
  const head = await newestHead(ctx, letter.id);
  const waiting = (await logBacklog(ctx)).find(({ letterId }) => letterId === letter.id);
  const isLate = waiting !== undefined && ctx.clock.now().getTime() - waiting.since.getTime() > LAG;
  if (!head && !waiting) return [];
  const value = head
    ? `${head.size} leaves, signed ${head.signedAt.toISOString().slice(0, 16).replace("T", " ")} UTC`
    : "not begun";
  return [
    { name: "Public log", value, ...(head ? { href: `/letters/${letter.slug}/log` } : {}) },
    ...(isLate
      ? [{ name: "Waiting for the log", value: `${waiting.n} events; does a worker run?`, state: "bad" }]
      : []),
  ];
}
