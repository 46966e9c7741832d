import type { App } from "../app.js";
import { startReading } from "./reading.js";
import { runWorker, type Worker } from "./run.js";

/** The worker door: starts looking for due work and for mail that came in, on a built application. */
export function startWorker(app: App): Worker {
  app.log.info({ transport: app.mailer.transport }, "the worker looks for due work");
  const [worker, reading] = [runWorker(app), startReading(app)];
  return {
    stop: async () => {
      await Promise.all([worker.stop(), reading.stop()]);
    },
  };
}
