/**
 * The two roles of a Countersign database: the owner migrates, the application reads and writes rows and owns
 * nothing.
 */
import { Client, escapeIdentifier, escapeLiteral } from "pg";

/** A role that can log in. */
export interface LoginRole {
  name: string;
  password: string;
}

/** Runs `work` on one connection of its own and closes it; errors are PostgreSQL's. */
export async function withClient<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({
    connectionString: url,
    connectionTimeoutMillis: 5000,
    application_name: "countersign setup",
  });
  // The query that is under way reports the fault; without a listener the process would end.
  client.on("error", () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Makes the roles, or gives existing ones these passwords; needs a superuser or CREATEROLE. */
export async function createRoles(admin: Client, roles: LoginRole[]): Promise<void> {
  for (const role of roles) {
    const found = await admin.query("select 1 from pg_roles where rolname = $1", [role.name]);
    const verb = found.rowCount === 0 ? "create" : "alter";
    const name = escapeIdentifier(role.name);
    await admin.query(`${verb} role ${name} with login password ${escapeLiteral(role.password)}`);
  }
}

/** Makes an empty UTF-8 database that `owner` owns, unless it exists. */
export async function createDatabase(admin: Client, database: string, owner: string): Promise<void> {
  const found = await admin.query("select 1 from pg_database where datname = $1", [database]);
  if (found.rowCount === 0) {
    await admin.query(
      `create database ${escapeIdentifier(database)} owner ${escapeIdentifier(owner)}` +
        " template template0 encoding 'UTF8'",
    );
  }
}

/**
 * Inside one database: the owner gets the schema `public`; the application gets the rows of every table the owner
 * will make, and nothing else. Can be repeated.
 */
export async function separateRoles(admin: Client, owner: string, application: string): Promise<void> {
  const own = escapeIdentifier(owner);
  const app = escapeIdentifier(application);
  const found = await admin.query<{ name: string }>("select current_database() as name");
  const database = escapeIdentifier(found.rows[0]?.name ?? "");
  await admin.query(`
    revoke all on database ${database} from public;
    grant connect on database ${database} to ${app};
    alter schema public owner to ${own};
    revoke all on schema public from public;
    grant usage on schema public to ${app};
    alter default privileges for role ${own} in schema public
      grant select, insert, update, delete on tables to ${app};
    alter default privileges for role ${own} in schema public grant usage on sequences to ${app};
  `);
}
