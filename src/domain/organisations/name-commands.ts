import { z } from "zod";
import { day, id, line, optional, whole } from "../../platform/schema.js";
import { organisationName } from "./commands.js";

/** Giving an organisation another name: from which day, and why. */
export const renameCommand = z.object({
  name: organisationName(),
  changed_on: optional(day()),
  reason: optional(line(300)),
  row_version: whole(1, 2_000_000_000),
});

/** Noting another name by which an organisation is known. */
export const aliasCommand = z.object({ alias: organisationName() });

/** Taking such a name away again. */
export const removeAliasCommand = z.object({ name_id: id() });
