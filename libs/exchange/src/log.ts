/** Where a service writes what a person should know; a pino logger fits. Fields first, then a sentence. */
export interface Log {
  /** Something that happens once or rarely in normal operation. */
  info(fields: object, sentence: string): void;
  /** Something that works around a fault, or skips something. */
  warn(fields: object, sentence: string): void;
  /** Something that stops this part from doing its job. */
  error(fields: object, sentence: string): void;
}
