import type { Channel } from '../../page/protocol';

/**
 * What the clients of one channel are told: all of it, or what changed after a version. Each frame is made once and sent to
 * everybody who stands at the same version, so that a thousand clients in step cost one.
 */
export abstract class Topic {
  private readonly frames = new Map<number | null, Buffer>();
  private told = 0;

  /** @param channel what clients call it; written into each message. */
  constructor(readonly channel: Channel) {}

  /** The version that messages bring a client to. It moves at {@link advance} alone, so that all clients move together. */
  get version(): number {
    return this.told;
  }

  /** Takes in what changed since the last time. */
  advance(): void {
    const newest = this.newestVersion();
    if (newest === this.told) return;
    this.told = newest;
    this.frames.clear();
  }

  /** Whether a client at this version can be told what it missed. */
  covers(version: number): boolean {
    return version <= this.told && this.holdsAfter(version);
  }

  /** The message for a client at a version; a snapshot for one that is new (null) or has been away for too long. */
  frameAfter(version: number | null): Buffer {
    const from = version !== null && this.covers(version) ? version : null;
    let frame = this.frames.get(from);
    if (frame === undefined) this.frames.set(from, (frame = this.makeFrame(from)));
    return frame;
  }

  /** Lets go of what only a channel with clients needs. */
  close(): void {
    this.frames.clear();
  }

  /** The version of the newest change; it never falls. */
  protected abstract newestVersion(): number;

  /** Whether every change after this version is still known. */
  protected abstract holdsAfter(version: number): boolean;

  /** The fields of a message that are the channel's own, as JSON without the braces: everything, or what changed after `from`. */
  protected abstract fieldsAfter(from: number | null): string;

  private makeFrame(from: number | null): Buffer {
    const { channel: type, ...names } = this.channel;
    const head = JSON.stringify({ type, seq: this.told, from, ...names });
    return Buffer.from(`${head.slice(0, -1)},${this.fieldsAfter(from)}}`);
  }
}
