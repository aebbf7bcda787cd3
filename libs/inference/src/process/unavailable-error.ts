import { ExpectedError } from '@neuraltrade/service';

/** No model can be run on this machine: a sentence that says why. */
export class InferenceUnavailableError extends ExpectedError {
  override readonly name = 'InferenceUnavailableError';
}
