/** Closes every sentence about a wrong command line. */
export const HELP_HINT = '--help tells more.';

/** The text of --help. */
export const HELP = `Lists, shows, sends back and removes the messages that were set aside because nobody could use them.

  npm run -s parked -- list [filters] [--json]
  npm run -s parked -- show ID
  npm run -s parked -- replay ID... --yes          (or filters, or --all; --dry-run instead of --yes changes nothing)
  npm run -s parked -- drop ID... --yes            (the same)

Filters; a message must fulfil all of them
  --reason LIST     reason codes, separated by commas
  --source NAME     the queue that it was taken from (influx-sink.ticks), or its service (influx-sink)
  --kind KIND       raw, ticks, candles, signals, outcomes, gaps, status, or unknown
  --exchange NAME   the venue
  --symbol SYMBOL   BASE/QUOTE
  --since, --until  set aside then or later, and before; ISO texts (2026-11-23T04:00:00Z) or ms since 1970
  --limit N         the oldest N of them
Where they are
  AMQP_URLS         the broker (AMQP_URLS_FILE: a file with it); default: the one of npm run infra
  --data-dir DIR    the files of an npm start that does not run; --live: those of its live venues
Further
  --all             every message, for replay and drop without id and filter
  --rate N          most messages that are sent back in a second, default 1000
  --operator NAME   who answers for it, default the user of the operating system
  --help            this text

replay sends each message to the queue that it was taken from, to no other one, and removes it from the parked ones only
when that queue has it. It keeps its message id; consumers drop what they have already. docs/parking.md tells what happens
where. Both replay and drop are recorded in parked-audit.ndjson in DATA_DIR (default data) and in the log parked.audit beside
the messages. Exit code 0 when everything asked for was done, 1 when something was not, 2 for wrong flags, 78 for a wrong
configuration.
`;
