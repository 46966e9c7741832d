import { loadMessages } from "../platform/i18n.js";
import path from "node:path";
import { parseArgs } from "node:util";
import { ConfigError, packageRoot } from "../platform/config.js";
import { isDatabaseDown } from "../platform/db.js";
import { DomainError } from "../platform/errors.js";
import { classifyMailCommand } from "./classify-mail.js";
import { CommandError, UsageError, answer, note, type Command } from "./command.js";
import { arm } from "./arm.js";
import { demoCommand } from "./demo.js";
import { doctor } from "./doctor.js";
import { exportCommand } from "./export.js";
import { importCommand } from "./import.js";
import { matchCommand } from "./match.js";
import { migrateCommand } from "./migrate.js";
import { serveCommands } from "./serve.js";
import { sendingCommands } from "./sending.js";
import { staffAdd } from "./staff-add.js";
import { verifyLogCommand } from "./verify-log.js";
import { tokenCreate } from "./token-create.js";

/** Every command there is. */
const COMMANDS: readonly Command[] = [
  ...serveCommands,
  migrateCommand,
  doctor,
  arm,
  demoCommand,
  staffAdd,
  tokenCreate,
  ...sendingCommands,
  importCommand,
  matchCommand,
  classifyMailCommand,
  exportCommand,
  verifyLogCommand,
];

/** Runs one command line; resolves to the exit status: 0 done, 1 refused or failed, 2 not understood. */
async function main(words: readonly string[]): Promise<number> {
  const asked = words[0];
  if (asked === undefined) {
    note(usage());
    return 2;
  }
  if (["help", "--help", "-h"].includes(asked)) {
    await answer(`${usage()}\n`);
    return 0;
  }
  const command = COMMANDS.find(({ name }) => name === words.slice(0, name.split(" ").length).join(" "));
  try {
    if (!command) throw new UsageError(`There is no command "${asked}".`);
    return await runCommand(command, words.slice(command.name.split(" ").length));
  } catch (error) {
    return explain(error, command);
  }
}

async function runCommand(command: Command, words: readonly string[]): Promise<number> {
  if (words.includes("--help") || words.includes("-h")) {
    await answer(`${usageOf(command)}\n\n${command.summary}.\n`);
    return 0;
  }
  const { values, positionals } = parseArgs({
    args: [...words],
    options: command.options ?? {},
    allowPositionals: true,
  });
  const [least, most] = command.takes;
  if (positionals.length < least) throw new UsageError("Something is missing.");
  if (positionals.length > most) throw new UsageError(`"${positionals[most]}" is too much.`);
  const status = await command.run({ positionals, options: values as Record<string, string | boolean> });
  return status ?? 0;
}

/** Says in a sentence what happened; faults of ours keep their trace. */
function explain(error: unknown, command: Command | undefined): number {
  if (error instanceof UsageError || isParseError(error)) {
    note(error.message);
    note(command ? usageOf(command) : usage());
    return 2;
  }
  if (error instanceof DomainError) note(sentences(error).join("\n"));
  else if (error instanceof ConfigError || error instanceof CommandError) note(error.message);
  else if (isDatabaseDown(error)) {
    note("The database does not answer. Is it running, and is DATABASE_URL right?");
  } else note(error instanceof Error ? (error.stack ?? error.message) : String(error));
  return 1;
}

function isParseError(error: unknown): error is Error {
  return (
    error instanceof TypeError && String((error as { code?: unknown }).code).startsWith("ERR_PARSE_ARGS")
  );
}

/** The sentence of each field that does not fit, or of the refusal as a whole. */
function sentences(error: DomainError): string[] {
  const messages = loadMessages(path.join(packageRoot, "templates"));
  const say = (key: string): string => (messages.has("en", key) ? messages.t("en", key, error.detail) : key);
  const fields = Object.entries(error.fields).map(([field, key]) => `${field}: ${say(key)}`);
  return fields.length > 0 ? fields : [say(`errors.${error.code}`)];
}

function usageOf({ name, usage: rest }: Command): string {
  return `Usage: countersign ${name}${rest ? ` ${rest}` : ""}`;
}

function usage(): string {
  const width = Math.max(...COMMANDS.map(({ name }) => name.length));
  const lines = COMMANDS.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`);
  return [
    "Usage: countersign <command>",
    "",
    ...lines,
    "",
    'Settings come from the environment (README.md). "countersign <command> --help" says more.',
  ].join("\n");
}

process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
});
process.exitCode = await main(process.argv.slice(2));
