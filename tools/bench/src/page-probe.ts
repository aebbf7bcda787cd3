/** What was seen of one price on the screen. */
export interface Sighting {
  /** `exchange|symbol|price`. */
  readonly key: string;
  /** When the frame that shows it was done, ms UTC with fractions. */
  readonly shownAt: number;
  /** When the message came that the page drew last before it, ms UTC with fractions. */
  readonly messageAt: number;
}

/** What the probe has counted since it was last asked. */
export interface ProbeReport {
  /** The prices that were shown. */
  readonly sightings: readonly Sighting[];
  /** Times between two frames, ms. */
  readonly frames: readonly number[];
}

/**
 * Runs in the page before its own scripts: notes when messages come, when prices change on the screen, and how long frames
 * take. A change counts as shown when the frame that it was made in has been drawn, which is when the next task runs.
 */
export const PROBE = `
(() => {
  const now = () => performance.timeOrigin + performance.now();
  let messageAt = 0;
  window.WebSocket = class extends WebSocket {
    constructor(...args) {
      super(...args);
      this.addEventListener('message', () => (messageAt = now()));
    }
  };
  let sightings = [];
  let frames = [];
  let before = 0;
  const onFrame = (at) => {
    if (before > 0) frames.push(at - before);
    before = at;
    requestAnimationFrame(onFrame);
  };
  requestAnimationFrame(onFrame);
  addEventListener('DOMContentLoaded', () => {
    new MutationObserver((changes) => {
      const seen = changes.map(({ target: { dataset } }) => [dataset.exchange, dataset.symbol, dataset.last].join('|'));
      const cause = messageAt;
      const channel = new MessageChannel();
      channel.port1.onmessage = () => {
        const shownAt = now();
        for (const key of seen) sightings.push({ key, shownAt, messageAt: cause });
        channel.port1.close();
      };
      channel.port2.postMessage(0);
    }).observe(document.getElementById('prices'), { subtree: true, attributeFilter: ['data-last'] });
  });
  window.probe = () => {
    const report = { sightings, frames };
    sightings = [];
    frames = [];
    return report;
  };
})()`;
