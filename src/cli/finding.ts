/** What one look of the doctor found out. */
export interface Finding {
  what: string;
  verdict: "ok" | "warning" | "fault";
  sentence: string;
}
