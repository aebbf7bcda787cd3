import { CONFIG_EXIT_CODE, ExpectedError } from '@neuraltrade/service';

/** A model that is not run: a sentence that names the folder, the fault and the remedy. */
export class ModelRefusedError extends ExpectedError {
  override readonly name = 'ModelRefusedError';

  /** @param sentence names folder, fault and remedy. */
  constructor(sentence: string) {
    super(sentence, CONFIG_EXIT_CODE);
  }
}
