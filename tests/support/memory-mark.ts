import { isFurther, type Mark, type SendMark } from "../../src/platform/send-mark.js";

/** The memory of a machine that has no data directory; an emptied database goes with an emptied memory. */
export function memoryMark(environment = "test"): SendMark & { forget(): void } {
  let kept: Mark | undefined;
  return {
    environment: async () => environment,
    nameEnvironment: async () => environment,
    read: async () => kept && { ...kept, isCopy: false },
    raise: async (mark) => {
      if (isFurther(mark, kept)) kept = mark;
    },
    forget: () => {
      kept = undefined;
    },
  };
}
