import {
  type CheckedModel,
  InferenceProcess,
  type InferenceOptions,
  type Judgement,
  readModelFolder,
} from '@neuraltrade/inference';
import { ExpectedError, USAGE_EXIT_CODE } from '@neuraltrade/service';
import { type BarSeries, candleAt, type FeatureRow, SymbolFeatures } from '@neuraltrade/strategies';
import { type JudgedCandles, setJudgement, unjudged } from './judged-candles';

/** Rows of one question: enough that asking costs little, few enough that progress is seen. */
const ROWS_TOGETHER = 256;
/** A model that does not answer one question for this time is given up, ms. */
const STUCK_MS = 60_000;

/** What is run to judge. */
export interface StrategyModelOptions extends Pick<InferenceOptions, 'program' | 'env'> {
  /** Folder of the model. */
  readonly folder: string;
  /** Length of the candles that are decided on. */
  readonly timeframe: string;
}

/**
 * An ONNX model that judges the candles of a history, each by its features: those that a live engine computes of the same
 * candles. A row is judged alone, and its features depend on it and earlier candles, so that no later one plays a part.
 */
export class StrategyModel {
  /** Candles that were judged. */
  judgedCandles = 0;
  /** Candles of which it said something that is no probability distribution: the strategy hears nothing then. */
  silentCandles = 0;
  /** The highest probability of buying that it gave; 0 when it gave none. */
  highestBuy = 0;
  private lost = '';
  private readonly inference: InferenceProcess;

  private constructor(
    private readonly model: CheckedModel,
    { program, env = {} }: StrategyModelOptions,
  ) {
    this.inference = new InferenceProcess({
      ...{ model, program, env },
      // What is late is not silent here: the answer must not depend on how busy the machine is.
      budgetMs: 2 * STUCK_MS,
      stuckMs: STUCK_MS,
      maxWaitingRows: ROWS_TOGETHER,
      onLost: (reason) => (this.lost = reason),
    });
  }

  /**
   * Reads, checks and loads a model.
   * @throws ModelRefusedError when it cannot be run; InferenceUnavailableError when none can on this machine; ExpectedError
   * when it judges candles of another length.
   */
  static async open(options: StrategyModelOptions): Promise<StrategyModel> {
    const { folder, timeframe } = options;
    const checked = await readModelFolder(folder);
    const { modelVersion, timeframe: own } = checked.manifest;
    if (own !== timeframe)
      throw new ExpectedError(
        `The model ${modelVersion} in ${folder} judges ${own} candles, not ${timeframe} ones: run it with --timeframe ${own}.`,
        USAGE_EXIT_CODE,
      );
    const model = new StrategyModel(checked, options);
    try {
      await model.inference.start();
    } catch (error) {
      await model.close();
      throw error;
    }
    return model;
  }

  /** Its name and version. */
  get version(): string {
    return this.model.manifest.modelVersion;
  }

  /** SHA-256 of its ONNX file. */
  get sha256(): string {
    return this.model.manifest.onnxSha256;
  }

  /**
   * Judges each closed candle that has features.
   * @param onProgress told the part that is done, 0 to 1.
   * @throws ExpectedError when the model fails: a run without its word would be another run.
   */
  async judge(bars: BarSeries, onProgress: (part: number) => void): Promise<JudgedCandles> {
    const judged = unjudged(bars.length);
    const features = new SymbolFeatures(bars.timeframe);
    let rows: FeatureRow[] = [];
    let places: number[] = [];
    for (let index = 0; index < bars.length; index += 1) {
      const candle = candleAt(bars, index);
      const row = candle === null ? null : features.add(candle).row;
      if (row !== null) {
        rows.push(row);
        places.push(index);
      }
      if (rows.length < ROWS_TOGETHER && index < bars.length - 1) continue;
      const judgements = await this.ask(rows);
      judgements.forEach((judgement, at) => this.note(judged, places[at] as number, judgement));
      [rows, places] = [[], []];
      onProgress((index + 1) / bars.length);
    }
    return judged;
  }

  /** Ends its process. */
  close(): Promise<void> {
    return this.inference.stop();
  }

  private async ask(rows: readonly FeatureRow[]): Promise<Judgement[]> {
    if (rows.length === 0) return [];
    const judgements = await this.inference.judge(rows);
    const failed = judgements.find(
      (judgement) => judgement.probabilities === null && judgement.reason !== 'invalid-output',
    );
    if (failed === undefined) return judgements;
    const { symbol, timestamp } = (rows[0] as FeatureRow).candle;
    const how = this.lost === '' ? '' : `: its process was lost (${this.lost})`;
    throw new ExpectedError(
      `The model ${this.version} in ${this.model.folder} failed on one of ${rows.length} candles of ${symbol} from ` +
        `${new Date(timestamp).toISOString()} on${how}. A model must take every row of finite features: mend it and export it again.`,
    );
  }

  private note(judged: JudgedCandles, index: number, { probabilities }: Judgement): void {
    this.judgedCandles += 1;
    if (probabilities === null) {
      this.silentCandles += 1;
      return;
    }
    this.highestBuy = Math.max(this.highestBuy, probabilities.buy);
    setJudgement(judged, index, probabilities);
  }
}
