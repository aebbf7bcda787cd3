import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ExpectedError } from '@neuraltrade/service';
import type { BacktestResult } from '../backtest/result';
import { renderReport, type ReportPage } from './report';

/** Reads what the report's page is made of. @param directory where the page was built. */
export async function readReportPage(directory: string): Promise<ReportPage> {
  const read = (name: string): Promise<string> => readFile(join(directory, name), 'utf8');
  const [frame, style, script] = await Promise.all([read('index.html'), read('style.css'), read('main.js')]);
  return { frame, style, script };
}

/**
 * Writes the report, whole or not at all.
 * @param pageDirectory where the page was built.
 * @throws ExpectedError when the file cannot be written.
 */
export async function writeReport(
  file: string,
  result: BacktestResult,
  pageDirectory: string,
): Promise<void> {
  const text = renderReport(result, await readReportPage(pageDirectory));
  const draft = `${file}.${process.pid}.unfinished`;
  try {
    await writeFile(draft, text);
    await rename(draft, file);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new ExpectedError(
      `The report ${file} cannot be written (${code}): name a file in a folder that exists and can be written to.`,
    );
  }
}
