import { resumeAllOutreach, showSending, stopAllOutreach } from "../domain/mail/switch-service.js";
import { answer, textOption, type Command } from "./command.js";
import { withApp } from "./session.js";

const json = { json: { type: "boolean" } } as const;

/** `sending status | stop | resume`: the one switch, for whoever can run the command line. */
export const sendingCommands: readonly Command[] = [
  {
    name: "sending status",
    usage: "[--json]",
    summary: "Say whether outreach goes out, and how many mails wait",
    options: json,
    takes: [0, 0],
    run: async (line) => {
      const state = await withApp((_app, ctx) => showSending(ctx));
      if (line.options["json"]) {
        const { stoppedAt, stoppedBy, reason, waiting } = state;
        const told = { stopped_at: stoppedAt, stopped_by: stoppedBy, reason, waiting };
        return answer(`${JSON.stringify(told)}\n`);
      }
      const waiting = `${state.waiting} ${state.waiting === 1 ? "mail waits" : "mails wait"}.`;
      const stopped = state.stoppedAt
        ? `All outreach is stopped since ${state.stoppedAt.toISOString()}: ${state.reason ?? ""}`
        : "Outreach goes out.";
      await answer(`${stopped}\n${waiting}\n`);
    },
  },
  {
    name: "sending stop",
    usage: "[--reason <why>]",
    summary: "Stop all outreach at once",
    options: { reason: { type: "string" } },
    takes: [0, 0],
    run: async (line) => {
      const reason = textOption(line, "reason") ?? "stopped from the command line";
      const { changed } = await withApp((_app, ctx) => stopAllOutreach(ctx, { reason }));
      await answer(changed ? "All outreach is stopped.\n" : "All outreach was stopped already.\n");
    },
  },
  {
    name: "sending resume",
    usage: "",
    summary: "Let outreach go on",
    takes: [0, 0],
    run: async () => {
      const { changed } = await withApp((_app, ctx) => resumeAllOutreach(ctx));
      await answer(changed ? "Outreach goes on.\n" : "Outreach was not stopped.\n");
    },
  },
];
