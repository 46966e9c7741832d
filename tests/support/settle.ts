import type { App } from "../../src/app.js";
import { settleAll } from "../../src/worker/schedule.js";

/** Does all due work to the end, as the worker would. Returns how much that was. */
export function settle(app: App): Promise<number> {
  return settleAll(app);
}
