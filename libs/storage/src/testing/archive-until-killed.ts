import { writeSync } from 'node:fs';
import { openTickArchive } from '../archive/tick-archive';
import { archiveRound } from './archive-rounds';

/**
 * Writes round after round to the archive in the directory and merges behind each, and prints each round's number once it is
 * written. Ends by being killed, or by killing itself where a write or a merge reaches a step for the nth time.
 */
async function main(directory: string, first: number, killAt: string, nth: number): Promise<void> {
  let reached = 0;
  const archive = await openTickArchive({
    directory,
    market: 'simulated',
    atStep: (step) => {
      if (step === killAt && (reached += 1) === nth) process.kill(process.pid, 'SIGKILL');
    },
  });
  for (let round = first; ; round += 1) {
    // What an unanswered delivery does: the round before comes again, too.
    await archive.write([...archiveRound(Math.max(1, round - 1)), ...archiveRound(round)]);
    writeSync(1, `${round}\n`);
    await archive.merge(0);
  }
}

const [directory, first, killAt = '', nth = '1'] = process.argv.slice(2);
void main(directory as string, Number(first), killAt, Number(nth));
