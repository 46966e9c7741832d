import { classify } from "../src/domain/classification/classify.js";
import { MailParser } from "../src/platform/mail-parser.js";
import { realReports } from "../tests/support/bounces.js";
import type { Figure } from "./figure.js";

/** Milliseconds that the slowest of a hundred mails may take, parsing and classifying. */
const LIMIT = 20;
const ROUNDS = 8;

/** The 99th percentile of parsing and classifying one real report, beside its limit; both as mails a second. */
export async function classifyMails(): Promise<Figure> {
  const parser = new MailParser();
  const reports = realReports();
  const times: number[] = [];
  for (let round = -1; round < ROUNDS; round++) {
    for (const { raw } of reports) {
      const start = performance.now();
      const parsed = await parser.parse(raw);
      if (parsed.ok) classify(parsed.mail);
      if (round >= 0) times.push(performance.now() - start);
    }
  }
  await parser.close();
  const slow = times.sort((one, other) => one - other)[Math.floor(times.length * 0.99)] ?? 0;
  return {
    what: `incoming mail, parsed and classified: p99 ${slow.toFixed(1)} ms`,
    unit: "mails",
    ours: 1000 / slow,
    bare: 1000 / LIMIT,
    against: `the limit of ${LIMIT} ms`,
  };
}
