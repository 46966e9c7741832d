import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { expect, it } from "@jest/globals";
import { packageRoot } from "../src/platform/config.js";
import { loadMessages } from "../src/platform/i18n.js";

/** The text of every source and template, without the sentences themselves. */
function sources(folder: string): string {
  return readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => name !== "locales")
    .map((entry) => {
      const file = path.join(folder, entry.name);
      if (entry.isDirectory()) return sources(file);
      return /\.(ts|hbs)$/.test(entry.name) ? readFileSync(file, "utf8") : "";
    })
    .join("\n");
}

/** Beginnings that say too little: every refusal and every mail begins so. */
const TOO_WIDE = new Set(["errors.", "mail."]);

/** Whether a sentence is asked for by its name, or by a beginning that the program puts together with something else. */
function asker(text: string): (key: string) => boolean {
  const joined = [
    ...text.matchAll(/[`"]([\w-]+(?:\.[\w-]+)*\.[\w-]*)\$\{/g),
    ...text.matchAll(/concat "([\w-]+(?:\.[\w-]+)*\.)"/g),
  ].map(([, start = ""]) => start);
  const quoted = [...text.matchAll(/"([a-z][\w-]*(?:\.[\w-]+)+)"/g)].flatMap(([, name = ""]) => [
    `${name}.`,
    `${name}_hint.`,
  ]);
  const starts = [...new Set([...joined, ...quoted])].filter((start) => !TOO_WIDE.has(start));
  const emails = readdirSync(path.join(packageRoot, "templates", "emails"));
  const mails = new Set(emails.map((file) => file.split(".")[0] ?? ""));
  return (key) => {
    // A refusal is named by its code; its sentence has `errors.` before it.
    const names = key.startsWith("errors.") ? [key, key.slice("errors.".length)] : [key];
    if (key.startsWith("mail.") && key.endsWith(".subject") && mails.has(key.split(".")[1] ?? ""))
      return true;
    return names.some((name) => text.includes(name) || starts.some((start) => name.startsWith(start)));
  };
}

it("every sentence is said somewhere; one that nobody asks for any more goes", () => {
  const text = ["src", "templates"].map((folder) => sources(path.join(packageRoot, folder))).join("\n");
  const asked = asker(text);
  const keys = loadMessages(path.join(packageRoot, "templates")).keys("en");
  expect(keys.filter((key) => !asked(key))).toEqual([]);
  // The test can fail: a sentence that is nowhere is found out.
  expect(asked("signatures.hint.nobody_asks")).toBe(false);
});
