import type { App } from "../app.js";
import { runWorker, type Worker } from "./run.js";

/** The worker door: starts looking for due work on a built application. */
export function startWorker(app: App): Worker {
  app.log.info({ transport: app.mailer.transport }, "the worker looks for due work");
  return runWorker(app);
}
