import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "@jest/globals";
import { loadConfig, packageRoot } from "../src/platform/config.js";

const text = readFileSync(path.join(packageRoot, "docker-compose.yml"), "utf8");

/** The settings that stand in the file from a line on, indented as there, with the defaults of their variables. */
function settingsAfter(start: string, indent: string): Record<string, string> {
  const from = text.indexOf(start);
  if (from < 0) throw new Error(`docker-compose.yml has no ${start}`);
  const lines = text
    .slice(from + start.length)
    .split("\n")
    .slice(1);
  const end = lines.findIndex((line) => !line.startsWith(indent));
  return Object.fromEntries(
    lines
      .slice(0, end)
      .map((line) => /^\s+([A-Z_]+): (.*)$/.exec(line))
      .filter((match) => match !== null)
      .map((match) => [match[1] ?? "", (match[2] ?? "").replaceAll(/\$\{[A-Z_]+:-([^}]*)\}/g, "$1")]),
  );
}

describe("docker-compose.yml", () => {
  const shared = settingsAfter("x-settings: &settings", "  ");

  it("gives web and worker settings that start", () => {
    const config = loadConfig(shared);
    expect(config.databaseUrl).toContain("countersign_app");
    expect(config.smtpUrl).toBe("smtp://mail:1025");
    expect(text.match(/environment: \*settings/g)).toHaveLength(2);
  });

  it("lets the worker remember what it has sent when its container is made anew", () => {
    expect(loadConfig(shared).environment).toBe("compose");
    expect(text).toContain("- worker:/var/lib/countersign");
  });

  it("lets only the migration act as the owner of the tables", () => {
    const own = settingsAfter("      <<: *settings", "      ");
    expect(loadConfig({ ...shared, ...own }).databaseOwnerUrl).toContain("countersign_owner");
    expect(shared["DATABASE_OWNER_URL"]).toBeUndefined();
  });
});
