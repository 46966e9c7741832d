import type { Knex } from "knex";

/** The database, or a transaction on it. */
export type Db = Knex;
