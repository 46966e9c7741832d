import { once } from "node:events";
import { loadConfig, type Config } from "../platform/config.js";
import { firstSignInAddress, start, StartError, type Parts, type Running } from "../serve.js";
import { answer, CommandError, note, type Command } from "./command.js";

/** `serve`, `web` and `worker`: run until SIGINT or SIGTERM. */
export const serveCommands: readonly Command[] = [
  command("serve", "Run everything in one process: web, worker and, without DATABASE_URL, the database", {
    web: true,
    worker: true,
    migrate: true,
  }),
  command("web", "Run the web door only", { web: true, worker: false, migrate: false }),
  command("worker", "Run the worker only", { web: false, worker: true, migrate: false }),
];

function command(name: string, summary: string, parts: Parts): Command {
  return { name, usage: "", summary, takes: [0, 0], run: () => run(parts) };
}

async function run(parts: Parts): Promise<void> {
  const config = loadConfig();
  const stopAsked = Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
  const running = await startOrExplain(config, parts);
  await answer(await banner(config, running));
  await stopAsked;
  note("Stopping: what is under way may end.");
  await running.stop();
}

async function startOrExplain(config: Config, parts: Parts): Promise<Running> {
  try {
    return await start(config, parts);
  } catch (error) {
    if (error instanceof StartError) throw new CommandError(error.message);
    throw error;
  }
}

async function banner(config: Config, { app, address }: Running): Promise<string> {
  if (!address) return "The worker is running. Press Ctrl-C to stop.\n";
  const lines = [
    `Public page    ${address}/`,
    `Console        ${config.databaseUrl ? `${address}/console` : await firstSignInAddress(app)}`,
    config.smtpUrl
      ? `Mail           leaves through ${new URL(config.smtpUrl).host}`
      : `Captured mail  ${address}/console/mail`,
  ];
  return `\nCountersign is running. Press Ctrl-C to stop.\n\n${lines.map((line) => `  ${line}\n`).join("")}\n`;
}
