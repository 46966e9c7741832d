import { z } from "zod";

/** A checkpoint of ours as a witness gave it back: with their lines below it (C2SP tlog-cosignature). */
export const cosignatureCommand = z.object({ checkpoint: z.string().max(16_384) });
