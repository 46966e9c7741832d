import { REFUSAL_SENTENCES } from "../domain/mail/refusal-words.js";
import type { SendingSafety } from "../domain/mail/safety-service.js";
import { acceptTime, armSending, readSafety } from "../domain/outreach/arming-service.js";
import { answer, CommandError, note, type Command } from "./command.js";
import { withApp } from "./session.js";

/** `arm`: shows what differs between this database and what was sent from here; with `--yes` lets it send. */
export const arm: Command = {
  name: "arm",
  usage: "[--yes] [--time]",
  summary: "Let this database send mail, after a restore, a move or a leap of time",
  options: { yes: { type: "boolean" }, time: { type: "boolean" } },
  takes: [0, 0],
  run: async ({ options }) =>
    withApp(async (app, ctx) => {
      const safety = await readSafety(ctx, app.mark);
      if (options["time"]) return acceptReading(safety, options["yes"] === true, () => acceptTime(ctx));
      note(described(safety));
      if (!options["yes"]) {
        throw new CommandError(
          "Nothing was changed. If no other installation sends from this data, and you know what went out since it " +
            'was saved, run "npx countersign arm --yes".',
        );
      }
      const named = await app.mark.nameEnvironment();
      const { environment, epoch } = await armSending(ctx, app.mark, named);
      await answer(`Armed: this database may send from the environment ${environment} (arming ${epoch}).\n`);
    }),
};

async function acceptReading({ time }: SendingSafety, yes: boolean, accept: () => Promise<void>) {
  note(`The database says that it is ${time.now.toISOString()}.`);
  note(time.seconds === null ? "It has not jumped." : `It has jumped by ${time.seconds} seconds.`);
  if (!yes) throw new CommandError('If that is right, run "npx countersign arm --time --yes".');
  await accept();
  await answer("The time is taken as right; sending goes on.\n");
}

/** What differs, one line each. */
function described({ arming, standing, here, verdict }: SendingSafety): string {
  const rows: [string, string, string][] = [
    ["", "armed for", "here and now"],
    ["Environment", arming?.environment ?? "nobody", here.environment ?? "no name yet"],
    ["Server", arming?.systemIdentifier ?? "unknown", standing.systemIdentifier ?? "unknown"],
    ["Timeline", String(arming?.timeline ?? "unknown"), String(standing.timeline ?? "unknown")],
    ["Arming", String(arming?.epoch ?? "none"), String(here.mark?.epoch ?? "none")],
    ["Commit points", String(standing.number), String(here.mark?.number ?? "none")],
  ];
  const table = rows.map(([what, there, now]) => `  ${what.padEnd(14)}${there.padEnd(40)}${now}`).join("\n");
  const sentence =
    verdict === "armed" || verdict === "fresh"
      ? "This database may send already."
      : REFUSAL_SENTENCES[verdict];
  return `${sentence}\n\n${table}\n`;
}
