import type { Db } from "../../platform/db.js";

/** A delivery as kept. */
export interface DeliveryRow {
  id: string;
  letter_id: string;
  addressee: string;
  delivered_by: string;
  delivered_at: Date;
  language: string;
  recorded_by: string | null;
  recorded_at: Date;
}

/** A file that was handed over. */
export interface DeliveryFile {
  name: string;
  sha256: Buffer;
  body: Buffer;
}

const TAKEN_ALONG = ["published", "needs_reaffirmation"];

/** Keeps a delivery with its files, and which public entries went along; those left out stand in `letter_left_out`. */
export async function insertDelivery(
  db: Db,
  row: DeliveryRow,
  files: readonly DeliveryFile[],
): Promise<void> {
  await db("deliveries").insert(row);
  await db("delivery_files").insert(files.map((file) => ({ ...file, delivery_id: row.id })));
  await db.raw(
    `insert into delivery_entries (delivery_id, signature_id, left_out)
     select ?, id, false from signatures where letter_id = ? and visibility = 'public' and state = any(?)`,
    [row.id, row.letter_id, TAKEN_ALONG],
  );
}
