import type { ParseArgsConfig } from "node:util";

/** What a command gets of its line: positionals, options by name. */
export interface CommandLine {
  positionals: readonly string[];
  options: Readonly<Record<string, string | boolean | string[] | undefined>>;
}

/** One command of the command line. */
export interface Command {
  /** One word, or two (`staff add`). */
  name: string;
  /** What follows the name, as the usage shows it. */
  usage: string;
  /** What it does, in a few words. */
  summary: string;
  options?: NonNullable<ParseArgsConfig["options"]>;
  /** How many positionals it takes, least and most. */
  takes: readonly [number, number];
  /** Does it; resolves to the exit status, 0 when it resolves to nothing. */
  run(line: CommandLine): Promise<number | void>;
}

/** The line was not understood: the sentence and the usage are shown, the exit status is 2. */
export class UsageError extends Error {
  override name = "UsageError";
}

/** The command was refused or failed: the sentence is shown, the exit status is 1. */
export class CommandError extends Error {
  override name = "CommandError";
}

/** A text option, or undefined; `--name` without a value never gets here. */
export function textOption(line: CommandLine, name: string): string | undefined {
  const value = line.options[name];
  return typeof value === "string" ? value : undefined;
}

/** A text option that has to be there. */
export function requiredOption(line: CommandLine, name: string): string {
  const value = textOption(line, name);
  if (value === undefined || value === "") throw new UsageError(`--${name} is missing.`);
  return value;
}

/** What a command answers with: standard output. Waits when the reader is slow; a reader that went away ends the process. */
export async function answer(text: string): Promise<void> {
  if (process.stdout.write(text)) return;
  await new Promise((resolve) => process.stdout.once("drain", resolve));
}

/** What a command says beside its answer: standard error. */
export function note(text: string): void {
  process.stderr.write(`${text}\n`);
}
