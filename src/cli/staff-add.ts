import { ensureStaff } from "../domain/team/service.js";
import { ROLES, type Role } from "../domain/team/permission.js";
import { answer, note, requiredOption, textOption, type Command } from "./command.js";
import { withApp } from "./session.js";

/** `staff add <email> --role <role>`: the one-time sign-in link stands alone on the last line. */
export const staffAdd: Command = {
  name: "staff add",
  usage: "<email> --role <role> [--name <name>] [--letter <slug>]… [--json]",
  summary: `Add a colleague (${ROLES.join(", ")}) or let a known one in again; prints a one-time sign-in link`,
  options: {
    role: { type: "string" },
    name: { type: "string" },
    letter: { type: "string", multiple: true },
    json: { type: "boolean" },
  },
  takes: [1, 1],
  run: async (line) => {
    const [email = ""] = line.positionals;
    const name = textOption(line, "name");
    const role = requiredOption(line, "role") as Role;
    const letters = line.options["letter"] as string[] | undefined;
    const command = { email, role, ...(name ? { name } : {}), ...(letters ? { letters } : {}) };
    const added = await withApp((_app, ctx) => ensureStaff(ctx, command));
    if (line.options["json"]) {
      return answer(
        `${JSON.stringify({ id: added.id, known: added.known, sign_in: added.signInAddress })}\n`,
      );
    }
    note(added.known ? `${email} was known already and is ${role} now.` : `${email} is ${role} now.`);
    note("This link signs in once, within one hour:");
    await answer(`${added.signInAddress}\n`);
  },
};
