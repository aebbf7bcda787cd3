import { backtest, isGridThread, serveGrid } from '@neuraltrade/backtester';
import { leaveOnOutputFault } from '@neuraltrade/service';

if (isGridThread()) serveGrid();
else {
  leaveOnOutputFault();
  void backtest({ args: process.argv.slice(2), env: process.env, script: __filename }).then(
    (code) => void (process.exitCode = code),
  );
}
