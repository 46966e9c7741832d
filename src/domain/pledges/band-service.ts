/** Publishing the bands of the week. Pages read what is kept here, never what is so at the moment. */
import { transaction, type Ctx } from "../../platform/context.js";
import { BAND_KINDS, bandsOf, drawnFrom, groupsToTell, type BandKind, type Draw } from "./band.js";
import { holdPledgesOf } from "./evaluation-service.js";
import { bandSlot } from "./schedule.js";
import { hasBands, insertBands, listTold, replaceTold } from "./store.js";
import { groupsOf, lettersWithBands } from "./views.js";

/** Publishes the bands of every letter for the week, once; a tick of the worker. Returns how many were new. */
export async function publishDueBands(ctx: Ctx): Promise<number> {
  const slot = bandSlot(ctx.clock.now());
  let published = 0;
  for (const letterId of await lettersWithBands(ctx)) {
    for (const kind of BAND_KINDS) {
      if (await hasBands(ctx.db, letterId, kind, slot)) continue;
      published += await publishBands(ctx, letterId, kind, slot);
    }
  }
  return published;
}

async function publishBands(ctx: Ctx, letterId: string, kind: BandKind, slot: Date): Promise<number> {
  return transaction(ctx, async (tx) => {
    await holdPledgesOf(tx, letterId);
    if (await hasBands(tx.db, letterId, kind, slot)) return 0;
    const draw = drawOf(tx, letterId, kind);
    const told = await listTold(tx.db, letterId, kind);
    const groups = groupsToTell(told, await groupsOf(tx, letterId, kind), draw);
    if (groups !== told) await replaceTold(tx.db, letterId, kind, groups);
    await insertBands(tx.db, letterId, kind, slot, bandsOf(groups, draw));
    return 1;
  });
}

/** Draws by our secret key: the same groups are always rounded the same way, so that asking often teaches nothing. */
function drawOf(ctx: Ctx, letterId: string, kind: BandKind): Draw {
  return (name) => {
    const secret = ctx.keys.token("band", `${letterId}|${kind}|${name}`, 1);
    return drawnFrom(Buffer.from(secret, "base64url").readUInt32BE(0));
  };
}
