import { startTestServer } from "./postgres.js";

/** Jest calls this once before all test files: brings up PostgreSQL and the template database. */
export default async function globalSetup(): Promise<void> {
  const { server, stop } = await startTestServer();
  process.env["COUNTERSIGN_TEST_SERVER"] = JSON.stringify(server);
  (globalThis as { stopTestServer?: () => Promise<void> }).stopTestServer = stop;
}
