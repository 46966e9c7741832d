import { z } from "zod";
import { whole } from "../../platform/schema.js";

/** How long pledgers have to say yes once more, in hours: a day to two weeks. */
export const reaffirmHoursCommand = z.object({ reaffirm_hours: whole(24, 336) });
