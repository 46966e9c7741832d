import { readFile, readdir, stat } from "node:fs/promises";
import path from "node:path";
import { classify } from "../domain/classification/classify.js";
import type { Classification } from "../domain/classification/classification.js";
import { MailParser } from "../platform/mail-parser.js";
import { CommandError, answer, note, type Command } from "./command.js";

/**
 * `classify-mail <file|directory> --json`: one answer a line, files in name order, directories with all below them.
 * Needs no database and changes nothing.
 */
export const classifyMailCommand: Command = {
  name: "classify-mail",
  usage: "<file|directory> [--json]",
  summary:
    "Say of stored mails what they are: bounces, abuse reports, auto-replies, wishes for no more mail, replies",
  options: { json: { type: "boolean" } },
  takes: [1, 1],
  run: async ({ positionals, options }) => {
    const files = await filesAt(positionals[0] ?? "");
    const parser = new MailParser();
    let unreadable = 0;
    try {
      for (const { file, name } of files) {
        const line = await classifyFile(parser, file, name);
        if (!line.read) {
          unreadable += 1;
          note(`${name}: ${line.why}`);
        }
        await answer(options["json"] === true ? `${JSON.stringify(line.answer)}\n` : shown(line.answer));
      }
    } finally {
      await parser.close();
    }
    return unreadable > 0 ? 1 : 0;
  },
};

interface Answer extends Omit<Partial<Classification>, "class"> {
  file: string;
  class: Classification["class"];
}

type Line = { read: true; answer: Answer } | { read: false; why: string; answer: Answer };

async function classifyFile(parser: MailParser, file: string, name: string): Promise<Line> {
  const parsed = await parser.parse(await readFile(file));
  if (parsed.ok) {
    const { class: kind, recipients, ...rest } = classify(parsed.mail);
    return { read: true, answer: { file: name, class: kind, recipients, ...rest } };
  }
  return { read: false, why: parsed.why, answer: { file: name, class: "unclassified", recipients: [] } };
}

/** The files there are at a path, by name; a directory answers the names below it. */
async function filesAt(at: string): Promise<{ file: string; name: string }[]> {
  const found = await stat(at).catch(() => undefined);
  if (!found) throw new CommandError(`There is nothing at ${at}.`);
  if (!found.isDirectory()) return [{ file: at, name: path.basename(at) }];
  const entries = await readdir(at, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .map((file) => ({ file, name: path.relative(at, file).split(path.sep).join("/") }));
  return files.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function shown({ file, class: kind, recipients = [], autoReply }: Answer): string {
  const who = recipients.map(({ address, reason, status }) =>
    [address, reason, status].filter(Boolean).join(" "),
  );
  const auto =
    autoReply && [autoReply.kind, autoReply.until && `back on ${autoReply.until}`].filter(Boolean).join(", ");
  const rest = [...who, ...(auto ? [auto] : [])].join("; ");
  return `${file}: ${kind.replaceAll("_", " ")}${rest ? ` (${rest})` : ""}\n`;
}
