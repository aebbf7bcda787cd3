"""The peer of `npm run bench -- --suite backtest`: the same strategy on the same candles by the package backtesting.

Reads a CSV file (time, Open, High, Low, Close, Volume), prints one JSON line: how long each run took, and what came of it.
It is told: file, span of the fast and of the slow average, cash, fee as a fraction of each amount, number of runs.
"""

import json
import sys
import time
import warnings

VERSION = "0.6.6"
REMEDY = f"python3 -m venv VENV && VENV/bin/pip install backtesting=={VERSION}"

try:
    from importlib.metadata import version

    import pandas
    from backtesting import Backtest, Strategy
except ImportError as missing:
    sys.exit(f"{sys.executable} has no package {missing.name}: {REMEDY}, then --python VENV/bin/python")
if version("backtesting") != VERSION:
    sys.exit(f"{sys.executable} has backtesting {version('backtesting')}, measured is {VERSION}: {REMEDY}")

file, fast, slow, cash, fee, runs = sys.argv[1:7]
FAST, SLOW = int(fast), int(slow)


def exponential_average(values, span):
    return pandas.Series(values).ewm(span=span, adjust=False).mean()


class EmaCross(Strategy):
    """Holds everything while the fast average is above the slow one, nothing while it is below."""

    def init(self):
        self.fast = self.I(exponential_average, self.data.Close, FAST)
        self.slow = self.I(exponential_average, self.data.Close, SLOW)

    def next(self):
        if len(self.data) < SLOW:
            return
        if self.fast[-1] > self.slow[-1]:
            if not self.position and not self.orders:
                self.buy()
        elif self.fast[-1] < self.slow[-1] and self.position:
            self.position.close()


candles = pandas.read_csv(file, index_col=0)
candles.index = pandas.to_datetime(candles.index, unit="ms")
warnings.simplefilter("ignore")
seconds = []
for _ in range(int(runs)):
    begun = time.perf_counter()
    backtest = Backtest(candles, EmaCross, cash=float(cash), commission=float(fee))
    stats = backtest.run()
    seconds.append(time.perf_counter() - begun)

trades = stats["_trades"]
print(
    json.dumps(
        {
            "package": f"backtesting {VERSION}",
            "seconds": seconds,
            "finalEquity": stats["Equity Final [$]"],
            "trades": [
                [int(entry), int(exit), int(size), float(entry_price), float(exit_price)]
                for entry, exit, size, entry_price, exit_price in zip(
                    trades["EntryBar"], trades["ExitBar"], trades["Size"], trades["EntryPrice"], trades["ExitPrice"]
                )
            ],
        }
    )
)
