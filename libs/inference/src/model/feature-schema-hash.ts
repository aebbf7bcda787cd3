import { createHash } from 'node:crypto';
import { featureSchemaText } from '@neuraltrade/strategies';

/** SHA-256 as lower-case hexadecimal digits. */
export function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

/** The hash of the features as they are computed here: a model that was trained on others is refused. */
export function featureSchemaHash(): string {
  return sha256(featureSchemaText());
}
