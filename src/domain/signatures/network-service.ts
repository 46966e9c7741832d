import type { Ctx } from "../../platform/context.js";
import { networkPrefix } from "./network.js";

/**
 * What is kept of the network address that a form came from: a keyed hash of its first part, which only shows whether
 * two entries came from the same place. Null for no address.
 */
export function networkHash(ctx: Ctx, address: string | undefined): Buffer | null {
  const prefix = address === undefined ? undefined : networkPrefix(address);
  return prefix === undefined ? null : ctx.keys.addressHash(`network ${prefix}`);
}
