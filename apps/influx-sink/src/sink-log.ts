/** Where the sink tells what people should know; pino's logger fits. */
export interface SinkLog {
  /** Something ended well that had not. */
  info(fields: object, message: string): void;
  /** Something does not work now and is tried again. */
  warn(fields: object, message: string): void;
  /** Something was set aside or is wrong for good. */
  error(fields: object, message: string): void;
}
