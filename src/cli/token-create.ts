import { PERMISSIONS } from "../domain/team/permission.js";
import { createApiToken } from "../domain/team/service.js";
import { answer, note, requiredOption, type Command } from "./command.js";
import { withApp } from "./session.js";

/** `token create --name <n> --scopes <s,…>`: the token stands alone on the last line, and is shown this once. */
export const tokenCreate: Command = {
  name: "token create",
  usage: "--name <name> --scopes <scope,…> [--json]",
  summary: "Make an API token; prints it once",
  options: { name: { type: "string" }, scopes: { type: "string" }, json: { type: "boolean" } },
  takes: [0, 0],
  run: async (line) => {
    const name = requiredOption(line, "name");
    const scopes = readScopes(requiredOption(line, "scopes"));
    const made = await withApp((_app, ctx) => createApiToken(ctx, { name, scopes }));
    if (line.options["json"]) return answer(`${JSON.stringify(made)}\n`);
    note("Keep this token; it is not shown again:");
    await answer(`${made.token}\n`);
  },
};

/** `all` stands for every scope. */
function readScopes(text: string): string[] {
  const given = text.split(/[\s,]+/).filter(Boolean);
  return given.includes("all") ? [...PERMISSIONS] : given;
}
