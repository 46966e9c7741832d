/**
 * A process with an embedded server, for tests that kill it: prints its addresses as one line, ends cleanly on
 * SIGINT (after asking the server one more thing), and on SIGTERM without stopping the server.
 */
import { withClient } from "../../src/platform/database-roles.js";
import { startEmbeddedPostgres } from "../../src/platform/embedded-postgres.js";
import { silentLog } from "../../src/platform/log.js";

const dataDir = process.argv[2] ?? "";
const server = await startEmbeddedPostgres({ dataDir, log: silentLog() });
process.once("SIGINT", () => {
  void (async () => {
    // Long enough for a signal to the whole group to have reached the server, if it were in it.
    await new Promise((resolve) => {
      setTimeout(resolve, 200);
    });
    await withClient(server.appUrl, (client) => client.query("select 1"));
    await server.stop();
    process.stdout.write("stopped\n", () => process.exit(0));
  })();
});
process.once("SIGTERM", () => process.exit(0));
process.stdout.write(
  `${JSON.stringify({ ownerUrl: server.ownerUrl, appUrl: server.appUrl, port: server.port })}\n`,
);
setInterval(() => undefined, 1000);
