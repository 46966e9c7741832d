import { loadConfig } from "../platform/config.js";
import { migrate } from "../platform/migrations.js";
import { answer, note, type Command } from "./command.js";
import { joinDatabase, quietLog } from "./session.js";

/** `migrate`: brings the schema up to this version, as the role that owns it. */
export const migrateCommand: Command = {
  name: "migrate",
  usage: "[--json]",
  summary: "Bring the database up to this version",
  options: { json: { type: "boolean" } },
  takes: [0, 0],
  run: async (line) => {
    const config = loadConfig();
    const log = quietLog(config);
    const database = await joinDatabase(config, log);
    try {
      const names = await migrate(database.ownerUrl, log, { appUrl: database.appUrl });
      if (line.options["json"]) return await answer(`${JSON.stringify({ migrations: names })}\n`);
      for (const name of names) note(`  ${name}`);
      note(names.length === 0 ? "The database was up to date." : "The database is up to date now.");
    } finally {
      await database.stop();
    }
  },
};
