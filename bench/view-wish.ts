/** What the thread that reads a public page is asked to do. */
export interface ViewWish {
  port: number;
  path: string;
  connections: number;
  seconds: number;
  /** Pages a second, whether or not the ones before are answered. */
  rate: number;
}

/** What came of it. */
export interface ViewAnswers {
  /** From when each page was due until its last byte was here, in milliseconds. */
  times: number[];
  /** Pages that were not answered, or with another status than 200. */
  errors: number;
  over: boolean;
}
