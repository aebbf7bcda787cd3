// fast-check as every suite gets it: an ordinary run draws the same cases each time, a long run those of PROPERTY_SEED.
const fastCheck = require('../node_modules/fast-check/lib/cjs/fast-check.js');

fastCheck.configureGlobal({ seed: Number(process.env.PROPERTY_SEED ?? 1) });
module.exports = fastCheck;
