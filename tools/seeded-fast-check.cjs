// fast-check as every suite gets it: an ordinary run draws the same cases each time, a long run those of PROPERTY_SEED, and
// PROPERTY_RUNS of them where a suite has no count of its own.
const fastCheck = require('../node_modules/fast-check/lib/cjs/fast-check.js');

const { PROPERTY_SEED = '1', PROPERTY_RUNS = '100' } = process.env;
fastCheck.configureGlobal({ seed: Number(PROPERTY_SEED), numRuns: Number(PROPERTY_RUNS) });
module.exports = fastCheck;
