import { closeSync, fsyncSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { ParkedMessage } from '@neuraltrade/messaging';
import { ExpectedError } from '@neuraltrade/service';

/** The file in DATA_DIR to which every change is appended. */
export const AUDIT_FILE = 'parked-audit.ndjson';

/** Who does what. */
export interface AuditHead {
  /** Joins the entries of one run. */
  readonly run: string;
  /** Who answers for it. */
  readonly operator: string;
  /** The user of the operating system. */
  readonly user: string;
  /** The machine. */
  readonly host: string;
  /** What is done. */
  readonly command: 'replay' | 'drop';
  /** Where the messages are. */
  readonly place: string;
}

/** What is told of a step. */
export type AuditEvent =
  | {
      /** A run began. */
      readonly event: 'begun';
      /** What was asked for. */
      readonly filter: object;
      /** Parked messages at that time. */
      readonly parked: number;
    }
  | {
      /** These are about to be sent back or removed: written before anything happens to them. */
      readonly event: 'intended';
      /** Each by its id, and what tells of it when it is gone. */
      readonly messages: readonly Pick<ParkedMessage, 'id' | 'reason' | 'queue' | 'messageId' | 'replays'>[];
    }
  | {
      /** What became of them. */
      readonly event: 'done';
      /** Ids of those sent back or removed. */
      readonly ids: readonly string[];
      /** Those that stay, each with why. */
      readonly kept: readonly { readonly id: string; readonly why: string }[];
    }
  | {
      /** A run ended. */
      readonly event: 'ended';
      /** How many were sent back or removed. */
      readonly done: number;
      /** How many were meant and stay. */
      readonly kept: number;
      /** How it went, a sentence. */
      readonly outcome: string;
    };

/** The audit trail: each entry is on the disk, and beside the messages, before what it tells of goes on. */
export class Audit {
  private constructor(
    private readonly file: number,
    private readonly head: AuditHead,
    private readonly alsoTo: (entry: Readonly<Record<string, unknown>>) => Promise<void>,
    private readonly now: () => number,
  ) {}

  /**
   * Opens the file for appending.
   * @param directory DATA_DIR.
   * @param alsoTo where each entry is recorded, too.
   * @throws ExpectedError when it cannot be written: nothing is to be done then.
   */
  static open(
    directory: string,
    head: AuditHead,
    alsoTo: (entry: Readonly<Record<string, unknown>>) => Promise<void>,
    now: () => number,
  ): Audit {
    try {
      mkdirSync(directory, { recursive: true });
      return new Audit(openSync(join(directory, AUDIT_FILE), 'a', 0o640), head, alsoTo, now);
    } catch (error) {
      throw notWritten(directory, error);
    }
  }

  /** Adds an entry. @throws ExpectedError or RetryableError when it is not stored in both places. */
  async add(event: AuditEvent): Promise<void> {
    const entry = { at: new Date(this.now()).toISOString(), ...this.head, ...event };
    try {
      writeSync(this.file, `${JSON.stringify(entry)}\n`);
      fsyncSync(this.file);
    } catch (error) {
      throw notWritten(AUDIT_FILE, error);
    }
    await this.alsoTo(entry);
  }

  /** Lets go of the file. */
  close(): void {
    closeSync(this.file);
  }
}

function notWritten(where: string, error: unknown): ExpectedError {
  const { code, message } = error as NodeJS.ErrnoException;
  return new ExpectedError(
    `The audit trail ${AUDIT_FILE} cannot be written in ${where} (${code ?? message}), and nothing is changed without it: ` +
      'set DATA_DIR to a directory that can be written.',
  );
}
