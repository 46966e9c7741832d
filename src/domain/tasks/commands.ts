import { id, optional, pageQuery, slug } from "../../platform/schema.js";

/** Which open tasks to list. */
export const taskQuery = pageQuery.extend({
  letter: optional(slug()),
  organisation_id: optional(id()),
});
