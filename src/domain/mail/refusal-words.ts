import type { Refusal } from "./arming.js";

/** What keeps a database from sending, in a sentence for staff. */
export const REFUSAL_SENTENCES: Record<Refusal | "time_stepped", string> = {
  never_armed: "Mail has been sent from this database before, and nobody has said that it may go on here.",
  other_environment: "This database is armed for another environment. It may be a copy.",
  other_server:
    "This database was armed on another PostgreSQL server or under another name. It may be a copy.",
  other_timeline: "The PostgreSQL server has been restored or promoted since this database was armed.",
  other_arming: "This database was armed elsewhere, beside the one that was sent from here.",
  behind_mark:
    "This database is older than what was sent from here. It may have been restored from a backup.",
  copied_folder:
    "The data directory was copied or put back since mail was sent from it. What it remembers may be too old.",
  time_stepped: "The time has jumped by more than two minutes.",
};
