import { z } from "zod";
import { addStaffCommand, changeStaffCommand } from "../../domain/team/commands.js";
import { ROLES } from "../../domain/team/permission.js";
import { addStaff, changeStaff } from "../../domain/team/service.js";
import { colleague, colleagues, type Colleague } from "../../domain/team/views.js";
import { apiRoute, listOf, made, time, type ApiRoute } from "./frame.js";

const member = z
  .object({
    id: z.uuid(),
    email: z.string(),
    name: z.string(),
    role: z.enum(ROLES),
    active: z.boolean(),
    letters: z
      .array(z.string())
      .nullable()
      .meta({ description: "The only letters they are there for; null: all." }),
    row_version: z.number(),
    created_at: time(),
    last_seen_at: time().nullable(),
  })
  .meta({ id: "StaffMember" });

function shown(person: Colleague): z.input<typeof member> {
  return {
    id: person.id,
    email: person.email,
    name: person.name,
    role: person.role as z.input<typeof member>["role"],
    active: person.active,
    letters: person.letters,
    row_version: person.rowVersion,
    created_at: person.createdAt,
    last_seen_at: person.lastSeenAt,
  };
}

const params = z.object({ id: z.uuid() });

/** Who works here, and for which letters. Sign-in links are made in the console and on the command line only. */
export const staffApi: readonly ApiRoute[] = [
  apiRoute({
    method: "get",
    path: "/staff",
    tag: "staff",
    summary: "List staff",
    permission: "staff:manage",
    answer: listOf(member),
    handler: async (ctx) => ({ items: (await colleagues(ctx)).map(shown), next: null }),
  }),
  apiRoute({
    method: "post",
    path: "/staff",
    tag: "staff",
    summary: "Add a colleague",
    description:
      "They sign in with a link that they ask for at /console/sign-in. With `letters` they are there for those only and find nothing of any other.",
    permission: "staff:manage",
    body: addStaffCommand,
    status: 201,
    answer: made,
    handler: async (ctx, { given }) => ({ id: (await addStaff(ctx, given)).id }),
  }),
  apiRoute({
    method: "get",
    path: "/staff/{id}",
    tag: "staff",
    summary: "Read about a colleague",
    permission: "staff:manage",
    params,
    answer: member,
    handler: async (ctx, { params: { id } }) => shown(await colleague(ctx, id)),
  }),
  apiRoute({
    method: "patch",
    path: "/staff/{id}",
    tag: "staff",
    summary: "Change a colleague's role, letters or standing",
    description: "Each change ends their sessions.",
    permission: "staff:manage",
    params,
    body: changeStaffCommand,
    answer: member,
    handler: async (ctx, { params: { id }, given }) => {
      await changeStaff(ctx, id, given);
      return shown(await colleague(ctx, id));
    },
  }),
];
