/** What the thread that signs is asked to do. */
export interface SignWish {
  port: number;
  path: string;
  origin: string;
  /** A signing form; `PLACE` in it becomes a text that no other form has. */
  body: string;
  /** What no other thread has in its texts. */
  mark: string;
  connections: number;
  seconds: number;
  /** Forms a second, whether or not the ones before are answered; unset: each connection sends as soon as it may. */
  rate?: number;
}

/** What came of it. */
export interface SignAnswers {
  offered: number;
  /** Answered 303. */
  stored: number;
  /** Answered 503 with Retry-After. */
  comeBack: number;
  /** Anything else, by status; 0: no answer. */
  other: Record<number, number>;
  seconds: number;
}
