import { connect, checkServer, closeDb } from "../platform/db.js";
import { ConfigError, loadConfig, type Config } from "../platform/config.js";
import { silentLog } from "../platform/log.js";
import { pendingMigrations } from "../platform/migrations.js";
import { answer, type Command } from "./command.js";
import { logFindings } from "./doctor-log.js";
import { doctorCtx, sendingFindings } from "./doctor-sending.js";
import type { Finding } from "./finding.js";
import { joinDatabase } from "./session.js";

/** `doctor`: says what stands in the way of running; status 1 when something does. */
export const doctor: Command = {
  name: "doctor",
  usage: "[--json]",
  summary: "Look at settings, database, schema and addresses, and say what is wrong",
  options: { json: { type: "boolean" } },
  takes: [0, 0],
  run: async (line) => {
    const findings = await look();
    const words = { ok: "ok     ", warning: "warning", fault: "FAULT  " };
    const text = line.options["json"]
      ? JSON.stringify(findings)
      : findings.map(({ what, verdict, sentence }) => `${words[verdict]}  ${what}: ${sentence}`).join("\n");
    await answer(`${text}\n`);
    return findings.some(({ verdict }) => verdict === "fault") ? 1 : 0;
  },
};

async function look(): Promise<Finding[]> {
  let config: Config;
  try {
    config = loadConfig();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return [{ what: "Settings", verdict: "fault", sentence: error.message }];
  }
  const settings: Finding = { what: "Settings", verdict: "ok", sentence: "all understood" };
  return [
    settings,
    addressFinding(config),
    ...passwordFinding(config),
    mailFinding(config),
    ...(await databaseFindings(config)),
  ];
}

/** The settings let http through for addresses of this machine only. */
function addressFinding({ publicUrl }: Config): Finding {
  return publicUrl.startsWith("https:")
    ? { what: "Address", verdict: "ok", sentence: publicUrl }
    : { what: "Address", verdict: "warning", sentence: `${publicUrl} is for this machine only` };
}

/** A site that should be public by now would go on asking everybody. */
function passwordFinding({ sitePassword }: Config): Finding[] {
  if (sitePassword === undefined) return [];
  const sentence = "SITE_PASSWORD is set: nobody sees any letter without it, links in mails included";
  return [{ what: "Site password", verdict: "warning", sentence }];
}

function mailFinding(config: Config): Finding {
  return config.smtpUrl === undefined
    ? { what: "Mail", verdict: "warning", sentence: "SMTP_URL is not set: mail is captured, not sent" }
    : {
        what: "Mail",
        verdict: "ok",
        sentence: `leaves through ${new URL(config.smtpUrl).host} as ${config.mailFrom}${config.dkim ? `, signed for ${config.dkim.domain}` : ""}`,
      };
}

async function databaseFindings(config: Config): Promise<Finding[]> {
  try {
    const database = await joinDatabase(config, silentLog());
    const db = connect(database.appUrl, { log: silentLog(), max: 1 });
    try {
      await checkServer(db, { unsafe: config.unsafeTestDb });
      const missing = await pendingMigrations(db);
      const kind = config.databaseUrl === undefined ? `embedded, in ${config.dataDir}` : "reached";
      const findings: Finding[] = [
        { what: "Database", verdict: "ok", sentence: kind },
        schemaFinding(missing),
      ];
      return missing.length === 0
        ? [...findings, ...(await sendingFindings(config, db)), ...(await logFindings(doctorCtx(config, db)))]
        : findings;
    } finally {
      await closeDb(db);
      await database.stop();
    }
  } catch (error) {
    const sentence = error instanceof Error ? firstLine(error) : String(error);
    return [{ what: "Database", verdict: "fault", sentence }];
  }
}

function schemaFinding(missing: readonly string[]): Finding {
  return missing.length === 0
    ? { what: "Schema", verdict: "ok", sentence: "up to date" }
    : {
        what: "Schema",
        verdict: "fault",
        sentence: `${missing.length} migrations are missing; run "npx countersign migrate"`,
      };
}

function firstLine(error: Error): string {
  const { code } = error as { code?: string };
  return (error.message || (code ?? error.name)).split("\n")[0] ?? error.name;
}
