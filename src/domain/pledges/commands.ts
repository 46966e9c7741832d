import { z } from "zod";
import { pageQuery, slug, whole } from "../../platform/schema.js";

/** How long pledgers have to say yes once more, in hours: a day to two weeks. */
export const reaffirmHoursCommand = z.object({ reaffirm_hours: whole(24, 336) });

/** Which pledges to list. */
export const pledgeQuery = z.object({ letter: slug() }).extend(pageQuery.shape);
