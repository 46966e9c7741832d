import { pino } from "pino";

/** What the rest of the code may do with a log: one JSON object a line, the error as a field. */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  child(fields: object): Log;
}

const SECRET_FIELDS = [
  "authorization",
  "cookie",
  "password",
  "token",
  "email",
  "to",
  "*.authorization",
  "*.cookie",
  "*.password",
  "*.token",
  "*.email",
  "*.to",
  // PostgreSQL quotes the row that it refused here.
  "err.detail",
  "err.where",
];

/**
 * A JSON log on standard error, so that standard output stays free for what a command answers.
 * Fields that could hold an address, a token or a cookie are left out, whoever passes them.
 */
export function createLog(level: string, destination: NodeJS.WritableStream = process.stderr): Log {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: SECRET_FIELDS, remove: true },
    },
    destination,
  );
}

/** A log that says nothing, for tests and one-shot commands. */
export function silentLog(): Log {
  return pino({ level: "silent" });
}
