import { createInterface } from "node:readline/promises";
import { matchNames, type NameMatch } from "../domain/organisations/match-names.js";
import { CommandError, UsageError, answer, type Command } from "./command.js";

/** `match "<name>" "<name>" --json`, or tab-separated pairs on standard input: one answer a line. Needs no database. */
export const matchCommand: Command = {
  name: "match",
  usage: '["<name>" "<name>"] [--json]',
  summary:
    "Say whether two names mean one organisation; without names, read tab-separated pairs from standard input",
  options: { json: { type: "boolean" } },
  takes: [0, 2],
  run: async ({ positionals, options }) => {
    const json = options["json"] === true;
    const [left, right] = positionals;
    if (left !== undefined && right === undefined) throw new UsageError("The second name is missing.");
    if (left !== undefined && right !== undefined) return answer(shown(matchNames(left, right), json));
    let number = 0;
    for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
      number += 1;
      if (line.trim() === "") continue;
      const [a, b, ...more] = line.split("\t");
      if (a === undefined || b === undefined || more.length > 0) {
        throw new CommandError(`Line ${number} is not two names with a tab between them.`);
      }
      await answer(shown(matchNames(a, b), json));
    }
  },
};

function shown(match: NameMatch, json: boolean): string {
  if (json) return `${JSON.stringify(match)}\n`;
  return `${match.verdict} (${match.score}): ${match.why.replaceAll("_", " ")}\n`;
}
