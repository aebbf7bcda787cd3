/**
 * A fault that a person can cure (a wrong setting, a port in use, an unreadable file): printed as its sentence, without a
 * stack, and the process leaves with its exit code.
 */
export class ExpectedError extends Error {
  override readonly name: string = 'ExpectedError';

  /**
   * @param message plain sentences that name the fault, the place and the remedy.
   * @param exitCode what the process leaves with; 0 prints to stdout instead of stderr (the text of --help).
   */
  constructor(
    message: string,
    readonly exitCode = 1,
  ) {
    super(message);
  }
}

/** The exit code of a process that was given a wrong configuration (EX_CONFIG of sysexits.h). */
export const CONFIG_EXIT_CODE = 78;

/** A wrong configuration; `faults` holds every fault found, so that one start shows them all. */
export class ConfigError extends ExpectedError {
  override readonly name: string = 'ConfigError';

  /** @param faults one plain sentence each, at least one. */
  constructor(readonly faults: readonly string[]) {
    super(faults.join('\n'), CONFIG_EXIT_CODE);
  }
}
